"""Which pull requests are a source's, what people said of them, and what became of all of them: its track."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.candidate import PEOPLE, SourceKey, Track
from bot.policy.incidents.report import Level
from bot.store.changes import landed_as
from bot.store.database import Database, of_pull
from bot.store.tables import claims, incidents, landings, outcomes, pulls, repositories, slots, sourced


@dataclass(frozen=True, slots=True)
class SourcedChange:
    """A pull request that was recognised as one of a source."""

    repository_id: int
    number: int
    key: SourceKey
    author_id: int
    at: datetime


class Sourced(Database):
    def note(self, change: SourcedChange) -> bool:
        """Kept from the first time on; says whether it was new."""
        key = {"organisation": change.key.organisation, "scope": change.key.repository, "name": change.key.name}
        row = {name: getattr(change, name) for name in ("repository_id", "number", "author_id", "at")}
        with self.write() as connection:
            return self._once(connection, sourced, row | key)

    def key_of(self, repository_id: int, number: int) -> SourceKey | None:
        query = sa.select(sourced.c.organisation, sourced.c.scope, sourced.c.name)
        with self.read() as connection:
            row = connection.execute(query.where(of_pull(sourced, repository_id, number))).one_or_none()
        return None if row is None else SourceKey(*row)

    def reject(self, repository_id: int, number: int, *, by: str, how: str, at: datetime) -> bool:
        """A person said no to it, however; the first no stays. Says whether it was news."""
        here = sa.and_(of_pull(sourced, repository_id, number), sourced.c.rejected_at.is_(None))
        values = {"rejected_at": at, "rejected_by": by, "rejected_how": how}
        with self.write() as connection:
            return connection.execute(sa.update(sourced).where(here).values(**values)).rowcount == 1

    def is_rejected(self, repository_id: int, number: int) -> bool:
        query = sa.select(sourced.c.rejected_at).where(of_pull(sourced, repository_id, number))
        with self.read() as connection:
            return connection.scalar(query) is not None

    def drop(self, repository_id: int, number: int, *, at: datetime) -> None:
        """Its own source closed it, so nobody said no; or a person had taken it over when it landed, so what became of
        it is not the source's doing. An incident of it still counts. Of what is no source's nothing is written."""
        if self.key_of(repository_id, number) is None:
            return
        here = sa.and_(of_pull(sourced, repository_id, number), sourced.c.dropped_at.is_(None))
        with self.write() as connection:
            connection.execute(sa.update(sourced).where(here).values(dropped_at=at))

    def keys(self) -> tuple[SourceKey, ...]:
        """Every source that a change was recognised of."""
        columns = (sourced.c.organisation, sourced.c.scope, sourced.c.name)
        with self.read() as connection:
            rows = connection.execute(sa.select(*columns).distinct().order_by(*columns)).all()
        return tuple(SourceKey(*row) for row in rows)

    def track(self, key: SourceKey, since: datetime, day: str) -> Track:
        """What became of its changes from `since` on, as far as it is known now. Of people's: of what landed by
        itself. Closed without landing counts as a person's no, unless the source closed it."""
        table = slots if key.name == PEOPLE else sourced
        with self.read() as connection:
            landed = _landed(table, key, since)
            number = _count(connection, landed)
            rejected = set() if table is slots else _rejected(connection, key, since)
            return Track(
                landed=number,
                reverted=len(_among(connection, landed, _reverted(connection, table, key, since))),
                rejected=len(rejected),
                judged=number + len(rejected - _among(connection, landed, rejected)),
                incidents=len(_incidents(connection, table, key, since)),
                landed_today=_today(connection, key, day),
            )

    def landed_since(self, key: SourceKey, since: datetime, until: datetime) -> Track:
        """Of what landed by itself after one moment and before another: what a step of the dial is judged by."""
        with self.read() as connection:
            landed = _landed(slots, key, since, until)
            number = _count(connection, landed)
            return Track(
                landed=number,
                reverted=len(_among(connection, landed, _reverted(connection, slots, key, since))),
                judged=number,
                incidents=len(_among(connection, landed, _incidents(connection, slots, key, since))),
            )


Numbered = tuple[int, int]  # a repository and the number of a pull request of it


def _of(table: sa.Table, key: SourceKey) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.organisation == key.organisation, table.c.scope == key.repository, table.c.name == key.name)


