"""Runs jobs in threads. What goes wrong in a job ends here: logged, tried again later, given up in the end."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.jobs.port import Job, JobQueue

_log = structlog.get_logger(__name__)

OnEnd = Callable[[Job, str, float], None]  # an attempt, how it ended, and how many seconds it took


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter: before attempt n + 1 a wait between 0 and `base` * 2 ** n seconds, at most `cap`."""

    base: float = 1.0
    cap: float = 300.0
    attempts: int = 8  # after so many a job is dead
    patience: int = 200  # the same when each time the error said when to come back

    def wait(self, attempts: int, chance: float) -> timedelta | None:
        """`chance` is in [0, 1). None: it was tried often enough."""
        if attempts >= self.attempts:
            return None
        return timedelta(seconds=chance * min(self.cap, self.base * 2**attempts))


def _never(job: Job, error: Exception) -> bool:
    return False


def _endless(job: Job) -> timedelta:
    return timedelta.max


def _no_word(error: Exception, now: datetime) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a worker behaves. `not_before` may know from an error when trying again makes sense (a rate limit);
    `hopeless`: what a job is about is gone, so it is dropped; `final`: the same again would end the same, so it is
    given up at once. A job that takes longer than `limit` is taken for hung: its lease is kept alive no longer."""

    threads: int = 4
    lease: timedelta = timedelta(seconds=60)
    poll: float | None = None  # seconds an idle thread waits before it looks again; None: as the queue says
    backoff: Backoff = Backoff()
    hopeless: Callable[[Job, Exception], bool] = _never
    final: Callable[[Job, Exception], bool] = _never
    limit: Callable[[Job], timedelta] = _endless
    not_before: Callable[[Exception, datetime], datetime | None] = _no_word


def _nothing(job: Job, error: Exception) -> None:
    return None


def _uncounted(job: Job, outcome: str, seconds: float) -> None:
    return None


class News:
    """Numbered, so that what is told while a thread looks is not lost on it, however many threads there are."""

    def __init__(self) -> None:
        self.number = 0
        self._told = threading.Condition()

    def tell(self) -> None:
        with self._told:
            self.number += 1
            self._told.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Until there is news since number `heard`, but no longer than so many seconds."""
        with self._told:
            self._told.wait_for(lambda: self.number != heard, seconds)


