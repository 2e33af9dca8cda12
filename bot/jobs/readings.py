"""What a queue tells of its jobs, wherever the database keeps them."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.jobs.port import Dead, Depth, Listed, Tally
from bot.store.engine import reading

_LISTED = ("id", "kind", "key", "state", "attempts", "run_at", "error")


class Readings:
    """The half of a JobQueue that changes nothing; `jobs` has the columns of the table of that name."""

    def __init__(self, engine: sa.Engine, jobs: sa.FromClause) -> None:
        self._engine, self._jobs = engine, jobs
        self._listed = tuple(jobs.c[name] for name in _LISTED)

    def dead(self, limit: int = 100) -> tuple[Dead, ...]:
        jobs = self._jobs
        query = sa.select(jobs).where(jobs.c.state == "dead").order_by(jobs.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return tuple(_dead(row) for row in connection.execute(query))

    def listed(self, state: str | None, limit: int | None) -> tuple[Listed, ...]:
        query = sa.select(*self._listed).order_by(self._jobs.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query if state is None else query.where(self._jobs.c.state == state))
            return tuple(Listed(**row._mapping) for row in rows)

    def tally(self) -> tuple[Tally, ...]:
        jobs = self._jobs
        tried = sa.func.sum(sa.case((jobs.c.attempts > 0, 1), else_=0)).label("tried")
        oldest, number = sa.func.min(jobs.c.run_at).label("oldest"), sa.func.count().label("number")
        query = sa.select(jobs.c.kind, jobs.c.state, number, tried, oldest).group_by(jobs.c.kind, jobs.c.state)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(jobs.c.kind, jobs.c.state)).all()
        return tuple(Tally(row.kind, row.state, row.number, int(row.tried), row.oldest) for row in rows)

    def tried(self, attempts: int, limit: int) -> tuple[Listed, ...]:
        jobs = self._jobs
        here = sa.and_(jobs.c.state == "waiting", jobs.c.attempts >= attempts)
        query = sa.select(*self._listed).where(here).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
        with reading(self._engine) as connection:
            return tuple(Listed(**row._mapping) for row in connection.execute(query))

    def failing(self, attempts: int) -> int:
        tried = sa.and_(self._jobs.c.state == "waiting", self._jobs.c.attempts >= attempts)
        with reading(self._engine) as connection:
            query = sa.select(sa.func.count()).select_from(self._jobs).where(tried)
            return int(connection.scalar(query) or 0)

    def depth(self, now: datetime) -> Depth:
        jobs = self._jobs
        due = sa.select(sa.func.min(jobs.c.run_at)).where(jobs.c.state == "waiting", jobs.c.run_at <= now)
        with reading(self._engine) as connection:
            query = sa.select(jobs.c.state, sa.func.count().label("number")).group_by(jobs.c.state)
            count = {row.state: row.number for row in connection.execute(query)}
            oldest: datetime | None = connection.scalar(due)
        age = 0.0 if oldest is None else (now - oldest).total_seconds()
        return Depth(count.get("waiting", 0), count.get("running", 0), count.get("dead", 0), age)


def _dead(row: sa.Row[Any]) -> Dead:
    return Dead(row.id, row.kind, json.loads(row.payload), row.key, row.attempts, row.error)
