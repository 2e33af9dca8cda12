"""While one pull request of a commit is held, no other one of it passes."""

from dataclasses import replace

from policy_world import SATURDAY, TUESDAY, state, weekend

from bot.policy.actions import SetCheck
from bot.policy.decide import decide
from bot.policy.events import Tick
from bot.policy.opinion import Verdict


def test_a_calm_pull_request_is_held_with_its_twin_and_the_check_says_which():
    decision = decide(Tick("sweep"), replace(state(0.1), held_twins=frozenset({9, 4})), weekend(), TUESDAY)
    (check,) = (action for action in decision.actions if isinstance(action, SetCheck))
    assert (decision.verdict, decision.alone, check.conclusion) == (Verdict.BLOCK, Verdict.PASS, "failure")
    assert "Pull request 4 has the same commits and is held" in str(check.card)


def test_without_a_held_twin_nothing_is_held():
    decision = decide(Tick("sweep"), state(0.1), weekend(), TUESDAY)
    assert (decision.verdict, decision.alone) == (Verdict.PASS, Verdict.PASS)


def test_two_that_are_held_by_themselves_do_not_hold_each_other_for_ever():
    held = decide(Tick("sweep"), replace(state(0.99), held_twins=frozenset({4})), weekend(), SATURDAY)
    assert (held.verdict, held.alone) == (Verdict.BLOCK, Verdict.BLOCK)
    later = decide(Tick("sweep"), replace(state(0.99), held_twins=frozenset({4})), weekend(), TUESDAY)
    assert later.alone is Verdict.PASS  # what the twin goes by
