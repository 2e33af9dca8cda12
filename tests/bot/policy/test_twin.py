"""While one pull request of a commit is held, no other one of it passes."""

from dataclasses import replace

from policy_world import SATURDAY, TUESDAY, said, state, weekend

from bot.policy.actions import Reply, SetCheck
from bot.policy.decide import decide
from bot.policy.events import Commented, Tick
from bot.policy.opinion import Verdict


def test_a_calm_pull_request_is_held_with_its_twin_and_the_check_says_which():
    decision = decide(Tick("sweep"), replace(state(0.1), held_twins=frozenset({9, 4})), weekend(), TUESDAY)
    (check,) = (action for action in decision.actions if isinstance(action, SetCheck))
    assert (decision.verdict, decision.alone, check.conclusion) == (Verdict.BLOCK, Verdict.PASS, "failure")
    assert (check.card.headline, check.card.tone) == ("Held with pull request 4", "held")
    assert check.card.lead == (
        "Pull request 4 has the same commits and is held, and a check counts for both. Close one of them."
    )


def test_whoever_asks_for_an_exception_from_it_is_told_what_would_free_it():
    asking = Commented(said("/chill justify security_fix it leaks"))
    decision = decide(asking, replace(state(0.1), held_twins=frozenset({4})), weekend(), TUESDAY)
    (reply,) = (action for action in decision.actions if isinstance(action, Reply))
    assert reply.words.startswith("An exception cannot lift this. It is held with pull request 4. Pull request 4 has")


def test_without_a_held_twin_nothing_is_held():
    decision = decide(Tick("sweep"), state(0.1), weekend(), TUESDAY)
    assert (decision.verdict, decision.alone) == (Verdict.PASS, Verdict.PASS)


def test_two_that_are_held_by_themselves_do_not_hold_each_other_for_ever():
    held = decide(Tick("sweep"), replace(state(0.99), held_twins=frozenset({4})), weekend(), SATURDAY)
    assert (held.verdict, held.alone) == (Verdict.BLOCK, Verdict.BLOCK)
    later = decide(Tick("sweep"), replace(state(0.99), held_twins=frozenset({4})), weekend(), TUESDAY)
    assert later.alone is Verdict.PASS  # what the twin goes by
