"""What every queue promises, on each of them."""

import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.jobs import Job, JobQueue, NewJob
from bot.store import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
REPOSITORY = Path(__file__).parents[3]


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def add(queue: JobQueue, key: str, name: str, *, after: float = 0, **more: object) -> bool:
    connection = more.pop("connection", None)
    return queue.add(NewJob("test", {"name": name}, key, later(after), **more), connection)  # type: ignore[arg-type]


def take(queue: JobQueue, after: float = 0, worker: str = "w") -> Job | None:
    return queue.claim(worker, later(after), LEASE)


def name(job: Job | None) -> str | None:
    return None if job is None else str(job.payload["name"])


def drain(queue: JobQueue, after: float = 0) -> list[str | None]:
    names = []
    while (job := take(queue, after)) is not None:
        names.append(name(job))
        queue.finish(job)
    return names


def test_an_empty_queue_gives_nothing(queue: JobQueue) -> None:
    assert take(queue) is None


def test_jobs_of_a_key_come_oldest_first(queue: JobQueue) -> None:
    for one in ("first", "second", "third"):
        add(queue, "pull", one)
    assert drain(queue) == ["first", "second", "third"]


def test_jobs_of_a_key_never_overlap(queue: JobQueue) -> None:
    add(queue, "pull", "first")
    add(queue, "pull", "second")
    running = take(queue)
    assert running is not None
    assert take(queue, worker="other") is None
    queue.finish(running)
    assert name(take(queue, worker="other")) == "second"


def test_jobs_of_other_keys_do_not_wait(queue: JobQueue) -> None:
    add(queue, "stuck", "slow")
    add(queue, "free", "fast")
    assert [name(take(queue, worker="a")), name(take(queue, worker="b"))] == ["slow", "fast"]


def test_a_job_keeps_what_it_was_given(queue: JobQueue) -> None:
    odd = {"text": "é 😀 'quoted' \\ \udce9", "list": [1, None, True], "nested": {"a": 1.5}}
    queue.add(NewJob("kind", odd, "key", NOW))
    job = take(queue)
    assert job is not None
    assert (job.kind, dict(job.payload), job.key, job.attempts) == ("kind", odd, "key", 1)


def test_a_job_does_not_run_before_its_time(queue: JobQueue) -> None:
    add(queue, "pull", "later", after=60)
    assert take(queue, after=59) is None
    assert name(take(queue, after=60)) == "later"


def test_a_job_meant_for_later_does_not_hold_up_its_key(queue: JobQueue) -> None:
    add(queue, "pull", "tomorrow", after=86_400)
    add(queue, "pull", "now")
    assert drain(queue) == ["now"]


def test_a_job_with_priority_goes_first(queue: JobQueue) -> None:
    add(queue, "a", "sweep")
    add(queue, "b", "person", priority=10)
    assert drain(queue) == ["person", "sweep"]


def test_priority_does_not_break_the_order_of_a_key(queue: JobQueue) -> None:
    add(queue, "a", "first")
    add(queue, "a", "second", priority=10)
    assert drain(queue) == ["first", "second"]


def test_a_waiting_job_absorbs_its_duplicates(queue: JobQueue) -> None:
    assert add(queue, "pull", "first", dedupe="changed")
    assert not add(queue, "pull", "second", dedupe="changed")
    assert drain(queue) == ["first"]


def test_a_running_job_absorbs_nothing_because_it_may_have_looked_already(queue: JobQueue) -> None:
    add(queue, "pull", "first", dedupe="changed")
    running = take(queue)
    assert running is not None
    assert add(queue, "pull", "second", dedupe="changed")
    queue.finish(running)
    assert drain(queue) == ["second"]


def test_a_failed_job_with_a_duplicate_behind_it_runs_again_all_the_same(queue: JobQueue) -> None:
    add(queue, "pull", "first", dedupe="changed")
    running = take(queue)
    assert running is not None
    add(queue, "pull", "second", dedupe="changed")
    assert queue.retry(running, later(1), "broken")
    assert drain(queue, after=1) == ["first", "second"]


