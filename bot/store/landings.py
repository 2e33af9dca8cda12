"""When pull requests landed, and under which level."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.store.database import Database, of_pull
from bot.store.tables import landings


@dataclass(frozen=True, slots=True)
class Landing:
    """One merged pull request. `window` and `level` were in force on its base branch, for its paths, when it landed."""

    repository_id: int
    number: int
    at: datetime
    sha: str  # the commit that it became on the base branch; "": the forge did not tell
    head_sha: str
    base_ref: str
    window: str  # "": none was open
    level: str
    share: float  # 0 to 1
    checked: bool = False  # our check was finished on the commit that was merged


@dataclass(frozen=True, slots=True)
class Covered:
    """Merges of one repository: how many, how many of them `checked`, and when the newest was."""

    merged: int
    checked: int
    newest: datetime


class Landings(Database):
    def add(self, landing: Landing) -> bool:
        """Once for each pull request: a merged one never opens again. Says whether it was new."""
        with self.write() as connection:
            return self._once(connection, landings, asdict(landing) | {"at": landing.at.astimezone(UTC)})

    def of(self, repository_id: int, number: int) -> Landing | None:
        with self.read() as connection:
            here = of_pull(landings, repository_id, number)
            row = connection.execute(sa.select(landings).where(here)).one_or_none()
        return None if row is None else Landing(**row._mapping)

    def numbers(self, repository_id: int, commits: Collection[str]) -> dict[str, int]:
        """beginning of a commit's id, twelve digits -> the pull request that landed as it, of those that are known."""
        short = sa.func.substr(landings.c.sha, 1, 12)
        query = sa.select(short, landings.c.number).where(landings.c.repository_id == repository_id)
        with self.read() as connection:
            rows = connection.execute(query.where(landings.c.sha != "")).all()
        wanted = {each[:12] for each in commits}
        return {sha: number for sha, number in rows if sha in wanted}

    def covered(self, since: datetime, repository_ids: Collection[int]) -> dict[int, Covered]:
        """By repository, those that had any merge since then."""
        where = landings.c.repository_id
        checked = sa.func.sum(sa.case((landings.c.checked, 1), else_=0)).label("checked")
        newest = sa.func.max(landings.c.at).label("newest")
        query = sa.select(where, sa.func.count().label("merged"), checked, newest).group_by(where)
        with self.read() as connection:
            rows = connection.execute(query.where(landings.c.at >= since, where.in_(repository_ids))).all()
        return {row.repository_id: Covered(row.merged, int(row.checked), row.newest) for row in rows}

    def since(self, moment: datetime, repository_ids: Collection[int] | None = None) -> tuple[Landing, ...]:
        """Newest first, of these repositories or of all."""
        query = sa.select(landings).where(landings.c.at >= moment)
        if repository_ids is not None:
            query = query.where(landings.c.repository_id.in_(repository_ids))
        with self.read() as connection:
            rows = connection.execute(query.order_by(landings.c.at.desc(), landings.c.number.desc())).all()
        return tuple(Landing(**row._mapping) for row in rows)

    def in_freezes(
        self, moment: datetime, repository_ids: Collection[int], most: int
    ) -> tuple[tuple[Landing, ...], int]:
        """The newest of those that landed since then while a part was held back, and how many there are."""
        here = [landings.c.at >= moment, landings.c.share > 0, landings.c.repository_id.in_(repository_ids)]
        newest = sa.select(landings).where(*here).order_by(landings.c.at.desc(), landings.c.number.desc())
        with self.read() as connection:
            rows = connection.execute(newest.limit(most)).all()
            count = connection.scalar(sa.select(sa.func.count()).select_from(landings).where(*here))
        return tuple(Landing(**row._mapping) for row in rows), int(count or 0)
