"""A delivery is stored with its job, done once, and may come again when it failed."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.store import Delivery, Enqueue, Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DELIVERY = Delivery("guid-1", "push", b'{"a": 1}', NOW)


class Jobs:
    """Stands where the queue stands; remembers what it was given."""

    def __init__(self, queued: bool = True) -> None:
        self.given: list[str] = []
        self.queued = queued

    def __call__(self, deliveries: Sequence[Delivery], connection: sa.Connection) -> list[bool]:
        self.given += [delivery.guid for delivery in deliveries]
        return [self.queued for _ in deliveries]


def receive(store: Store, jobs: Enqueue, delivery: Delivery = DELIVERY) -> bool:
    (new,) = store.inbox.receive([delivery], jobs)
    return new


def test_a_delivery_is_done_once(store: Store) -> None:
    jobs = Jobs()
    assert [receive(store, jobs), receive(store, jobs)] == [True, False]
    store.inbox.settle("guid-1")
    assert not receive(store, jobs)
    assert jobs.given == ["guid-1"]
    assert store.inbox.state("guid-1") == "done"


def test_a_delivery_that_failed_may_come_again(store: Store) -> None:
    jobs = Jobs()
    receive(store, jobs)
    store.inbox.give_up("guid-1", "the forge was away")
    assert store.inbox.failed() == (("guid-1", "push", "the forge was away"),)
    assert receive(store, jobs)
    assert (store.inbox.state("guid-1"), len(jobs.given)) == ("received", 2)


def test_a_delivery_without_work_is_done_at_once(store: Store) -> None:
    receive(store, Jobs(queued=False))
    assert store.inbox.state("guid-1") == "done"


def test_a_delivery_whose_job_cannot_be_made_is_not_stored(store: Store) -> None:
    def broken(deliveries: Sequence[Delivery], connection: sa.Connection) -> list[bool]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        receive(store, broken)
    assert store.inbox.state("guid-1") is None


def test_a_delivery_that_was_never_finished_may_come_again_after_some_hours(store: Store) -> None:
    jobs = Jobs()
    receive(store, jobs)
    late = Delivery("guid-1", "push", b"{}", NOW + timedelta(hours=7))
    assert receive(store, jobs, late)


def test_a_refused_delivery_is_kept_for_a_person_to_see(store: Store) -> None:
    store.inbox.refuse(DELIVERY, "repository: Field required")
    assert store.inbox.failed() == (("guid-1", "push", "repository: Field required"),)
    assert store.inbox.body("guid-1") == b'{"a": 1}'


def test_the_body_is_kept_until_the_work_is_done(store: Store) -> None:
    receive(store, Jobs())
    assert store.inbox.body("guid-1") == b'{"a": 1}'
    store.inbox.settle("guid-1")
    assert store.inbox.body("guid-1") is None


def test_the_sweep_learns_which_deliveries_came_through(store: Store) -> None:
    for number, guid in enumerate(("one", "two", "three")):
        receive(store, Jobs(), Delivery(guid, "push", b"{}", NOW + timedelta(seconds=number)))
    store.inbox.give_up("two", "broken")
    many = frozenset({"one", "two", "three", *(f"never-{number}" for number in range(1200))})
    assert store.inbox.processed(many) == {"one", "three"}


def test_old_deliveries_are_forgotten(store: Store) -> None:
    receive(store, Jobs())
    assert store.inbox.prune(NOW + timedelta(days=8)) == 1
    assert store.inbox.state("guid-1") is None


def test_the_same_delivery_at_the_same_instant_is_done_once(store: Store) -> None:
    jobs, start = Jobs(), threading.Barrier(4)

    def together() -> None:
        start.wait()
        receive(store, jobs)

    threads = [threading.Thread(target=together) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs.given == ["guid-1"]


def test_many_are_stored_in_one_go_and_each_is_told_whether_it_was_new(store: Store) -> None:
    jobs = Jobs()
    receive(store, jobs, Delivery("b", "push", b"{}", NOW))
    many = [Delivery(guid, "push", guid.encode(), NOW) for guid in ("c", "b", "a", "c")]
    assert store.inbox.receive(many, jobs) == (True, False, True, False)
    assert jobs.given == ["b", "c", "a"]
    assert [store.inbox.body(guid) for guid in ("a", "b", "c")] == [b"a", b"{}", b"c"]


def test_nothing_of_many_is_stored_when_one_job_cannot_be_made(store: Store) -> None:
    def broken(deliveries: Sequence[Delivery], connection: sa.Connection) -> list[bool]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.inbox.receive([DELIVERY, Delivery("guid-2", "push", b"{}", NOW)], broken)
    assert store.inbox.processed(frozenset({"guid-1", "guid-2"})) == frozenset()
