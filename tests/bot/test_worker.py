"""Workers: what goes wrong in one job is tried again, given up in the end, and never touches another."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs import Job, LeaseQueue
from bot.jobs.port import NewJob
from bot.jobs.worker import Backoff, Rules, Worker
from bot.store import Store

NOW = datetime(2024, 2, 29, 12, tzinfo=UTC)  # long ago, for the tests that run by the real clock


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[LeaseQueue]:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    yield LeaseQueue(store.engine)
    store.close()


class Flaky:
    """Fails so many times for each name, then does it."""

    def __init__(self, failures: dict[str, int], error: Exception | None = None) -> None:
        self.left, self.error, self.done = dict(failures), error or RuntimeError("broken"), []
        self.done: list[str] = []

    def __call__(self, job: Job) -> None:
        name = str(job.payload["name"])
        if self.left.get(name, 0) > 0:
            self.left[name] -= 1
            raise self.error
        self.done.append(name)


def is_lookup(job: Job, error: Exception) -> bool:
    return isinstance(error, LookupError)


def add(queue: LeaseQueue, name: str, key: str | None = None) -> None:
    queue.add(NewJob("test", {"name": name, "delivery": f"guid-{name}"}, key or name, NOW))


def worker(queue: LeaseQueue, handle: Callable[[Job], None], clock: Callable[[], datetime], **rules: object) -> Worker:
    dead: list[tuple[str, str]] = []
    made = Worker(
        queue,
        handle,
        clock,
        name="w",
        rules=Rules(**rules),  # type: ignore[arg-type]
        on_dead=lambda job, error: dead.append((str(job.payload["name"]), str(error))),
        chance=lambda: 0.999,
    )
    made.dead = dead  # type: ignore[attr-defined]
    return made


def test_jobs_are_done_until_none_is_left(queue: LeaseQueue, clock: Clock) -> None:
    handle = Flaky({})
    one = worker(queue, handle, clock)
    for name in "abc":
        add(queue, name)
    assert [one.run_one() for _ in range(4)] == [True, True, True, False]
    assert handle.done == ["a", "b", "c"]


def test_a_failed_job_is_tried_again_later(queue: LeaseQueue, clock: Clock) -> None:
    handle = Flaky({"a": 2})
    one = worker(queue, handle, clock)
    add(queue, "a")
    for _ in range(2):
        assert one.run_one()
        assert not one.run_one()
        clock.forward(5)
    assert one.run_one()
    assert handle.done == ["a"]


def test_one_bad_pull_request_never_holds_up_another(queue: LeaseQueue, clock: Clock) -> None:
    handle = Flaky({"bad": 1000})
    one = worker(queue, handle, clock)
    add(queue, "bad")
    for number in range(20):
        add(queue, f"good-{number}")
    while one.run_one():
        pass
    assert handle.done == [f"good-{number}" for number in range(20)]


def test_a_job_that_always_fails_is_given_up_and_told(queue: LeaseQueue, clock: Clock) -> None:
    one = worker(queue, Flaky({"bad": 1000}), clock, backoff=Backoff(attempts=3))
    add(queue, "bad")
    attempts = 0
    while clock.now < NOW + timedelta(hours=1):
        attempts += one.run_one()
        clock.forward(30)
    assert attempts == 3
    assert one.dead == [("bad", "broken")]  # type: ignore[attr-defined]
    assert [(job.attempts, job.error) for job in queue.dead()] == [(3, "RuntimeError: broken")]


def test_a_job_about_what_is_gone_is_dropped_at_once_and_counted_and_is_no_dead_job(
    queue: LeaseQueue, clock: Clock
) -> None:
    one = worker(queue, Flaky({"gone": 1000}, LookupError("no such repository")), clock, hopeless=is_lookup)
    ends: list[str] = []
    one._on_end = lambda job, outcome, seconds: ends.append(outcome)
    add(queue, "gone")
    assert one.run_one()
    assert (ends, queue.dead(), one.run_one()) == (["dropped"], (), False)


def test_what_would_end_the_same_is_given_up_at_once(queue: LeaseQueue, clock: Clock) -> None:
    one = worker(queue, Flaky({"odd": 1000}, LookupError("no field sha")), clock, final=is_lookup)
    add(queue, "odd")
    assert one.run_one()
    assert [(job.attempts, job.error) for job in queue.dead()] == [(1, "LookupError: no field sha")]
    assert one.dead == [("odd", "no field sha")]  # type: ignore[attr-defined]


def test_a_rate_limit_says_when_to_come_back_and_does_not_count_as_a_failure(queue: LeaseQueue, clock: Clock) -> None:
    handle = Flaky({"a": 20}, TimeoutError("limit"))
    one = worker(queue, handle, clock, not_before=lambda error, now: now + timedelta(minutes=10))
    add(queue, "a")
    for _ in range(20):
        assert one.run_one()
        clock.forward(599)
        assert not one.run_one()
        clock.forward(301)
    assert one.run_one()
    assert handle.done == ["a"]


def test_a_job_that_is_asked_to_wait_for_ever_is_given_up_in_the_end(queue: LeaseQueue, clock: Clock) -> None:
    one = worker(queue, Flaky({"a": 1000}), clock, not_before=lambda error, now: now, backoff=Backoff(patience=12))
    add(queue, "a")
    attempts = 0
    for _ in range(50):
        attempts += one.run_one()
        clock.forward(400)
    assert (attempts, len(queue.dead())) == (12, 1)


def test_the_log_of_a_job_names_its_delivery(queue: LeaseQueue, clock: Clock) -> None:
    seen: list[object] = []
    one = worker(queue, lambda job: seen.append(structlog.contextvars.get_contextvars()), clock)
    add(queue, "a", "7#1")
    one.run_one()
    assert seen == [{"job": 1, "kind": "test", "key": "7#1", "delivery": "guid-a"}]
    assert structlog.contextvars.get_contextvars() == {}


def real_now() -> datetime:
    return datetime.now(UTC)


def until(true: Callable[[], bool]) -> None:
    """Wait for a thread; fails only when it never comes."""
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_threads_work_side_by_side_and_stop_when_their_jobs_are_done(queue: LeaseQueue) -> None:
    both, done = threading.Barrier(2, timeout=20), []

    def handle(job: Job) -> None:
        both.wait()
        done.append(job.payload["name"])

    one = worker(queue, handle, real_now, threads=2, poll=0.01)
    one.start()
    add(queue, "a")
    add(queue, "b")
    one.wake()
    until(lambda: len(done) == 2)
    assert one.stop()
    assert sorted(done) == ["a", "b"]
    assert not one.alive()


def test_a_stopping_worker_finishes_what_it_began_and_begins_nothing(queue: LeaseQueue) -> None:
    began, go_on, done = threading.Event(), threading.Event(), []

    def handle(job: Job) -> None:
        began.set()
        go_on.wait(20)
        done.append(job.payload["name"])

    one = worker(queue, handle, real_now, threads=1, poll=0.01)
    add(queue, "first", "key")
    add(queue, "second", "key")
    one.start()
    assert began.wait(20)
    stopping = threading.Thread(target=one.stop)
    stopping.start()
    go_on.set()
    stopping.join()
    assert done == ["first"]
    assert queue.depth(real_now()).waiting == 1


def test_a_long_job_keeps_its_lease(queue: LeaseQueue) -> None:
    go_on, runs = threading.Event(), []

    def handle(job: Job) -> None:
        runs.append(job.attempts)
        go_on.wait(20)

    one = worker(queue, handle, real_now, threads=2, poll=0.01, lease=timedelta(seconds=0.3))
    add(queue, "long")
    one.start()
    until(lambda: len(runs) == 1)
    time.sleep(1.0)  # three leases long
    go_on.set()
    until(lambda: queue.depth(real_now()).running == 0)
    assert one.stop()
    assert runs == [1]


def test_a_job_that_outlived_its_lease_may_run_again_beside_itself_and_both_end(
    queue: LeaseQueue, clock: Clock
) -> None:
    """A worker that was suspended (a laptop lid, a stopped container) wakes up to find its job in other hands."""
    seen: list[int] = []

    def handle(job: Job) -> None:
        seen.append(job.attempts)
        if job.attempts == 1:
            clock.forward(61)
            assert one.run_one()

    one = worker(queue, handle, clock)
    add(queue, "a")
    assert one.run_one()
    assert seen == [1, 2]
    assert not one.busy()
    assert queue.depth(clock.now).running == 0


class Broken:
    """A queue whose database is away for a while."""

    def __init__(self, queue: LeaseQueue, failures: int) -> None:
        self.queue, self.left = queue, failures

    def claim(self, *given: object) -> Job | None:
        if self.left:
            self.left -= 1
            raise OSError("database is locked")
        return self.queue.claim(*given)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self.queue, name)


def test_a_database_that_was_away_does_not_end_the_worker(queue: LeaseQueue) -> None:
    handle = Flaky({})
    one = worker(Broken(queue, 1), handle, real_now, threads=1, poll=0.01)  # type: ignore[arg-type]
    add(queue, "a")
    one.start()
    until(lambda: handle.done == ["a"])
    assert one.alive()
    assert one.stop()


@settings(deadline=None)
@given(st.integers(1, 7), st.floats(0, 1, exclude_max=True))
def test_the_wait_is_between_nothing_and_its_bound(attempts: int, chance: float) -> None:
    wait = Backoff(base=1, cap=60).wait(attempts, chance)
    assert wait is not None
    assert timedelta() <= wait <= timedelta(seconds=min(60, 2**attempts))


def test_after_the_last_attempt_there_is_no_wait() -> None:
    assert Backoff(attempts=8).wait(8, 0.5) is None