def _same(table: sa.Table, other: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.repository_id == other.c.repository_id, table.c.number == other.c.number)


def _pairs(connection: sa.Connection, query: sa.Select[Any]) -> set[Numbered]:
    return {(row.repository_id, row.number) for row in connection.execute(query)}


def _landed(table: sa.Table, key: SourceKey, since: datetime, until: datetime | None = None) -> sa.Select[Any]:
    """Its landings of that time."""
    query = sa.select(table.c.repository_id, table.c.number).join(landings, _same(table, landings))
    query = query.where(_of(table, key), landings.c.at >= since)
    if table is sourced:
        query = query.where(sourced.c.dropped_at.is_(None))
    return query if until is None else query.where(landings.c.at < until)


def _count(connection: sa.Connection, query: sa.Select[Any]) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0)


def _among(connection: sa.Connection, query: sa.Select[Any], some: Collection[Numbered]) -> set[Numbered]:
    """Those that the query, whose first columns are a repository and a number, has too. There are few of them."""
    repository, number = list(query.selected_columns)[:2]
    return {pull for pull in some if connection.execute(query.where(repository == pull[0], number == pull[1])).first()}


def _rejected(connection: sa.Connection, key: SourceKey, since: datetime) -> set[Numbered]:
    here = sa.select(sourced.c.repository_id, sourced.c.number).where(_of(sourced, key))
    said = here.where(sourced.c.rejected_at >= since)
    closed = here.join(pulls, _same(sourced, pulls)).outerjoin(landings, _same(sourced, landings))
    closed = closed.where(
        pulls.c.closed_at >= since, sa.not_(pulls.c.open), landings.c.number.is_(None), sourced.c.dropped_at.is_(None)
    )
    return _pairs(connection, said) | _pairs(connection, closed)


def _reverted(connection: sa.Connection, table: sa.Table, key: SourceKey, since: datetime) -> set[Numbered]:
    """By the history, which is read once a day, and by claims, which are there at once."""
    query = sa.select(table.c.repository_id, table.c.number).join(outcomes, _same(table, outcomes))
    known = _pairs(connection, query.where(_of(table, key), outcomes.c.reverted_at.is_not(None)))
    is_revert = sa.and_(
        claims.c.level > int(Level.TRAILER), claims.c.level <= int(Level.REVERTED_TITLE), claims.c.fault
    )
    said = sa.select(claims.c.repository_id, claims.c.cause_number, claims.c.commits)
    said = said.where(_here(claims, key), claims.c.state == "confirmed", is_revert, claims.c.state_at >= since)
    return known | _resolved(connection, connection.execute(said).all())


def _incidents(connection: sa.Connection, table: sa.Table, key: SourceKey, since: datetime) -> set[Numbered]:
    """Those that became known since then, whenever the change landed."""
    seconds = int(since.timestamp())
    named = sa.select(incidents.c.repository_id, incidents.c.number, incidents.c.sha)
    counted = connection.execute(named.where(_here(incidents, key), incidents.c.known_at >= seconds)).all()
    followed = sa.select(table.c.repository_id, table.c.number).join(outcomes, _same(table, outcomes))
    followed = followed.where(_of(table, key), outcomes.c.incident_at >= since)
    every = sa.select(table.c.repository_id, table.c.number).where(_of(table, key))
    return _pairs(connection, followed) | _among(connection, every, _resolved(connection, counted))


def _here(table: sa.Table, key: SourceKey) -> sa.ColumnElement[bool]:
    """Of a repository in which the source may have changes."""
    if key.repository:
        return table.c.repository_id == key.repository
    here = sa.select(repositories.c.id).where(repositories.c.installation_id == key.organisation)
    return table.c.repository_id.in_(here)


def _resolved(connection: sa.Connection, rows: Collection[Any]) -> set[Numbered]:
    """Rows of a repository, a number (0: none) and commits with blanks between them."""
    resolved = {(repository, number) for repository, number, _ in rows if number}
    for repository, _, commits in rows:
        resolved |= {(repository, number) for number in landed_as(connection, repository, commits.split())}
    return resolved


def _today(connection: sa.Connection, key: SourceKey, day: str) -> int:
    counted = sa.select(sa.func.count()).select_from(slots).where(_of(slots, key), slots.c.day == day)
    return int(connection.scalar(counted) or 0)
