"""The pace of what is sent to the forge, kept in the store: for many processes the same as that of one."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.forge.github.pace import Pace
from bot.forge.limits import Limits
from bot.forge.port import Busy, Refused
from bot.store import Store

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MAKE = ("POST", "/repos/o/r/issues/1/comments")
READ = ("GET", "/repos/o/r/pulls/1")


@pytest.fixture
def processes(store: Store, address: str) -> Iterator[tuple[Limits, Limits]]:
    """The limits as two processes have them; on SQLite there is one that talks to the forge."""
    if address.startswith("sqlite"):
        yield store.limits, store.limits
        return
    with closing(Store(address)) as other:
        yield store.limits, other.limits


def outcome(limits: Limits | Pace, what: tuple[str, str], at: datetime, talk: tuple[str, ...]) -> object:
    try:
        if isinstance(limits, Pace):
            limits.spend(*what, at, talk)
        else:
            limits.spend(7, *what, at, talk)
    except Busy as busy:
        return busy.until
    except Refused:
        return "refused"
    return "sent"


def test_processes_together_send_what_one_alone_would(processes: tuple[Limits, Limits]) -> None:
    chance, alone, at = random.Random(5), Pace(), NOON
    told = []
    for _ in range(260):
        at += timedelta(seconds=chance.choice((0,) * 40 + (20,)))
        what = chance.choice((MAKE,) * 5 + (READ,))
        talk = ("ada",) if what is MAKE and chance.random() < 0.5 else ()
        told.append((outcome(chance.choice(processes), what, at, talk), outcome(alone, what, at, talk)))
    assert [ours for ours, _ in told] == [one for _, one in told]
    assert {"sent" if ours == "sent" else "not" for ours, _ in told} == {"sent", "not"}


def test_what_the_forge_told_one_process_to_wait_for_every_one_waits_for(processes: tuple[Limits, Limits]) -> None:
    one, other = processes
    until = NOON + timedelta(seconds=30)
    one.refused(7, until, NOON)
    assert outcome(other, READ, NOON, ()) == until
    assert outcome(other, READ, until, ()) == "sent"
