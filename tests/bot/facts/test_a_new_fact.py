"""What one touches to add a fact: its row, with what it needs and costs. Here one is added in memory."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args

import pytest

from bot.facts.fact import Fact, Filled, Live, Look, Recorded
from bot.facts.gather import fills, gather
from bot.facts.pull import PULL, TARGET
from bot.facts.table import FACTS, LANDING
from bot.forge.port import Target
from bot.line.reconcile import CHANGES
from bot.policy.actions import Action
from bot.policy.phases import Phase
from bot.policy.state import State
from tests.fakes.clock import Clock
from tests.fakes.forge import MemoryForge
from tests.fakes.world import World

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def lines_to_read(live: Live, look: Look) -> int:
    return len(look[PULL].body.splitlines())


def shown(lines: int) -> Filled:
    return {"notes": frozenset({f"{lines} lines"})}


LINES = Fact("lines_to_read", lines_to_read, int, needs=(PULL,), fills=shown)
HIDDEN = Fact("hidden", lines_to_read, int)  # reads a fact that it does not say it needs


@pytest.fixture
def look() -> Look:
    world = World(Clock(NOW))
    home = world.repository("acme/shop", {"a.py": "1"})
    world.commit(home, "topic", {"a.py": "2"})
    pull = world.open(home, "ana", "topic")
    pull.body = "one\ntwo\nthree"
    forge = MemoryForge(world, Clock(NOW))
    live = Live(forge, None, None, None)  # type: ignore[arg-type]
    return Look(live, world.target(home), pull.number, NOW)


def asked(look: Look) -> list[str]:
    return look.source.forge.asked  # type: ignore[attr-defined, no-any-return]


def test_a_new_fact_is_gathered_into_the_state_with_what_it_needs_asked_for_once(look: Look) -> None:
    state = gather(look, (PULL, LINES))
    assert (state.pull.number, state.notes, look[LINES]) == (1, {"3 lines"}, 3)
    assert asked(look) == ["pull"]


def test_a_fact_that_nobody_wants_is_not_asked_for(look: Look) -> None:
    gather(look, (PULL, LINES))
    assert "page" not in [fact.name for fact in look.facts()]
    assert {"pull", "lines_to_read"} == {fact.name for fact in look.facts()}


def test_what_may_have_changed_is_asked_for_again_with_all_that_rests_on_it(look: Look) -> None:
    before = look[LINES]
    look.forget(PULL)
    assert (look.facts(), look[LINES]) == (set(), before)
    assert asked(look) == ["pull", "pull"]


def test_a_fact_reads_no_other_that_it_does_not_name(look: Look) -> None:
    with pytest.raises(LookupError, match="'hidden' does not say that it needs 'pull'"):
        look[HIDDEN]


def test_of_a_landing_of_long_ago_nothing_is_asked(look: Look) -> None:
    pull = look[PULL]
    recorded = Look(Recorded({PULL: pull, LINES: 7}), look.target, 1, NOW)
    assert gather(recorded, (PULL, *LANDING, LINES)).notes == {"7 lines"}
    assert asked(look) == ["pull"]


def test_each_fact_has_a_name_of_its_own_and_stands_after_what_it_needs() -> None:
    names = [fact.name for fact in FACTS]
    assert sorted(set(names)) == sorted(names)
    assert all(FACTS.index(need) < FACTS.index(fact) for fact in FACTS for need in fact.needs)


def test_every_part_of_the_state_is_filled_by_a_fact() -> None:
    without_asking = Look(Recorded({PULL: None, TARGET: None}), Target(0, 0, ""), 0, NOW)
    filled = {name for fact in FACTS for name in fills(fact, without_asking[fact])}
    assert {field.name for field in fields(State)} - filled == {"questions"}  # of what is not known


def test_every_action_that_changes_what_is_known_says_which_facts() -> None:
    kept = {action for action in get_args(Action) if action.phase is Phase.KEPT}
    assert set(CHANGES) == kept
