"""The door of the clock: at the right moments it enqueues, and nothing else. One process leads, the others watch.

The wall clock may be wrong, and be put right at any moment. So nothing waits for a time of day: a look follows the last
one by the steady clock, and each look asks for a comparison of what the calendar says now with what every head was
decided under. Where it was seen to move, all that was put off is due, and every open pull request is looked at.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock.steps import Steps
from bot.jobs.desk import Beat
from bot.jobs.kinds import EDGE, MOVED, NAMES, STANDING, Edge, Nothing
from bot.jobs.port import JobQueue, NewJob
from bot.store import Leases, Ticks

_log = structlog.get_logger(__name__)

LEADER = "clock"
Edges = Callable[[datetime, datetime], Iterable[Edge]]  # those in (after, until]


@dataclass(frozen=True, slots=True)
class Reach:
    """How often the clock looks and how far, so that neither a pause nor a late thread misses an edge.

    After the leader was killed another leads within `lease` and `turn` together: an edge is 15 seconds late at most.
    """

    every: timedelta = timedelta(seconds=15)
    turn: timedelta = timedelta(seconds=5)  # between two attempts to lead
    back: timedelta = timedelta(days=1)  # a server that was down for longer finds the rest with its sweep
    ahead: timedelta = timedelta(seconds=60)
    lease: timedelta = timedelta(seconds=10)
    skew: timedelta = timedelta(minutes=1)  # by which the clocks of several machines may differ
    longest: timedelta = timedelta(minutes=10)  # no job is leased for as long
    watch: float = 0.25  # seconds between two comparisons of the clocks


class Schedule:
    """`edges` tells where windows open and close. Nothing runs here: jobs do."""

    def __init__(
        self,
        leases: Leases,
        ticks: Ticks,
        queue: JobQueue,
        clock: Callable[[], datetime],
        *,
        holder: str,
        beats: tuple[Beat, ...],
        edges: Edges,
        reach: Reach | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases, self._ticks = leases, ticks
        self._queue, self._clock, self._holder = queue, clock, holder
        self._beats, self._edges, self._reach = beats, edges, reach or Reach()
        self._steady, self._steps = steady, Steps(clock, steady)
        self._moves, self._mended = 0, 0  # how often the clock was moved, and of how many that was put right
        self._leads, self._next = False, steady()
        self._scheduler: BackgroundScheduler | None = None
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        """Look every few seconds, beginning now."""
        settings = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=settings)
        turn = IntervalTrigger(seconds=self._reach.turn.total_seconds(), timezone=UTC)
        self._scheduler.add_job(self._turn_safely, turn, id=LEADER, next_run_time=datetime.now(UTC))
        self._scheduler.start()
        self._watcher = threading.Thread(target=self._keep_turning, name="clock-watch", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Wait for the look in hand, then let another process lead at once."""
        self._ended.set()
        if self._watcher is not None:
            self._watcher.join()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
        self._leases.release(LEADER, self._holder)

    def turn(self) -> int:
        """Keep leading, and look when it is time to: how many jobs. Where the clock was moved, put that right."""
        self.watch()
        moves, led, now = self._moves, self._leads, self._clock()
        moved = moves != self._mended
        self._leads = self._leases.take(LEADER, self._holder, now, self._reach.lease)
        if moved or (self._leads and not led):  # a server that was down cannot know what the clock did meanwhile
            self._recall(now, everything=moved)
            self._mended = moves  # not those that were seen meanwhile
        if not self._leads or (led and not moved and self._steady() < self._next):
            return 0
        self._next = self._steady() + self._reach.every.total_seconds()
        return self.look()

    def watch(self) -> None:
        """Compare the clocks, so that one that was wrong for a second only is noticed too."""
        if self._steps.taken():
            self._moves += 1

    def look(self) -> int:
        """Enqueue what is due now; returns how many jobs. Nothing while another process leads."""
        now = self._clock()
        if not self._leases.take(LEADER, self._holder, now, self._reach.lease):
            return 0
        self._mend(now)
        self._queue.add(STANDING.new(Nothing(), now))
        beats = sum(self._beat(beat, now) for beat in self._beats)
        reach = self._reach
        return beats + sum(self._edge(edge, now) for edge in self._edges(now - reach.back, now + reach.ahead))

    def _mend(self, now: datetime) -> None:
        """When the clock was ahead and was put right: what was done too early is due again at its true time."""
        if self._ticks.forget(now + self._reach.skew):
            self._recall(now, everything=True)

    def _recall(self, now: datetime, *, everything: bool) -> None:
        recalled = self._queue.recall(now, self._reach.longest)
        if everything:
            self._queue.add(MOVED.new(Nothing(), now))
            _log.warning("schedule.clock_moved", words=f"{recalled} jobs recalled, every pull request is looked at")

    def _beat(self, beat: Beat, now: datetime) -> bool:
        name = f"{beat.kind.name} {beat.bucket(now).isoformat()}"
        return self._once(name, beat.kind.new(beat.kind.payload(), now, same=name), now)

    def _edge(self, edge: Edge, now: datetime) -> bool:
        name = f"edge {edge.repository_id} {edge.ref} {edge.at.astimezone(UTC).isoformat()}"
        return self._once(name, EDGE.new(edge, max(edge.at, now), same=name), now)

    def _once(self, name: str, job: NewJob, now: datetime) -> bool:
        with self._ticks.write() as connection:
            return self._ticks.once(name[-NAMES:], now, connection) and self._queue.add(job, connection)

    def _keep_turning(self) -> None:
        """The scheduler waits for a time of day, which comes much later when the clock was put back meanwhile."""
        while not self._ended.wait(self._reach.watch):
            self.watch()
            job = self._scheduler.get_job(LEADER) if self._scheduler is not None else None
            now = datetime.now(UTC)
            if job is not None and job.next_run_time > now + self._reach.turn:
                job.modify(next_run_time=now)

    def _turn_safely(self) -> None:
        try:
            self.turn()
        except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the clock
            _log.exception("schedule.failed")