class Worker:
    """`handle` does one job and raises when it could not; `on_dead` is told of each job that is given up.

    `on_end` is told of every attempt: the job, "done", "retried", "dropped" (what it is about is gone) or "dead", and
    how many seconds it took.
    """

    def __init__(
        self,
        queue: JobQueue,
        handle: Callable[[Job], None],
        clock: Callable[[], datetime],
        *,
        name: str,
        rules: Rules | None = None,
        on_dead: Callable[[Job, Exception], None] = _nothing,
        on_end: OnEnd = _uncounted,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._queue, self._handle, self._clock, self._name = queue, handle, clock, name
        self._rules = rules or Rules()
        self._on_dead, self._on_end, self._chance = on_dead, on_end, chance
        self._stopping, self._news = threading.Event(), News()
        self._poll = queue.poll if self._rules.poll is None else self._rules.poll
        self._unwatch: Callable[[], None] = lambda: None
        # by id and attempt, since one may outlive its lease here; with when it began, by the steady clock
        self._running: dict[tuple[int, int], tuple[Job, float]] = {}
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        loops = [self._loop] * self._rules.threads + [self._keep_alive]
        self._threads = [
            threading.Thread(target=loop, name=f"{self._name}-{number}", args=(f"{self._name}-{number}",), daemon=True)
            for number, loop in enumerate(loops)
        ]
        for thread in self._threads:
            thread.start()
        self._unwatch = self._queue.watch(self.wake)

    def stop(self, timeout: float | None = 30.0) -> bool:
        """Take no new job and wait for those in hand. False: some did not end; their leases will run out."""
        self._stopping.set()
        self._unwatch()
        self._news.tell()
        for thread in self._threads:
            thread.join(timeout)
        return not self.busy()

    def busy(self) -> bool:
        with self._lock:
            return bool(self._running)

    def alive(self) -> bool:
        """Whether every thread runs."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def wake(self) -> None:
        """There may be a job: look now."""
        self._news.tell()

    def run_one(self, name: str | None = None) -> bool:
        """Do one job in this thread, when there is one that may run; says whether there was."""
        job = self._queue.claim(name or self._name, self._clock(), self._rules.lease)
        if job is None:
            return False
        with self._lock:
            self._running[job.id, job.attempts] = job, time.monotonic()
        try:
            self._do(job)
        finally:
            with self._lock:
                del self._running[job.id, job.attempts]
        return True

    def _loop(self, name: str) -> None:
        while not self._stopping.is_set():
            heard = self._news.number
            if not self._survive(name):
                self._news.wait(heard, self._poll)

    def _survive(self, name: str) -> bool:
        try:
            return self.run_one(name)
        except Exception:  # noqa: BLE001 - a full disk or a locked database must not end the thread
            _log.exception("worker.queue_failed")
            self._stopping.wait(1.0)
            return False

    def _do(self, job: Job) -> None:
        with structlog.contextvars.bound_contextvars(job=job.id, kind=job.kind, key=job.key, **_delivery(job)):
            began = time.monotonic()
            try:
                self._handle(job)
            except Exception as error:  # noqa: BLE001 - the one place where errors of jobs end
                outcome = self._failed(job, error)
            else:
                outcome = "done"
                if not self._queue.finish(job):
                    _log.warning("worker.lease_lost", words="another worker has the job now; both leave the same state")
            self._on_end(job, outcome, time.monotonic() - began)

    def _failed(self, job: Job, error: Exception) -> str:
        if self._rules.hopeless(job, error):
            _log.info("worker.dropped", words=str(error))
            self._queue.finish(job)
            return "dropped"
        words = f"{type(error).__name__}: {error}"
        at = self._next_try(job, error)
        if at is None:
            _log.error("worker.gave_up", attempts=job.attempts, exc_info=error)
            self._on_dead(job, error)
            self._queue.bury(job, words)
            return "dead"
        _log.warning("worker.try_again", at=at.isoformat(), attempts=job.attempts, exc_info=error)
        self._queue.retry(job, at, words)
        return "retried"

    def _next_try(self, job: Job, error: Exception) -> datetime | None:
        if self._rules.final(job, error):
            return None
        now = self._clock()
        moment = self._rules.not_before(error, now)
        wait = self._rules.backoff.wait(job.attempts, self._chance())
        if moment is not None and job.attempts < self._rules.backoff.patience:  # to be asked to wait is no failure
            return max(moment, now) + (wait or timedelta())
        return None if wait is None else now + wait

    def _keep_alive(self, name: str) -> None:
        while not self._stopping.wait(self._rules.lease.total_seconds() / 3) or self.busy():
            with self._lock:
                running = list(self._running.values())
            for job, began in running:
                self._beat(job, time.monotonic() - began)
            if self._stopping.is_set():
                time.sleep(0.05)

    def _beat(self, job: Job, seconds: float) -> None:
        if seconds > self._rules.limit(job).total_seconds():
            _log.error("worker.over_limit", job=job.id, kind=job.kind, words="its lease is kept alive no longer")
            return
        try:
            self._queue.heartbeat(job, self._clock(), self._rules.lease)
        except Exception:  # noqa: BLE001 - the next beat may succeed; a lost lease is noticed at the end of the job
            _log.exception("worker.heartbeat_failed", job=job.id)


def _delivery(job: Job) -> dict[str, str]:
    guid = job.payload.get("delivery")
    return {"delivery": str(guid)} if guid else {}
