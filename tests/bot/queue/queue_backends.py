"""A queue from its address, also for the process that a test kills.

procrastinate takes the time from PostgreSQL: `set_up` gives a database functions that go before its own, and say what
a row says. What is asked of the queue with a time sets it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.jobs import Job, JobQueue, LeaseQueue
from bot.store.engine import open_engine

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATH = "-csearch_path=public,pg_catalog"
TIME = """
CREATE TABLE clock (moment timestamptz NOT NULL);
INSERT INTO clock VALUES ('2026-11-21T12:00:00Z');
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT moment FROM public.clock';
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT moment FROM public.clock';
"""


def set_up(address: str) -> None:
    engine = open_engine(address)
    with engine.begin() as connection:
        for statement in filter(str.strip, TIME.split(";\n")):
            connection.execute(sa.text(statement))
    engine.dispose()


def open_queue(address: str) -> JobQueue:
    if address.startswith("sqlite"):
        return LeaseQueue(open_engine(address))
    from bot.jobs.many import ProcrastinateQueue

    timed = sa.make_url(address).update_query_dict({"options": PATH})
    return AtItsTime(ProcrastinateQueue(open_engine(timed.render_as_string(hide_password=False)), upkeep=0))


class AtItsTime:
    """A queue whose database has the time that the caller says."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def claim(self, worker: str, now: datetime, lease: timedelta) -> Job | None:
        return self._at(now).claim(worker, now, lease)

    def heartbeat(self, job: Job, now: datetime, lease: timedelta) -> bool:
        return self._at(now).heartbeat(job, now, lease)

    def recall(self, now: datetime, longest: timedelta) -> int:
        return self._at(now).recall(now, longest)

    def _at(self, now: datetime) -> JobQueue:
        with self._queue._engine.begin() as connection:  # type: ignore[attr-defined]
            connection.execute(sa.text("UPDATE clock SET moment = :now WHERE moment <> :now"), {"now": now})
        return self._queue
