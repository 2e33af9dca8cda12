"""While one pull request of a commit is held, no other one of it passes."""

from dataclasses import replace

import pytest
from policy_world import BEN, HEAD, SATURDAY, TUESDAY, said, state, weekend

from bot.policy.actions import Conclusion, Reply, SaveFeedback, SetCheck
from bot.policy.decide import decide
from bot.policy.events import Commented, Pressed, Tick
from bot.policy.opinion import Verdict
from bot.policy.pull import CheckRun
from bot.policy.responses.check import APPROVE, DENY, REFRESH
from bot.policy.shown import Shown, shown
from bot.policy.views import Card


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


# --- whose verdict the check shows


def shown_as(action: SetCheck) -> CheckRun:
    return replace(action, head_sha=HEAD).run(1)


def wanted(number: int, conclusion: Conclusion | None, *, asked: bool = False) -> SetCheck:
    """The check as the pull request of that number would have it."""
    buttons = (APPROVE, DENY, REFRESH) if asked else (REFRESH,)
    return SetCheck(HEAD, conclusion, Card("free", f"Of pull request {number}"), buttons, number=number)


@pytest.mark.parametrize(
    ("stays", "gives_way"),
    [
        (wanted(1, "failure"), wanted(2, "success")),
        (wanted(2, "failure"), wanted(1, "neutral")),
        (wanted(1, None), wanted(2, "success")),
        (wanted(1, "failure"), wanted(2, None)),
        (wanted(2, "success"), wanted(1, "success")),
        (wanted(1, "failure", asked=True), wanted(2, "failure")),
        (wanted(1, "failure"), wanted(2, "success", asked=True)),
    ],
)
def test_of_two_pull_requests_of_one_commit_one_shows_its_verdict_and_the_other_lets_it_stand(
    stays: SetCheck, gives_way: SetCheck
) -> None:
    for mine, other, holds in ((gives_way, stays, True), (stays, gives_way, False)):
        here = replace(state(0.1, check=shown_as(other)), twins=frozenset({other.number}))
        assert mine.holds(here) is holds
        assert mine.holds(replace(here, pull=replace(here.pull, check=shown_as(mine))))


def test_a_check_of_a_pull_request_that_is_none_any_more_is_written_anew() -> None:
    mine, other = wanted(1, "success"), wanted(2, "failure")
    assert not mine.holds(state(0.1, check=shown_as(other)))  # closed, or pushed to
    assert not mine.holds(replace(state(0.1), twins=frozenset({2})))  # no check is there


@pytest.mark.parametrize("text", [None, "", "0123", "0123:held", "0123:success:x", "0123:success:²"])
def test_what_an_earlier_version_or_nobody_wrote_stands_for_no_pull_request(text: str | None) -> None:
    assert shown(text) is None
    check = CheckRun(1, HEAD, "completed", "failure", text)
    assert not wanted(1, "success").holds(replace(state(0.1, check=check), twins=frozenset({0, 2})))


def test_what_a_check_shows_can_be_read_again() -> None:
    for said_of in (Shown("0123", "success"), Shown("0123", "failure", 7), Shown("0123", "in_progress", 7, asked=True)):
        assert shown(str(said_of)) == said_of
    assert str(Shown("0123", "success")) == "0123:success"


def test_a_button_counts_for_the_pull_request_whose_card_it_is_on() -> None:
    before, here = state(0.99, number=4), state(0.99, number=4).pull
    for number, counts in ((4, True), (9, False)):
        text = str(Shown("0123", "failure", number))
        check = CheckRun(1, HEAD, "completed", "failure", text)
        press = Pressed("useful", BEN, HEAD, text)
        actions = decide(press, replace(before, pull=replace(here, check=check)), weekend(), SATURDAY).actions
        assert any(isinstance(action, SaveFeedback) for action in actions) is counts
