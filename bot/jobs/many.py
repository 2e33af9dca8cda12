"""The queue for many machines: procrastinate on PostgreSQL, behind our port.

Its tables, locks, fetching, heartbeats and notices are its own. What it does not promise and we need is added here, in
the same transaction as its own step, and docs/scale.md says what was tried:

- A job of its worker is held by a row of its own in `procrastinate_workers`, so that one hung job loses its lease while
  others of that process live on, and whoever comes back too late changes nothing.
- In a key the order is that of arrival, whatever the priorities: what waits before a more urgent job is as urgent.
- A timer waits without a lock, and takes its place in its key when it is due.

Time is the database's: whatever the clocks of the machines say, all of them agree.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job as Theirs
from procrastinate.jobs import Status

from bot.jobs.joined import at_once, manager
from bot.jobs.listening import Listener, announce
from bot.jobs.port import Job, NewJob
from bot.jobs.readings import Readings
from bot.store.engine import CLAIM, writing
from bot.store.queued import LATER, READY, args, queued, rows, storable, workers

SKEW = timedelta(seconds=2)  # by which the clock of a machine that adds jobs may be ahead of the database's
FORGOTTEN = timedelta(days=1)  # rows of workers that were killed with no job in hand
SILENT = "the worker went silent: it was killed, or hung"
_NOW = sa.func.now()  # of the transaction
_MARK = sa.func.clock_timestamp()  # of this moment


class ProcrastinateQueue(Readings):
    """Any number of threads, processes and machines may work on it.

    A job that took `max_attempts` workers down with it is dead: it must not take the next one. `upkeep` is how many
    seconds may lie between two looks for timers that are due and workers that went silent while there is other work.
    """

    poll = 5.0

    def __init__(self, engine: sa.Engine, *, max_attempts: int = 8, upkeep: float = 1.0) -> None:
        super().__init__(engine, queued)
        self._max_attempts, self._every = max_attempts, upkeep
        self._idle: list[int] = []  # rows of workers that hold no job
        self._guard = threading.Lock()
        self._next_upkeep = 0.0

    # --- adding

    def add(self, job: NewJob, connection: sa.Connection | None = None) -> bool:
        with writing(self._engine, connection) as transaction:
            return self.add_all([job], transaction)[0]

    def add_all(self, new: Sequence[NewJob], connection: sa.Connection) -> tuple[bool, ...]:
        if not new:
            return ()
        asked = sorted({job.dedupe for job in new if job.dedupe})
        while True:  # again, whenever another transaction was faster with a name
            wait = _waiting(asked, connection)
            added = [one for one, first in zip(new, _firsts(new, wait), strict=True) if first]
            if not added or _deferred(added, connection):
                break
        _hasten([job for job in new if job.dedupe in wait], connection)
        return _firsts(new, wait)

    # --- working

    def claim(self, worker: str, now: datetime, lease: timedelta) -> Job | None:
        if time.monotonic() >= self._next_upkeep:
            self._upkeep(lease)
        job = self._fetch()
        if job is None and self._upkeep(lease):
            job = self._fetch()
        return job

    def heartbeat(self, job: Job, now: datetime, lease: timedelta) -> bool:
        with writing(self._engine) as connection:
            held = _held(job, connection) is not None
            if held:
                at_once(manager(connection).update_heartbeat(int(job.worker)))
            return held

    def finish(self, job: Job) -> bool:
        return self._end(job, lambda connection, _: _finish(connection, job.id, Status.SUCCEEDED))

    def retry(self, job: Job, at: datetime, error: str) -> bool:
        return self._end(job, lambda connection, held: _again(connection, held, at, error))

    def bury(self, job: Job, error: str) -> bool:
        return self._end(job, lambda connection, _: _bury(connection, job.id, error))

    # --- by an operator

    def drop(self, job_id: int, connection: sa.Connection | None = None) -> bool:
        with writing(self._engine, connection) as transaction:
            return transaction.execute(sa.delete(rows).where(rows.c.id == job_id, _DEAD)).rowcount == 1

    def revive(self, job_id: int, now: datetime, connection: sa.Connection | None = None) -> bool:
        values = {"status": "todo", "attempts": 0, "scheduled_at": now, "queueing_lock": None, "worker_id": None}
        with writing(self._engine, connection) as transaction:
            alive = sa.update(rows).where(rows.c.id == job_id, _DEAD).values(**values).returning(rows.c.lock)
            revived = transaction.execute(alive).all()
            _settle([row.lock for row in revived], transaction)
            announce(transaction)
            return len(revived) == 1

    def recall(self, now: datetime, longest: timedelta) -> int:
        late = sa.update(rows).where(rows.c.status == "todo", rows.c.scheduled_at > _NOW).values(scheduled_at=_NOW)
        held = sa.exists().where(rows.c.worker_id == workers.c.id, rows.c.status == "doing")
        ahead = sa.update(workers).where(workers.c.last_heartbeat > _NOW + longest, held)
        with writing(self._engine) as connection:
            recalled = connection.execute(late).rowcount
            recalled += connection.execute(ahead.values(last_heartbeat=sa.text("'-infinity'"))).rowcount
            announce(connection)
            return recalled

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        return Listener(self._engine, wake).start()

    # --- inside

    def _fetch(self) -> Job | None:
        held = self._worker()
        try:
            with writing(self._engine) as connection:
                ask = manager(connection)
                mine = at_once(ask.register_worker()) if held is None else held
                found = at_once(ask.fetch_job([READY], mine))
                if found is not None:
                    at_once(ask.update_heartbeat(mine))
                    # what waits behind it may have its name from now on, and it may come back all the same
                    connection.execute(sa.update(rows).where(rows.c.id == found.id).values(queueing_lock=None))
        except UniqueViolation:  # another worker took the key between, or the row of this one was forgotten
            return None
        if found is None:
            self._return(mine)
        return None if found is None else _job(found, mine)

    def _worker(self) -> int | None:
        with self._guard:
            return self._idle.pop() if self._idle else None

    def _return(self, worker: int) -> None:
        with self._guard:
            self._idle.append(worker)

    def _end(self, job: Job, how: Callable[[sa.Connection, sa.Row[Any]], None]) -> bool:
        with writing(self._engine) as connection:
            held = _held(job, connection)
            if held is None:
                return False
            how(connection, held)
        self._return(int(job.worker))
        return True

    def _upkeep(self, lease: timedelta) -> bool:
        """Let timers take their places and silent workers lose their jobs. True: there may be more to fetch now."""
        self._next_upkeep = time.monotonic() + self._every
        with writing(self._engine) as connection:
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(CLAIM))):
                return False  # somebody is at it
            return _promote(connection) + self._recover(connection, lease) > 0

    def _recover(self, connection: sa.Connection, lease: timedelta) -> int:
        ask = manager(connection)
        found = at_once(ask.get_stalled_jobs(queue=READY, seconds_since_heartbeat=lease.total_seconds()))
        ids = [one.id for one in found]
        still = sa.select(rows).where(rows.c.id.in_(ids), rows.c.status == "doing").order_by(rows.c.id)
        stalled = connection.execute(still.with_for_update(skip_locked=True)).all() if ids else []
        for row in stalled:
            if row.attempts + 1 >= self._max_attempts:
                _bury(connection, row.id, SILENT)
            else:
                _again(connection, row, _time(_NOW, connection), SILENT)
        gone = [row.worker_id for row in stalled if row.worker_id is not None]
        connection.execute(sa.delete(workers).where(workers.c.id.in_(gone))) if gone else None
        return len(stalled)


_DEAD = rows.c.status.not_in(("todo", "doing"))


def _time(which: sa.ColumnElement[Any], connection: sa.Connection) -> datetime:
    moment: datetime = connection.execute(sa.select(which)).scalar_one()
    return moment


def _waiting(names: Sequence[str], connection: sa.Connection) -> set[str]:
    """Those of some names by which a job waits. It goes on waiting until this transaction ends: whoever takes it later
    sees what this one wrote."""
    if not names:
        return set()
    here = sa.select(rows.c.queueing_lock).where(rows.c.status == "todo", rows.c.queueing_lock.in_(names))
    return set(connection.scalars(here.order_by(rows.c.id).with_for_update(read=True)))


def _firsts(new: Sequence[NewJob], wait: set[str]) -> tuple[bool, ...]:
    """Which of them are added: of several with the same `dedupe` the first, where none waits."""
    seen: Counter[str] = Counter(wait)
    firsts = []
    for job in new:
        firsts.append(job.dedupe is None or not seen[job.dedupe])
        seen[job.dedupe or ""] += 1
    return tuple(firsts)


def _deferred(new: Sequence[NewJob], connection: sa.Connection) -> bool:
    """False, and nothing added: another transaction added one by the same name meanwhile."""
    soon = _time(_MARK, connection) + SKEW
    theirs = [_theirs(job, later=job.run_at > soon) for job in new]
    named = any(one.queueing_lock for one in theirs)
    try:
        with connection.begin_nested() if named else nullcontext():
            manager(connection).batch_defer_jobs(theirs)
    except AlreadyEnqueued:
        return False
    _settle([one.lock for one in theirs if one.lock], connection)
    return True


def _theirs(job: NewJob, *, later: bool) -> Theirs:
    return Theirs(
        queue=LATER if later else READY,
        task_name=job.kind,
        lock=None if later else storable(job.key),
        queueing_lock=job.dedupe,
        priority=job.priority,
        task_kwargs=args(job.key, json.dumps(job.payload)),  # type: ignore[arg-type]
        scheduled_at=job.run_at,
    )


def _hasten(absorbed: Sequence[NewJob], connection: sa.Connection) -> None:
    """One that waits in their place must not wait longer: it may have been put off by a clock that was ahead."""
    sooner = False
    for job in absorbed:
        late = sa.and_(rows.c.queueing_lock == job.dedupe, rows.c.status == "todo", rows.c.scheduled_at > job.run_at)
        sooner |= connection.execute(sa.update(rows).where(late).values(scheduled_at=job.run_at)).rowcount > 0
    if sooner:
        announce(connection)


def _settle(keys: Sequence[str], connection: sa.Connection) -> None:
    """procrastinate lets the more urgent job of a key go first; so what waits before it becomes as urgent."""
    if not keys:
        return
    here = sa.and_(rows.c.status == "todo", rows.c.lock.in_(set(keys)))
    over = sa.func.max(rows.c.priority).over(partition_by=rows.c.lock, order_by=rows.c.id.desc())
    top = sa.select(rows.c.id, over.label("top")).where(here).subquery()
    lower = sa.select(top).join(rows, rows.c.id == top.c.id).where(rows.c.priority < top.c.top)
    for row in connection.execute(lower.order_by(top.c.id)).all():
        raised = sa.update(rows).where(rows.c.id == row.id, rows.c.status == "todo", rows.c.priority < row.top)
        connection.execute(raised.values(priority=row.top))


def _held(job: Job, connection: sa.Connection) -> sa.Row[Any] | None:
    """The row of a job that is still this worker's. It stays so until the transaction ends."""
    # the number of the attempt fences off a worker that comes back after its lease ran out
    mine = sa.and_(rows.c.worker_id == int(job.worker), rows.c.attempts == job.attempts - 1)
    here = sa.select(rows).where(rows.c.id == job.id, rows.c.status == "doing", mine)
    return connection.execute(here.with_for_update()).one_or_none()


