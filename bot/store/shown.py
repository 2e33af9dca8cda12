"""What a person should see of each pull request, as it was decided last: what pages show."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.opinion import Opinion
from bot.policy.pull import Person
from bot.policy.views import Card
from bot.store.database import Database, of_pull
from bot.store.tables import landings, pulls, shown

MOST_PATHS = 3000  # that are kept of one pull request


@dataclass(frozen=True, slots=True)
class ShownPull:
    """One pull request with its verdict. Titles, names and paths are from outside: escape them when shown."""

    title: str
    author: Person
    head_sha: str
    head_ref: str
    base_ref: str
    draft: bool
    private: bool  # whether only members of the repository may read it
    mode: str  # of the configuration: only "enforce" holds anything
    held: bool
    excepted: bool  # an approved exception lifts what would hold it
    until: datetime | None  # when what is held lands again; None: not held, or no end in sight
    zone: str  # in which its moments are shown
    window: str  # the strictest that is open; "": none
    level: str
    share: float  # 0 to 1
    opinions: tuple[Opinion, ...]
    may_answer: tuple[str, ...]  # logins and "@org/team" that may decide on an exception; empty: administrators
    paths: tuple[str, ...] | None  # None: the diff could not be read
    card: Card
    digest: str = ""  # of the card: an answer given on a page is to this and to nothing else


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown of a pull request, and since when."""

    repository_id: int
    number: int
    open: bool
    at: datetime
    pull: ShownPull


class Shown(Database):
    def save(self, repository_id: int, number: int, pull: ShownPull, *, at: datetime) -> None:
        """In place of what was shown before. The same again changes nothing."""
        key, body = {"repository_id": repository_id, "number": number}, to_text(pull)
        with self.read() as connection:
            before = connection.scalar(sa.select(shown.c.body).where(of_pull(shown, repository_id, number)))
        if before != body:
            with self.write() as connection:
                self._put(connection, shown, key, {"at": at, "body": body})

    def forget(self, repository_id: int) -> None:
        """Of a repository that may not be seen any more."""
        with self.write() as connection:
            connection.execute(sa.delete(shown).where(shown.c.repository_id == repository_id))

    def get(self, repository_id: int, number: int) -> Sight | None:
        with self.read() as connection:
            row = connection.execute(_SIGHTS.where(of_pull(shown, repository_id, number))).one_or_none()
        return None if row is None else _sight(row)

    def open(self, repository_ids: Collection[int]) -> tuple[Sight, ...]:
        """Of every open pull request of these repositories, by repository and number."""
        here = shown.c.repository_id.in_(repository_ids) & pulls.c.open
        with self.read() as connection:
            rows = connection.execute(_SIGHTS.where(here).order_by(shown.c.repository_id, shown.c.number)).all()
        return tuple(_sight(row) for row in rows)

    def landed(self, repository_ids: Collection[int], since: datetime) -> dict[tuple[int, int], ShownPull]:
        """By repository and number: what was shown last of those that landed since then."""
        of_it = (landings.c.repository_id == shown.c.repository_id) & (landings.c.number == shown.c.number)
        query = sa.select(shown).join(landings, of_it)
        with self.read() as connection:
            here = landings.c.repository_id.in_(repository_ids) & (landings.c.at >= since)
            rows = connection.execute(query.where(here)).all()
        return {(row.repository_id, row.number): from_text(ShownPull, row.body) for row in rows}


_SIGHTS = sa.select(shown, pulls.c.open).join(
    pulls, (pulls.c.repository_id == shown.c.repository_id) & (pulls.c.number == shown.c.number)
)


def _sight(row: sa.Row[tuple[object, ...]]) -> Sight:
    return Sight(row.repository_id, row.number, row.open, row.at, from_text(ShownPull, row.body))
