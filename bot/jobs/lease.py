"""The embedded queue: a table of jobs in the store's own database, each under a lease that its worker keeps alive."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.jobs.port import Job, NewJob
from bot.jobs.readings import Readings
from bot.store.database import insert_once
from bot.store.engine import CLAIM, reading, take_turns, writing
from bot.store.tables import jobs


class LeaseQueue(Readings):
    """Any number of threads and processes of one machine may work on it.

    A job that took `max_attempts` workers down with it is dead: it must not take the next one.
    """

    poll = 0.1

    def __init__(self, engine: sa.Engine, *, max_attempts: int = 8) -> None:
        super().__init__(engine, jobs)
        self._max_attempts = max_attempts

    def add(self, job: NewJob, connection: sa.Connection | None = None) -> bool:
        with writing(self._engine, connection) as transaction:
            return self.add_all([job], transaction)[0]

    def add_all(self, new: Sequence[NewJob], connection: sa.Connection) -> tuple[bool, ...]:
        if not new:
            return ()
        add = insert_once(connection.dialect.name, jobs).returning(jobs.c.dedupe)
        added = Counter(connection.scalars(add, [_row(job) for job in new]))
        _hasten([job for job in new if job.dedupe and not added[job.dedupe]], connection)
        return tuple(_first(job.dedupe, added) for job in new)

    def claim(self, worker: str, now: datetime, lease: timedelta) -> Job | None:
        with reading(self._engine) as connection:  # an idle worker must not take the write lock ten times a second
            if connection.scalar(_next_id(now)) is None and connection.scalar(_expired_id(now)) is None:
                return None
        with writing(self._engine) as connection:
            take_turns(connection, CLAIM)
            self._requeue_expired(connection, now)
            job_id = connection.scalar(_next_id(now))
            if job_id is None:
                return None
            taken = {"state": "running", "worker": worker, "lease_until": now + lease, "attempts": jobs.c.attempts + 1}
            claimed = sa.update(jobs).where(jobs.c.id == job_id).values(**taken).returning(jobs)
            return _job(connection.execute(claimed).one())

    def heartbeat(self, job: Job, now: datetime, lease: timedelta) -> bool:
        return self._update(job, lease_until=now + lease)

    def finish(self, job: Job) -> bool:
        with writing(self._engine) as connection:
            return connection.execute(sa.delete(jobs).where(_held(job))).rowcount == 1

    def retry(self, job: Job, at: datetime, error: str) -> bool:
        return self._update(job, state="waiting", run_at=at, error=error, worker=None, lease_until=None, dedupe=None)

    def bury(self, job: Job, error: str) -> bool:
        return self._update(job, state="dead", error=error, worker=None, lease_until=None)

    def drop(self, job_id: int, connection: sa.Connection | None = None) -> bool:
        here = sa.and_(jobs.c.id == job_id, jobs.c.state == "dead")
        with writing(self._engine, connection) as transaction:
            return transaction.execute(sa.delete(jobs).where(here)).rowcount == 1

    def revive(self, job_id: int, now: datetime, connection: sa.Connection | None = None) -> bool:
        values = {"state": "waiting", "attempts": 0, "run_at": now, "dedupe": None}
        here = sa.and_(jobs.c.id == job_id, jobs.c.state == "dead")
        with writing(self._engine, connection) as transaction:
            return transaction.execute(sa.update(jobs).where(here).values(**values)).rowcount == 1

    def recall(self, now: datetime, longest: timedelta) -> int:
        waiting = sa.and_(jobs.c.state == "waiting", jobs.c.run_at > now)
        running = sa.and_(jobs.c.state == "running", jobs.c.lease_until > now + longest)
        with writing(self._engine) as connection:
            late = connection.execute(sa.update(jobs).where(waiting).values(run_at=now)).rowcount
            return late + connection.execute(sa.update(jobs).where(running).values(lease_until=now)).rowcount

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        return lambda: None  # SQLite tells other processes of nothing: they look ten times a second

    def _update(self, job: Job, **values: Any) -> bool:
        with writing(self._engine) as connection:
            return connection.execute(sa.update(jobs).where(_held(job)).values(**values)).rowcount == 1

    def _requeue_expired(self, connection: sa.Connection, now: datetime) -> None:
        expired = sa.and_(jobs.c.state == "running", jobs.c.lease_until <= now)
        last = jobs.c.attempts >= self._max_attempts
        silent = "the worker went silent: it was killed, or hung"
        values = {"worker": None, "lease_until": None, "dedupe": None, "error": silent}
        connection.execute(sa.update(jobs).where(expired, last).values(state="dead", **values))
        connection.execute(sa.update(jobs).where(expired).values(state="waiting", run_at=now, **values))


def _row(job: NewJob) -> dict[str, Any]:
    given = {"kind": job.kind, "payload": json.dumps(job.payload), "key": job.key, "dedupe": job.dedupe}
    return given | {"priority": job.priority, "state": "waiting", "run_at": job.run_at, "attempts": 0, "error": ""}


def _hasten(added: Sequence[NewJob], connection: sa.Connection) -> None:
    """One that waits in their place must not wait longer: it may have been put off by a clock that was ahead."""
    for job in added:
        late = sa.and_(jobs.c.dedupe == job.dedupe, jobs.c.state == "waiting", jobs.c.run_at > job.run_at)
        connection.execute(sa.update(jobs).where(late).values(run_at=job.run_at))


def _first(dedupe: str | None, added: Counter[str | None]) -> bool:
    """Whether this job was the one added: of several with the same `dedupe`, the first."""
    was, added[dedupe] = added[dedupe] > 0, added[dedupe] - 1
    return was


def _held(job: Job) -> sa.ColumnElement[bool]:
    # the number of the attempt fences off a worker that comes back after its lease ran out
    mine = sa.and_(jobs.c.worker == job.worker, jobs.c.attempts == job.attempts)
    return sa.and_(jobs.c.id == job.id, jobs.c.state == "running", mine)


def _next_id(now: datetime) -> sa.Select[tuple[int]]:
    other = jobs.alias()
    # not due and never tried: meant for later, so it holds nobody up; tried before: keeps its place
    before = sa.and_(other.c.id < jobs.c.id, sa.or_(other.c.run_at <= now, other.c.attempts > 0))
    blocks = sa.or_(other.c.state == "running", sa.and_(other.c.state == "waiting", before))
    blocked = sa.exists().where(other.c.key == jobs.c.key, blocks)
    due = sa.and_(jobs.c.state == "waiting", jobs.c.run_at <= now)
    return sa.select(jobs.c.id).where(due, ~blocked).order_by(jobs.c.priority.desc(), jobs.c.id).limit(1)


def _expired_id(now: datetime) -> sa.Select[tuple[int]]:
    return sa.select(jobs.c.id).where(jobs.c.state == "running", jobs.c.lease_until <= now).limit(1)


def _job(row: sa.Row[Any]) -> Job:
    payload = json.loads(row.payload)
    return Job(row.id, row.kind, payload, row.key, row.attempts, row.worker)
