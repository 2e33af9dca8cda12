"""The door of the clock: at the right moments it enqueues, and nothing else. One process leads, the others watch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.queue.port import JobQueue
from bot.store import Store

_log = structlog.get_logger(__name__)

LEADER = "clock"
EDGE = "edge"  # the kind of job that an edge becomes; its payload names repository_id, ref and at


@dataclass(frozen=True, slots=True)
class Beat:
    """A job that is due again and again."""

    kind: str
    every: timedelta
    priority: int = 0

    def bucket(self, now: datetime) -> datetime:
        """The beginning of the stretch of time that `now` lies in: the same for every process."""
        seconds = self.every.total_seconds()
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)


@dataclass(frozen=True, slots=True)
class Edge:
    """An instant at which a window of a repository opens or closes, for pull requests into one branch."""

    repository_id: int
    ref: str
    at: datetime


Edges = Callable[[datetime, datetime], Iterable[Edge]]  # those in (after, until]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the search for edges looks, so that neither a pause nor a late thread misses one."""

    every: timedelta = timedelta(seconds=15)
    back: timedelta = timedelta(days=1)  # a server that was down for longer finds the rest with its sweep
    ahead: timedelta = timedelta(seconds=60)
    lease: timedelta = timedelta(seconds=60)
    skew: timedelta = timedelta(minutes=1)  # by which the clocks of several machines may differ
    longest: timedelta = timedelta(hours=2)  # no job is put off, or leased, for as long


class Schedule:
    """`edges` tells where windows open and close. Nothing runs here: jobs do."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        clock: Callable[[], datetime],
        *,
        holder: str,
        beats: tuple[Beat, ...],
        edges: Edges,
        reach: Reach | None = None,
    ) -> None:
        self._store, self._queue, self._clock, self._holder = store, queue, clock, holder
        self._beats, self._edges, self._reach = beats, edges, reach or Reach()
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Look every few seconds, beginning now."""
        settings = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 30}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=settings)
        every = IntervalTrigger(seconds=self._reach.every.total_seconds(), timezone=UTC)
        self._scheduler.add_job(self._look_safely, every, next_run_time=datetime.now(UTC))
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for the look in hand, then let another process lead at once."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
        self._store.resign(LEADER, self._holder)

    def look(self) -> int:
        """Enqueue what is due now; returns how many jobs. Nothing while another process leads."""
        now = self._clock()
        if not self._store.lead(LEADER, self._holder, now, self._reach.lease):
            return 0
        self._mend(now)
        beats = sum(self._beat(beat, now) for beat in self._beats)
        reach = self._reach
        return beats + sum(self._edge(edge, now) for edge in self._edges(now - reach.back, now + reach.ahead))

    def _mend(self, now: datetime) -> None:
        """When the clock was ahead and was put right: what was done too early is due again at its true time."""
        early = self._store.forget_ticks(now + self._reach.skew)
        if early:
            recalled = self._queue.recall(now, self._reach.longest)
            _log.warning("schedule.clock_went_back", words=f"{early} beats are due again, {recalled} jobs recalled")

    def _beat(self, beat: Beat, now: datetime) -> bool:
        return self._once(
            f"{beat.kind} {beat.bucket(now).isoformat()}", beat.kind, {}, f"clock/{beat.kind}", now, now, beat.priority
        )

    def _edge(self, edge: Edge, now: datetime) -> bool:
        payload = {"repository_id": edge.repository_id, "ref": edge.ref, "at": edge.at.isoformat()}
        name = f"edge {edge.repository_id} {edge.ref} {edge.at.astimezone(UTC).isoformat()}"
        return self._once(name, EDGE, payload, f"clock/edge/{edge.repository_id}/{edge.ref}", now, edge.at, 5)

    def _once(
        self, name: str, kind: str, payload: dict[str, object], key: str, now: datetime, at: datetime, priority: int
    ) -> bool:
        with self._store.write() as connection:
            if not self._store.once(name[-255:], now, connection):
                return False
            run_at = max(at, now)
            return self._queue.enqueue(
                kind, payload, key[:255], run_at=run_at, dedupe=name[-255:], priority=priority, connection=connection
            )

    def _look_safely(self) -> None:
        try:
            self.look()
        except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the clock
            _log.exception("schedule.failed")
