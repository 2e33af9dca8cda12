"""How each pull request went, from being published to its end, in one row: what reports on review count."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.reads import Read
from bot.store.tables import assessments, audit, landings, pulls, reads, shown, slots, sourced

QUEUED, ENDED = "queued", ("cancelled", "landed")  # what the log says of the queue of landings


@dataclass(frozen=True, slots=True)
class Course:
    """`source` "": a person's, or of none that is known. `step` is the dial's when it landed by itself; "": it did not.

    `queued`: how long it waited in the queue of landings. `lines` (added and deleted) None: it was not scored.
    """

    repository_id: int
    number: int
    author_id: int
    bot: bool
    source: str = ""
    step: str = ""
    published_at: datetime | None = None
    closed_at: datetime | None = None  # landed or not; None: it is open
    landed_at: datetime | None = None
    reads: tuple[Read, ...] = ()  # the first reader first
    queued: timedelta = timedelta()
    lines: int | None = None
    percentile: float | None = None
    paths: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """It landed by itself."""
        return bool(self.step) and self.landed_at is not None


class Courses(Database):
    def of(self, repository_id: int, since: datetime) -> tuple[Course, ...]:
        """Those that are open or ended since then, by number."""
        with self.read() as connection:
            rows = connection.execute(_query(repository_id, since)).all()
            sizes = _sizes(connection, repository_id)
            readers = _readers(connection, repository_id)
            waits = _waits(connection, repository_id)
        return tuple(_course(row, sizes, readers, waits) for row in rows)


def _same(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.repository_id == pulls.c.repository_id, table.c.number == pulls.c.number)


def _query(repository_id: int, since: datetime) -> sa.Select[Any]:
    moments = (pulls.c.published_at, pulls.c.closed_at, landings.c.at.label("landed_at"))
    names = (sourced.c.name.label("source"), slots.c.step, pulls.c.percentile, shown.c.body, pulls.c.open)
    query = sa.select(pulls.c.repository_id, pulls.c.number, *moments, *names).join(shown, _same(shown))
    for table in (landings, sourced, slots):
        query = query.outerjoin(table, _same(table))
    ended = sa.or_(pulls.c.open, pulls.c.closed_at >= since, landings.c.at >= since)
    return query.where(pulls.c.repository_id == repository_id, ended).order_by(pulls.c.number)


def _sizes(connection: sa.Connection, repository_id: int) -> dict[int, int]:
    """Lines by number, of the head that was scored last."""
    query = sa.select(assessments.c.number, assessments.c.body).where(assessments.c.repository_id == repository_id)
    sizes = {}
    for number, body in connection.execute(query.order_by(assessments.c.at)):
        features = json.loads(body).get("features", {})
        if "lines_added" in features and "lines_deleted" in features:
            sizes[number] = int(features["lines_added"] + features["lines_deleted"])
    return sizes


def _readers(connection: sa.Connection, repository_id: int) -> dict[int, tuple[Read, ...]]:
    query = sa.select(reads).where(reads.c.repository_id == repository_id).order_by(reads.c.number, reads.c.at)
    readers: dict[int, tuple[Read, ...]] = defaultdict(tuple)
    for row in connection.execute(query):
        readers[row.number] += (Read(row.person_id, row.at, row.approved_at),)
    return readers


def _waits(connection: sa.Connection, repository_id: int) -> dict[int, list[tuple[datetime, str]]]:
    """By number: when it entered the queue of landings and left it."""
    query = sa.select(audit.c.number, audit.c.at, audit.c.body)
    here = sa.and_(audit.c.repository_id == repository_id, audit.c.kind == "landing", audit.c.number.is_not(None))
    steps: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for number, at, body in connection.execute(query.where(here).order_by(audit.c.seq)):
        steps[number].append((at, str(json.loads(body).get("what", ""))))
    return steps


def in_queue(steps: Iterable[tuple[datetime, str]], end: datetime | None) -> timedelta:
    """How long it waited altogether, as its log says; what is not over is counted up to the end, if there is one."""
    waited, began = timedelta(), None
    for at, what in steps:
        if what == QUEUED and began is None:
            began = at
        elif what in ENDED and began is not None:
            waited, began = waited + (at - began), None
    if began is not None and end is not None:
        waited += max(end - began, timedelta())
    return waited


def _course(
    row: sa.Row[Any],
    sizes: dict[int, int],
    readers: dict[int, tuple[Read, ...]],
    waits: dict[int, list[tuple[datetime, str]]],
) -> Course:
    seen = json.loads(row.body)
    end = row.landed_at or (None if row.open else row.closed_at)
    return Course(
        repository_id=row.repository_id,
        number=row.number,
        author_id=seen["author"]["id"],
        bot=seen["author"]["bot"],
        source=row.source or "",
        step=row.step or "",
        published_at=row.published_at,
        closed_at=end,
        landed_at=row.landed_at,
        reads=readers.get(row.number, ()),
        queued=in_queue(waits.get(row.number, ()), end),
        lines=sizes.get(row.number),
        percentile=row.percentile,
        paths=tuple(seen["paths"] or ()),
    )
