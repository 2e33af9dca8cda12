"""Deliveries that did not come through are asked for again, and no others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.clock.redelivery import Patience, Redelivery, lost
from bot.forge.deliveries import Attempt
from bot.store import Delivery, Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def attempt(number: int, guid: str, *, hours: float = 1, ok: bool = False, event: str = "push") -> Attempt:
    return Attempt(number, guid, NOW - timedelta(hours=hours), event, ok)


def test_a_delivery_that_failed_is_asked_for_by_its_newest_attempt() -> None:
    attempts = [attempt(3, "a", hours=1), attempt(1, "a", hours=3), attempt(2, "a", hours=2)]
    assert lost(attempts, frozenset(), NOW) == (3,)


def test_a_delivery_that_came_through_is_not_asked_for_whatever_the_forge_believes() -> None:
    assert lost([attempt(1, "a")], frozenset({"a"}), NOW) == ()


def test_a_delivery_that_the_forge_believes_done_but_we_never_kept_is_asked_for() -> None:
    assert lost([attempt(1, "a", ok=True)], frozenset(), NOW) == (1,)


def test_the_oldest_come_first_and_only_so_many_at_once() -> None:
    attempts = [attempt(number, f"g{number}", hours=number) for number in range(1, 10)]
    assert lost(attempts, frozenset(), NOW, Patience(at_once=3)) == (9, 8, 7)


@pytest.mark.parametrize(
    ("why", "given"),
    [
        ("GitHub has forgotten it", attempt(1, "a", hours=73)),
        ("it may still be on its way", attempt(1, "a", hours=0.01)),
        ("we do not read such events", attempt(1, "a", event="star")),
        ("nobody needs a ping", attempt(1, "a", event="ping")),
    ],
)
def test_some_are_not_worth_asking_for(why: str, given: Attempt) -> None:
    assert lost([given], frozenset(), NOW) == (), why


def test_what_fails_again_and_again_is_asked_for_ever_more_rarely_until_github_forgets_it() -> None:
    attempts, asked = [attempt(0, "a", hours=72)], []
    for minutes in range(0, 72 * 60, 10):
        at = NOW - timedelta(hours=72) + timedelta(minutes=minutes)
        if lost(attempts, frozenset(), at):
            asked.append(minutes)
            attempts.append(Attempt(len(attempts), "a", at, "push", ok=False))
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert asked[0] == 10
    assert waits == sorted(waits)
    assert max(waits) == 370
    assert 15 < len(asked) < 25


class Forge:
    """Remembers what it sent; sending again works when our door is open."""

    def __init__(self, store: Store) -> None:
        self.store, self.attempts, self.open = store, [], True
        self.attempts: list[Attempt] = []

    def send(self, guid: str, at: datetime) -> None:
        self.attempts.append(Attempt(len(self.attempts) + 1, guid, at, "push", self.open))
        if self.open:
            self.store.inbox.receive([Delivery(guid, "push", b"{}", at)], lambda deliveries, connection: [True])

    def since(self, since: datetime) -> Iterator[Attempt]:
        return (attempt for attempt in reversed(self.attempts) if attempt.at >= since)

    def again(self, attempt_id: int) -> None:
        self.send(self.attempts[attempt_id - 1].guid, NOW)


def test_nothing_is_lost_while_the_server_is_away_and_asking_twice_changes_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    forge = Forge(store)
    for hour in range(20):
        forge.open = hour % 3 != 0
        forge.send(f"g{hour}", NOW - timedelta(hours=20 - hour))
    store.inbox.give_up("g1", "the worker gave up")
    forge.open = True
    sweep = Redelivery(forge, store.inbox, lambda: NOW)
    assert sweep.sweep() == 8  # seven at the closed door, and one whose job died
    assert {store.inbox.state(f"g{hour}") for hour in range(20)} == {"received"}
    assert sweep.sweep() == 0
    assert sweep.sweep(NOW - timedelta(hours=2)) == 0
    store.close()
