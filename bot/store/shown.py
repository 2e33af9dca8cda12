"""What a person should see of each pull request, as it was decided last: what pages show."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.opinion import Opinion
from bot.policy.pull import Person
from bot.policy.views import Card
from bot.store.database import Database, of_pull
from bot.store.tables import pulls, shown

# held and an exception waits for an answer; held; held by the rules in a mode that holds nothing; not scored yet
State = Literal["asks", "held", "would", "waiting", "free"]
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

    @property
    def state(self) -> State:
        """Where it stands while it is open."""
        if self.held and self.mode == "enforce":
            return "asks" if self.asks else "held"
        if self.held:
            return "would"
        return "waiting" if self.card.tone == "waiting" else "free"

    @property
    def asks(self) -> bool:
        """Whether it shows that an exception waits for an answer."""
        return self.card.ask is not None and self.card.ask.state == "asked"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown of a pull request, and since when."""

    repository_id: int
    number: int
    open: bool
    at: datetime
    pull: ShownPull


class Shown(Database):
    def save(self, repository_id: int, number: int, pull: ShownPull, *, at: datetime) -> bool:
        """In place of what was shown before. The same again changes nothing. Says whether its state is another one."""
        key, here = {"repository_id": repository_id, "number": number}, of_pull(shown, repository_id, number)
        until = pull.until and pull.until.astimezone(UTC)
        values = {"body": to_text(pull), "state": pull.state, "until": until}
        with self.read() as connection:
            row = connection.execute(sa.select(shown.c.body, shown.c.state).where(here)).one_or_none()
        if row is None or (row.body, row.state) != (values["body"], values["state"]):
            with self.write() as connection:
                self._put(connection, shown, key, values | {"at": at})
        return row is None or row.state != values["state"]

    def forget(self, repository_id: int) -> None:
        """Of a repository that may not be seen any more."""
        with self.write() as connection:
            connection.execute(sa.delete(shown).where(shown.c.repository_id == repository_id))

    def get(self, repository_id: int, number: int) -> Sight | None:
        with self.read() as connection:
            row = connection.execute(_SIGHTS.where(of_pull(shown, repository_id, number))).one_or_none()
        return None if row is None else _sight(row)

    def newest(self, repository_id: int) -> Sight | None:
        """What changed last in what is shown of a repository, of pull requests that are open or not."""
        query = sa.select(shown.c.number).where(shown.c.repository_id == repository_id)
        with self.read() as connection:
            number = connection.scalar(query.order_by(shown.c.at.desc(), shown.c.number.desc()).limit(1))
        return None if number is None else self.get(repository_id, number)

    def open(self, repository_ids: Collection[int]) -> tuple[Sight, ...]:
        """Of every open pull request of these repositories, by repository and number."""
        here = shown.c.repository_id.in_(repository_ids) & pulls.c.open
        with self.read() as connection:
            rows = connection.execute(_SIGHTS.where(here).order_by(shown.c.repository_id, shown.c.number)).all()
        return tuple(_sight(row) for row in rows)

    def counts(self, repository_ids: Collection[int]) -> dict[str, int]:
        """How many open pull requests of these repositories there are in each state."""
        query = sa.select(shown.c.state, sa.func.count()).join(pulls, _OF_PULL).group_by(shown.c.state)
        with self.read() as connection:
            rows = connection.execute(query.where(shown.c.repository_id.in_(repository_ids), pulls.c.open)).all()
        return {row.state: row[1] for row in rows}

    def counts_by_repository(self, repository_ids: Collection[int]) -> dict[int, dict[str, int]]:
        """The same of each repository that has any."""
        columns = (shown.c.repository_id, shown.c.state)
        query = sa.select(*columns, sa.func.count().label("number")).join(pulls, _OF_PULL).group_by(*columns)
        counted: dict[int, dict[str, int]] = {}
        with self.read() as connection:
            for row in connection.execute(query.where(shown.c.repository_id.in_(repository_ids), pulls.c.open)):
                counted.setdefault(row.repository_id, {})[row.state] = row.number
        return counted

    def listed(
        self, repository_ids: Collection[int], state: State, most: int, naming: Collection[str] = ()
    ) -> tuple[Sight, ...]:
        """At most so many open ones in that state, those that are free soonest first.

        With `naming` only those in whose text all of these stand somewhere, and those whose paths are unknown: whoever
        asks looks where.
        """
        here = [shown.c.repository_id.in_(repository_ids), shown.c.state == state, pulls.c.open]
        unknown = shown.c.body.contains('"paths":null', autoescape=True)
        here += [unknown | shown.c.body.contains(_in_json(text), autoescape=True) for text in naming]
        soonest = (shown.c.until.is_(None), shown.c.until, shown.c.repository_id, shown.c.number)
        with self.read() as connection:
            rows = connection.execute(_SIGHTS.where(*here).order_by(*soonest).limit(most)).all()
        return tuple(_sight(row) for row in rows)

    def of(self, pulls_of: Collection[tuple[int, int]]) -> dict[tuple[int, int], ShownPull]:
        """What was shown last of each, by repository and number."""
        here = sa.tuple_(shown.c.repository_id, shown.c.number).in_(list(pulls_of))
        with self.read() as connection:
            rows = connection.execute(sa.select(shown).where(here)).all()
        return {(row.repository_id, row.number): from_text(ShownPull, row.body) for row in rows}


_OF_PULL = (pulls.c.repository_id == shown.c.repository_id) & (pulls.c.number == shown.c.number)
_SIGHTS = sa.select(shown.c.repository_id, shown.c.number, shown.c.at, shown.c.body, pulls.c.open).join(pulls, _OF_PULL)


def _in_json(text: str) -> str:
    """As it stands inside of a JSON text."""
    return json.dumps(text)[1:-1]


def _sight(row: Any) -> Sight:
    return Sight(row.repository_id, row.number, row.open, row.at, from_text(ShownPull, row.body))