def test_a_job_to_be_tried_again_keeps_its_place(queue: JobQueue) -> None:
    add(queue, "pull", "justify")
    add(queue, "pull", "approve")
    job = take(queue)
    assert job is not None
    queue.retry(job, later(10), "the forge does not answer")
    assert take(queue, after=9) is None
    again = take(queue, after=10)
    assert (name(again), again and again.attempts) == ("justify", 2)


def test_a_failing_job_holds_up_no_other_key(queue: JobQueue) -> None:
    add(queue, "bad", "bad")
    add(queue, "good", "good")
    job = take(queue)
    assert job is not None
    queue.retry(job, later(300), "broken")
    assert drain(queue, after=1) == ["good"]


def test_a_buried_job_is_seen_and_frees_its_key(queue: JobQueue) -> None:
    add(queue, "pull", "hopeless")
    add(queue, "pull", "next")
    job = take(queue)
    assert job is not None
    assert queue.bury(job, "no such repository")
    assert [(dead.payload, dead.error) for dead in queue.dead()] == [({"name": "hopeless"}, "no such repository")]
    assert drain(queue) == ["next"]


def test_a_dead_job_can_be_revived_once(queue: JobQueue) -> None:
    add(queue, "pull", "hopeless")
    job = take(queue)
    assert job is not None
    queue.bury(job, "broken")
    assert queue.revive(queue.dead()[0].id, later(5))
    assert not queue.revive(job.id, later(5))
    assert drain(queue, after=5) == ["hopeless"]
    assert queue.dead() == ()


def test_a_silent_worker_loses_its_job_to_another(queue: JobQueue) -> None:
    add(queue, "pull", "first")
    lost = take(queue, worker="silent")
    assert lost is not None
    assert take(queue, after=29, worker="other") is None
    again = take(queue, after=31, worker="other")
    assert again is not None
    assert (name(again), again.attempts) == ("first", 2)
    assert not queue.finish(lost)
    assert not queue.heartbeat(lost, later(31), LEASE)
    assert not queue.retry(lost, later(31), "late")
    assert queue.finish(again)


def test_a_worker_of_the_same_name_does_not_inherit_a_lost_job(queue: JobQueue) -> None:
    add(queue, "pull", "first")
    lost, again = take(queue, worker="w"), take(queue, after=31, worker="w")
    assert lost is not None
    assert again is not None
    assert not queue.finish(lost)
    assert queue.finish(again)


def test_a_heartbeat_keeps_the_job(queue: JobQueue) -> None:
    add(queue, "pull", "long")
    job = take(queue)
    assert job is not None
    assert queue.heartbeat(job, later(29), LEASE)
    assert take(queue, after=58, worker="other") is None
    assert queue.finish(job)


def test_the_order_of_a_key_survives_a_lost_worker(queue: JobQueue) -> None:
    for one in ("first", "second"):
        add(queue, "pull", one)
    take(queue, worker="killed")
    assert drain(queue, after=31) == ["first", "second"]


def test_a_job_that_takes_every_worker_down_with_it_is_dead_in_the_end(queue: JobQueue) -> None:
    add(queue, "pull", "poison")
    taken = sum(take(queue, after=31 * turn, worker=f"w{turn}") is not None for turn in range(20))
    assert taken == 8
    assert [dead.payload["name"] for dead in queue.dead()] == ["poison"]


def test_a_job_added_in_a_transaction_that_is_undone_never_was(queue: JobQueue, store: Store) -> None:
    class Undone(Exception):
        pass

    try:
        with store.write() as connection:
            add(queue, "pull", "never", connection=connection)
            raise Undone
    except Undone:
        assert take(queue) is None


