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

    def since(self, moment: datetime, repository_ids: Collection[int] | None = None) -> tuple[Landing, ...]:
        """Newest first, of these repositories or of all."""
        query = sa.select(landings).where(landings.c.at >= moment)
        if repository_ids is not None:
            query = query.where(landings.c.repository_id.in_(repository_ids))
        with self.read() as connection:
            rows = connection.execute(query.order_by(landings.c.at.desc(), landings.c.number.desc())).all()
        return tuple(Landing(**row._mapping) for row in rows)
