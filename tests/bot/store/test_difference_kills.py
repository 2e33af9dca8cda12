"""An import that is killed (kill -9) goes on where it was: every difference once, in the group in which it would be."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store, Wanted, difference_intake
from scoring.difftest.readers import Piece
from scoring.difftest.record import Difference
from scoring.difftest.settings import TeamSettings
from tests.bot.store.test_difference_shelves import NOON, V1, told

WANTED = Wanted(V1, "jsonl", 1, "0")
COUNT, KILLED_AT = 60, 43


def pieces() -> Iterator[Piece]:
    """Some name no field: where they belong depends on every line that came before."""
    for n in range(COUNT):
        word = ("alice", "bob", "carol")[n % 3]
        yield Difference(
            id=f"d{n}", origin=V1, endpoint=f"GET /{n % 4}",
            field="" if n % 2 else f"body.f{n % 5}", kind="" if n % 2 else "value",
            pattern=f"a → {n % 7}", test_logs=(f"WARN user {word} was slow at step {n}",), at=NOON,
        )  # fmt: skip


def killed(work: "Work") -> None:
    """In a process of its own, which ends itself as the kernel would."""
    child = os.fork()
    if child == 0:

        def until() -> Iterator[Piece]:
            yield from islice(pieces(), KILLED_AT)
            os.kill(os.getpid(), signal.SIGKILL)

        work.run(until())
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


class Work:
    """What imports into a database, opened anew each time."""

    def __init__(self, address: str) -> None:
        self.address = address

    def run(self, given: Iterator[Piece]) -> tuple[int, int]:
        with closing(Store(self.address)) as store:
            upload = store.difference_uploads.begin(7, WANTED, by="acme/pay", at=NOON)
            report = store.difference_intake.add(upload, given, TeamSettings(), labels=True)
            return report.new, report.again

    def groups(self) -> list[tuple[Any, ...]]:
        with closing(Store(self.address)) as store:
            return told(store.differences.groups(7, None))


def test_an_import_that_is_killed_ends_as_if_it_had_not_been(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difference_intake, "BATCH", 10)
    whole = Work(f"sqlite:///{tmp_path}/whole.db")
    assert whole.run(pieces()) == (COUNT, 0)
    work = Work(address)
    killed(work)
    half = work.groups()
    assert sum(each[1] for each in half) == 40  # four whole batches
    assert work.run(pieces()) == (COUNT, 0)  # of the upload, whoever read them
    assert work.groups() == whole.groups()
    assert work.run(pieces()) == (COUNT, 0)
    assert work.groups() == whole.groups()
