"""The decision as a whole: what a person meets on a pull request, in and out of a window."""

from dataclasses import replace

import pytest
from policy_world import HEAD, SATURDAY, TUESDAY, apply, state, weekend

from bot.policy.actions import Action, PutComment, SetCheck
from bot.policy.config import Config
from bot.policy.decide import Decision, decide
from bot.policy.events import Changed, Tick
from bot.policy.opinion import Verdict
from bot.policy.state import ConfigProblem, Failure
from scoring.assessment import Proof

OPENED = Changed("opened")
COMMENTS_ONLY = Proof("P", "comments", "the parsed code is the same")


def check_of(decision: Decision) -> SetCheck:
    (check,) = [action for action in decision.actions if isinstance(action, SetCheck)]
    return check


def comments_of(actions: tuple[Action, ...]) -> list[PutComment]:
    return [action for action in actions if isinstance(action, PutComment)]


def test_a_risky_change_is_held_on_the_weekend_and_told_until_when():
    decision = decide(OPENED, state(0.96), weekend(), SATURDAY)
    assert decision.verdict is Verdict.BLOCK
    assert check_of(decision).conclusion == "failure"
    (comment,) = comments_of(decision.actions)
    assert comment.card.headline == "Held until Mon 23 Nov 08:00 CET · riskier than 96 of 100 recent changes here"
    assert comment.card.lead == (
        "Weekend holds back the riskiest 5 % of changes to `main`, and this is one of them. "
        "You can wait until then, make it safer, or ask for an exception."
    )


def test_an_ordinary_change_lands_on_the_weekend_without_a_comment():
    decision = decide(OPENED, state(0.5), weekend(), SATURDAY)
    assert decision.verdict is Verdict.PASS
    assert check_of(decision).conclusion == "success"
    assert comments_of(decision.actions) == []


def test_a_risky_change_is_free_on_a_tuesday_and_told_so():
    decision = decide(OPENED, state(0.91), weekend(), TUESDAY)
    assert check_of(decision).conclusion == "success"
    (comment,) = comments_of(decision.actions)
    assert comment.card.headline == "Riskier than 91 of 100 recent changes here · free to land"


def test_a_proven_harmless_change_is_never_held_and_says_why():
    decision = decide(OPENED, state(0.99, COMMENTS_ONLY), weekend('frozen_paths: ["api/**"]'), SATURDAY)
    assert decision.verdict is Verdict.PASS
    assert check_of(decision).card.lead.startswith("Proven harmless (comments), and so never held")


def test_a_frozen_path_is_held_in_a_window_however_small_the_risk():
    config = weekend('frozen_paths: ["api/**"]')
    assert decide(OPENED, state(0.01), config, SATURDAY).verdict is Verdict.BLOCK
    assert decide(OPENED, state(0.01), config, TUESDAY).verdict is Verdict.PASS
    assert decide(OPENED, state(0.01, paths=("web/a.py",)), config, SATURDAY).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("mode", "conclusion"), [("enforce", "failure"), ("advise", "neutral"), ("comment", "neutral"), ("shadow", None)]
)
def test_only_enforce_fails_the_check(mode: str, conclusion: str | None):
    decision = decide(OPENED, state(0.96), weekend(mode=mode), SATURDAY)
    assert decision.verdict is Verdict.BLOCK
    conclusions = [action.conclusion for action in decision.actions if isinstance(action, SetCheck)]
    assert conclusions == ([] if conclusion is None else [conclusion])


def test_while_there_is_no_score_the_check_is_in_progress():
    decision = decide(OPENED, state(None), weekend(), SATURDAY)
    assert check_of(decision).conclusion is None
    assert check_of(decision).card.tone == "waiting"
    assert comments_of(decision.actions) == []


@pytest.mark.parametrize(("level", "verdict"), [("weekend", Verdict.PASS), ("red", Verdict.BLOCK)])
def test_a_change_that_cannot_be_scored_is_held_where_the_level_is_closed(level: str, verdict: Verdict):
    config = weekend()
    window = replace(
        config.calendar.windows[0],
        level=replace(config.calendar.windows[0].level, name=level, share=0.5 if level == "red" else 0.05),
    )
    config = replace(config, calendar=replace(config.calendar, windows=(window,)))
    failed = state(None, failure=Failure("the diff has 11,204 files"))
    decision = decide(OPENED, failed, config, SATURDAY)
    assert decision.verdict is verdict
    assert "the diff has 11,204 files" in check_of(decision).card.lead


def test_a_broken_configuration_holds_everything_but_its_own_repair():
    broken = (ConfigProblem(".github/codechill.yml", 7, 3, "unknown setting windwos; did you mean windows?"),)
    held = decide(OPENED, state(0.1, problems=broken), Config.default(), TUESDAY)
    assert check_of(held).conclusion == "failure"
    assert check_of(held).card.problems == broken
    mending = state(0.1, problems=broken, paths=(".github/codechill.yml",))
    assert check_of(decide(OPENED, mending, Config.default(), TUESDAY)).conclusion == "success"


def test_do_it_twice_and_the_second_time_nothing_happens():
    before = state(0.96)
    first = decide(OPENED, before, weekend(), SATURDAY)
    after = apply(before, first.actions)
    assert decide(Tick("sweep"), after, weekend(), SATURDAY).actions == ()


def test_when_the_window_closes_the_same_head_becomes_free_with_no_push():
    held = state(0.96)
    held = apply(held, decide(OPENED, held, weekend(), SATURDAY).actions)
    assert held.pull.check is not None
    assert held.pull.check.conclusion == "failure"
    freed = decide(Tick("edge"), held, weekend(), TUESDAY)
    assert check_of(freed).head_sha == HEAD
    assert check_of(freed).conclusion == "success"
    assert comments_of(freed.actions)[0].card.tone == "free"


def test_a_closed_pull_request_is_left_alone():
    assert decide(OPENED, state(0.96, open=False), weekend(), SATURDAY).actions == ()
