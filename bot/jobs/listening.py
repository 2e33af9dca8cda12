"""PostgreSQL says when there is a job, and a clock says when one that was put off is due: nobody asks every moment."""

import threading
from collections.abc import Callable
from contextlib import closing

import sqlalchemy as sa
import structlog

from bot.store.engine import writing
from bot.store.queued import rows

_log = structlog.get_logger(__name__)

CHANNEL = "procrastinate_any_queue_v1"  # where procrastinate's trigger tells of every job that is added
LONGEST_S = 5.0  # between two looks when nothing was told: a notice may be lost with its connection
AGAIN_S = 1.0  # before another connection is tried


def announce(connection: sa.Connection) -> None:
    """Tell, once this transaction commits, that a job may be due sooner than anybody knows."""
    connection.execute(sa.select(sa.func.pg_notify(CHANNEL, '{"type": "job_inserted", "job_id": 0}')))


class Listener:
    """One thread and one connection for a process, however many of its threads work."""

    def __init__(self, engine: sa.Engine, wake: Callable[[], None]) -> None:
        self._engine, self._wake = engine, wake
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job-listener", daemon=True)

    def start(self) -> Callable[[], None]:
        """Returns what ends it."""
        self._thread.start()
        return self._end

    def _end(self) -> None:
        self._ended.set()
        try:
            with writing(self._engine) as connection:
                announce(connection)
        except sa.exc.SQLAlchemyError:
            _log.info("queue.listener_left", words="the database is away: the listener ends with the process")
            return
        self._thread.join(LONGEST_S)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the thread
                _log.exception("queue.listening_failed")
                self._ended.wait(AGAIN_S)

    def _listen(self) -> None:
        with closing(self._engine.raw_connection()) as pooled:
            pooled.detach()  # it listens for as long as it lives
            driver = pooled.driver_connection
            assert driver is not None  # noqa: S101 - it was just opened
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
            while not self._ended.is_set():
                pause = self._pause()  # first: what falls due while others look is then waited for
                self._wake()
                for _ in driver.notifies(timeout=pause, stop_after=1):
                    pass

    def _pause(self) -> float:
        """Seconds until the next job that was put off is due."""
        ahead = sa.func.extract("epoch", sa.func.min(rows.c.scheduled_at) - sa.func.clock_timestamp())
        here = sa.select(ahead).where(rows.c.status == "todo", rows.c.scheduled_at > sa.func.clock_timestamp())
        with self._engine.connect() as connection:
            seconds = connection.scalar(here)
        return LONGEST_S if seconds is None else min(LONGEST_S, max(0.01, float(seconds)))