def test_a_job_that_a_clock_ahead_of_its_time_put_off_or_took_is_recalled(queue: JobQueue) -> None:
    day, longest = 86_400, timedelta(minutes=2)
    add(queue, "taken", "taken", after=day)
    assert take(queue, day) is not None
    add(queue, "put off", "put off", after=day)
    add(queue, "soon", "soon", after=60)
    assert take(queue) is None
    assert queue.recall(NOW, longest) == 3
    assert drain(queue) == ["taken", "put off", "soon"]


def test_a_recall_takes_no_job_from_a_worker_that_lives(queue: JobQueue) -> None:
    add(queue, "taken", "taken")
    assert take(queue) is not None
    assert queue.recall(later(1), timedelta(minutes=2)) == 0
    assert take(queue, 1) is None


def test_a_job_that_would_wait_in_the_place_of_a_sooner_one_runs_as_soon_as_that(queue: JobQueue) -> None:
    add(queue, "pull", "late", after=3600, dedupe="a")
    assert not add(queue, "pull", "soon", after=60, dedupe="a")
    assert not add(queue, "pull", "later", after=7200, dedupe="a")
    assert drain(queue, 59) == []
    assert drain(queue, 60) == ["late"]


def test_the_depth_counts_each_sort_and_the_age_of_the_oldest(queue: JobQueue) -> None:
    for key in "abc":
        add(queue, key, key)
    first, second = take(queue), take(queue)
    assert first is not None
    assert second is not None
    queue.bury(first, "broken")
    depth = queue.depth(later(7))
    assert (depth.waiting, depth.running, depth.dead, depth.oldest) == (1, 1, 1, 7.0)


def test_many_threads_do_each_job_once_in_order_and_never_two_of_a_key(queue: JobQueue) -> None:
    keys, each = 12, 12
    for turn in range(each):
        for key in range(keys):
            add(queue, f"k{key}", f"{key}/{turn}")
    seen: dict[str, list[int]] = defaultdict(list)
    inside: set[str] = set()
    overlaps: list[str] = []

    def work(worker: str) -> None:
        while (job := queue.claim(worker, NOW, timedelta(minutes=5))) is not None:
            if job.key in inside:
                overlaps.append(job.key)
            inside.add(job.key)
            seen[job.key].append(int(str(job.payload["name"]).split("/")[1]))
            inside.discard(job.key)
            queue.finish(job)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # a thread may have left while the rest of a key was in other hands: one more look takes what is left
    work("last")
    assert overlaps == []
    assert seen == {f"k{key}": list(range(each)) for key in range(keys)}


VICTIM = """
import sys
from datetime import UTC, datetime, timedelta
from queue_backends import open_queue
queue = open_queue(sys.argv[1])
job = queue.claim("victim", datetime(2026, 11, 21, 12, tzinfo=UTC), timedelta(seconds=30))
print(job.payload["name"], flush=True)
sys.stdin.read()
"""


def test_a_job_whose_process_was_killed_runs_again_before_the_younger_ones(queue: JobQueue, address: str) -> None:
    for one in ("first", "second"):
        add(queue, "pull", one)
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(Path(__file__).parent)])},
        text=True,
    )
    assert victim.stdout is not None
    assert victim.stdout.readline().strip() == "first"
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert take(queue, after=29) is None
    assert drain(queue, after=31) == ["first", "second"]


def test_many_are_added_in_one_go_in_their_order_and_duplicates_are_absorbed(queue: JobQueue, store: Store) -> None:
    add(queue, "pull", "waiting", dedupe="a")
    new = [NewJob("test", {"name": name}, "pull", NOW, dedupe) for name, dedupe in MANY]
    with store.write() as connection:
        assert queue.add_all(new, connection) == (False, True, True, False, True)
    assert drain(queue) == ["waiting", "two", "three", "five"]


def test_nothing_to_add_is_nothing(queue: JobQueue, store: Store) -> None:
    with store.write() as connection:
        assert queue.add_all([], connection) == ()


MANY = (("one", "a"), ("two", "b"), ("three", None), ("four", "b"), ("five", None))
