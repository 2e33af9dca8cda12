"""Whom a pull request's account is taken for: asked of the forge once a day, and never read from a commit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.forge.port import ForgeError, Target
from bot.line.accounts import FRESH, Accounts
from bot.policy.pull import Person
from bot.store import Store

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHOP, OTHER = Target(1, 7, "acme/shop"), Target(1, 8, "acme/other")
ADA, BOT = Person(4, "ada"), Person(9, "helper[bot]", bot=True)


@dataclass
class Listing:
    """A forge that lists commits by account, and counts how often it is asked."""

    commits: dict[int, tuple[str, ...]] = field(default_factory=dict)
    asked: int = 0
    away: bool = False

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        self.asked += 1
        if self.away:
            raise ForgeError("GitHub could not be reached")
        return self.commits.get(person.id, ())


@dataclass
class World:
    forge: Listing
    store: Store
    now: datetime = NOW

    def landed(self, target: Target, person: Person) -> tuple[str, ...]:
        return Accounts(self.forge, self.store.accounts, lambda: self.now).landed(target, person)  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    yield World(Listing({4: ("a" * 40, "b" * 40)}), store)
    store.close()


def test_the_forge_is_asked_once_a_day_for_each_account_and_repository(world: World) -> None:
    assert [world.landed(SHOP, ADA) for _ in range(3)] == [("a" * 40, "b" * 40)] * 3
    assert world.forge.asked == 1
    world.landed(OTHER, ADA)
    assert world.forge.asked == 2
    world.forge.commits[4] = ("c" * 40,)
    world.now += FRESH + timedelta(seconds=1)
    assert (world.landed(SHOP, ADA), world.forge.asked) == (("c" * 40,), 3)


def test_that_nothing_is_listed_is_kept_as_well(world: World) -> None:
    assert [world.landed(SHOP, Person(5, "new")) for _ in range(2)] == [(), ()]
    assert world.forge.asked == 1


def test_a_program_is_nobody_and_costs_no_request(world: World) -> None:
    assert (world.landed(SHOP, BOT), world.forge.asked) == ((), 0)


def test_a_forge_that_is_away_is_no_answer(world: World) -> None:
    world.forge.away = True
    with pytest.raises(ForgeError):
        world.landed(SHOP, ADA)
    world.forge.away = False
    assert world.landed(SHOP, ADA) == ("a" * 40, "b" * 40)


def test_what_is_too_old_to_be_used_is_forgotten(world: World) -> None:
    world.landed(SHOP, ADA)
    world.store.accounts.prune(NOW)
    assert world.store.accounts.commits(SHOP.repository_id, ADA.id, since=NOW - FRESH) is not None
    world.store.accounts.prune(NOW + timedelta(seconds=1))
    assert world.store.accounts.commits(SHOP.repository_id, ADA.id, since=NOW - FRESH) is None