def _finish(connection: sa.Connection, job_id: int, status: Status) -> None:
    done = status is Status.SUCCEEDED
    at_once(manager(connection).finish_job_by_id_async(job_id=job_id, status=status, delete_job=done))


def _again(connection: sa.Connection, held: sa.Row[Any], at: datetime, error: str) -> None:
    at_once(manager(connection).retry_job_by_id_async(job_id=held.id, retry_at=at))
    _say(connection, held.id, error)
    _settle([held.lock], connection)
    announce(connection)


def _bury(connection: sa.Connection, job_id: int, error: str) -> None:
    _finish(connection, job_id, Status.FAILED)
    _say(connection, job_id, error)


def _say(connection: sa.Connection, job_id: int, error: str) -> None:
    said = rows.c.args.op("||")(sa.func.jsonb_build_object("error", storable(error)))
    connection.execute(sa.update(rows).where(rows.c.id == job_id).values(args=said))


def _promote(connection: sa.Connection) -> int:
    due = sa.and_(rows.c.queue_name == LATER, rows.c.status == "todo", rows.c.scheduled_at <= _NOW)
    place = {"queue_name": READY, "lock": rows.c.args["key"].astext}
    keys = connection.scalars(sa.update(rows).where(due).values(**place).returning(rows.c.lock)).all()
    _settle(keys, connection)
    return len(keys)


def _job(found: Theirs, worker: int) -> Job:
    given = found.task_kwargs
    payload, key = json.loads(str(given["payload"])), str(given["key"])
    return Job(int(found.id or 0), found.task_name, payload, key, found.attempts + 1, str(worker))
