"""Deliveries that come at once share a transaction, and nothing else."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot.doors.group_commit import Together
from bot.store import Delivery
from bot.store.inbox import Away

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANY = [f"guid-{number}" for number in range(12)]


class Disk:
    """Stands where the store stands. Its first write goes on until the gate is opened."""

    def __init__(self, refuses: str = "", away: bool = False) -> None:
        self.written: list[tuple[str, ...]] = []
        self.begun, self.gate = threading.Event(), threading.Event()
        self.refuses, self.away = refuses, away

    def write(self, deliveries: Sequence[Delivery]) -> list[bool]:
        if not self.begun.is_set():
            self.begun.set()
            assert self.gate.wait(10)
        if self.away:
            raise Away("the disk is full")
        guids = tuple(one.guid for one in deliveries)
        if self.refuses in guids:
            raise ValueError(f"{self.refuses} cannot be written")
        self.written.append(guids)
        return [True for _ in guids]


def all_at_once(disk: Disk) -> dict[str, Future[bool]]:
    """The first one is being written while the others come."""
    together = Together(disk.write)
    with ThreadPoolExecutor(len(MANY)) as threads:
        results = {MANY[0]: threads.submit(together.receive, Delivery(MANY[0], "push", b"{}", NOW))}
        assert disk.begun.wait(10)
        results |= {one: threads.submit(together.receive, Delivery(one, "push", b"{}", NOW)) for one in MANY[1:]}
        while len(together._waiting) < len(MANY) - 1:
            threading.Event().wait(0.001)
        disk.gate.set()
    return results


def test_those_who_wait_are_written_in_one_go_and_nobody_is_answered_before() -> None:
    disk = Disk()
    results = all_at_once(disk)
    assert [len(guids) for guids in disk.written] == [1, len(MANY) - 1]
    assert sorted(guid for guids in disk.written for guid in guids) == sorted(MANY)
    assert all(one.result() for one in results.values())


def test_one_that_cannot_be_written_keeps_no_other_from_being_written() -> None:
    disk = Disk(refuses="guid-5")
    results = all_at_once(disk)
    with pytest.raises(ValueError, match="guid-5 cannot be written"):
        results.pop("guid-5").result()
    assert all(one.result() for one in results.values())
    assert sorted(guid for guids in disk.written for guid in guids) == sorted(set(MANY) - {"guid-5"})


def test_when_the_database_is_away_all_who_wait_are_told_at_once() -> None:
    disk = Disk(away=True)
    for one in all_at_once(disk).values():
        with pytest.raises(Away, match="the disk is full"):
            one.result()
    assert disk.written == []


def test_after_a_failure_the_next_one_is_written() -> None:
    disk = Disk(away=True)
    disk.gate.set()
    together = Together(disk.write)
    with pytest.raises(Away):
        together.receive(Delivery("one", "push", b"{}", NOW))
    disk.away = False
    assert together.receive(Delivery("one", "push", b"{}", NOW))
