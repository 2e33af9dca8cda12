"""What was sent and has no answer is known, on each database and in a process of its own alike."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.forge.memory import Forgetful, Memory, Thing
from bot.store import Store

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHA = "a" * 40
CHECK, CARD, NOTE = Thing(7, SHA, "check"), Thing(7, "#1", "card"), Thing(7, "#1", "reply 0123456789ab")


@pytest.fixture(params=["kept", "in the process"])
def memory(request: pytest.FixtureRequest, store: Store) -> Memory:
    return store.sent if request.param == "kept" else Forgetful()


def later(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_what_was_sent_is_under_way_until_its_answer_came(memory: Memory) -> None:
    assert memory.under_way(7, SHA, NOW) is None
    memory.sending(CHECK, NOW)
    memory.sending(CARD, later(1))
    memory.sending(NOTE, later(2))
    assert [memory.under_way(7, about, later(3)) for about in (SHA, "#1", "#2")] == [NOW, later(2), None]
    assert memory.under_way(8, SHA, later(3)) is None
    memory.answered(NOTE, 11)
    assert memory.under_way(7, "#1", later(3)) == later(1)
    memory.answered(CARD)
    memory.answered(CHECK)
    assert [memory.under_way(7, about, later(3)) for about in (SHA, "#1")] == [None, None]


def test_the_number_of_what_was_made_stays_while_it_is_edited_and_follows_what_is_made_anew(memory: Memory) -> None:
    memory.sending(CARD, NOW)
    assert memory.made(CARD) is None
    memory.answered(CARD, 5_000_000_000)
    memory.sending(CARD, later(1))
    memory.answered(CARD)
    assert [memory.made(thing) for thing in (CARD, CHECK)] == [5_000_000_000, None]
    memory.sending(CARD, later(2))
    memory.answered(CARD, 6)
    assert memory.made(CARD) == 6


def test_what_a_clock_ahead_of_its_time_sent_counts_as_sent_when_it_is_first_asked_about(memory: Memory) -> None:
    memory.sending(CHECK, later(7200))
    assert memory.under_way(7, SHA, NOW) == NOW
    assert memory.under_way(7, SHA, later(9)) == NOW


def test_what_was_sent_long_ago_is_forgotten(store: Store) -> None:
    for thing, at in ((CARD, NOW), (CHECK, later(60))):
        store.sent.sending(thing, at)
        store.sent.answered(thing, 1)
    store.sent.prune(later(30))
    assert [store.sent.made(CARD), store.sent.made(CHECK)] == [None, 1]
