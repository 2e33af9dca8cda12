"""How well the work goes, from the store and from the newest looks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.doors.health import Looks, Ranked, Work, work
from bot.jobs import Job, LeaseQueue
from bot.jobs.port import NewJob
from bot.store import KnownRepository, Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def look(attempts: int = 1, kind: str = "pull") -> Job:
    return Job(1, kind, {}, "7#1", attempts, "w")


def test_the_store_tells_what_was_given_up_what_fails_and_how_many_rank_high(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    queue = LeaseQueue(store.engine)
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"), KnownRepository(8, 70, "acme/gone"))
    store.repositories.mark_gone(8, "deleted")
    for number, percentile in ((1, 0.2), (2, 0.95), (3, None)):
        for repository in (7, 8):
            store.pulls.save(repository, number, head_sha="a" * 40, base_ref="main", open=False, percentile=percentile)
    queue.add(NewJob("pull", {}, "7#1", NOW))
    job = queue.claim("w", NOW, timedelta(minutes=1))
    assert job is not None
    queue.bury(job, "broken")
    queue.add(NewJob("pull", {}, "7#2", NOW))
    for _ in range(3):
        job = queue.claim("w", NOW, timedelta(minutes=1))
        assert job is not None
        queue.retry(job, NOW, "again")
    assert work(store.engine) == Work((("pull", 1),), "broken", 1, (Ranked("acme/shop", 2, 1),))
    store.close()


def test_looks_go_badly_only_when_of_several_not_one_came_to_its_end() -> None:
    looks = Looks()
    for _ in range(4):
        looks.ended(look(), "dead", 1.0)
    assert looks.well()
    looks.ended(look(3), "retried", 1.0)
    assert not looks.well()
    looks.ended(look(), "done", 1.0)
    assert looks.well()


def test_a_look_that_only_waits_and_jobs_of_other_kinds_say_nothing() -> None:
    looks = Looks()
    for _ in range(30):
        looks.ended(look(1), "retried", 1.0)
        looks.ended(look(9, "sweep"), "dead", 1.0)
    assert looks.well()
