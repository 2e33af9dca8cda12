"""A merge queue asks about a commit: the whole group is decided again, and what is not known is held in a window."""

from dataclasses import replace

import pytest
from policy_world import BEN, HEAD, SATURDAY, TUESDAY, state, weekend

from bot.policy.actions import SetCheck
from bot.policy.decide import Decision
from bot.policy.differences import Differences, TeamDifferences
from bot.policy.events import Queued
from bot.policy.group import decide_group, numbers
from bot.policy.opinion import Verdict
from bot.policy.pull import CheckRun
from bot.policy.state import State

GROUP = "d" * 40
ASKED = Queued(GROUP, f"gh-readonly-queue/main/pr-5-{HEAD}", "refs/heads/main")


def check_of(decision: Decision) -> SetCheck:
    (check,) = decision.actions
    assert isinstance(check, SetCheck)
    return check


def test_a_group_passes_when_all_of_it_would():
    check = check_of(decide_group(ASKED, [state(0.1), state(0.5, number=6)], weekend(), SATURDAY))
    assert (check.head_sha, check.conclusion) == (GROUP, "success")
    assert check.card.headline == "Every pull request in this group is free to land"


def test_what_was_free_when_it_was_queued_is_refused_once_a_window_is_open():
    states = [state(0.1), state(0.97, number=6)]
    assert check_of(decide_group(ASKED, states, weekend(), TUESDAY)).conclusion == "success"
    check = check_of(decide_group(ASKED, states, weekend(), SATURDAY))
    assert check.conclusion == "failure"
    assert check.card.headline == "Held: 1 of 2 pull requests in this group"
    assert "#6: Held until Mon 23 Nov 08:00 CET · riskier than 97 of 100 recent changes here." in check.card.lead


@pytest.mark.parametrize("states", [[], [None], [state(0.1), None]])
def test_what_cannot_be_resolved_is_held_while_a_window_is_open(states: list[State | None]):
    assert check_of(decide_group(ASKED, states, weekend(), SATURDAY)).conclusion == "failure"
    assert check_of(decide_group(ASKED, states, weekend(), TUESDAY)).conclusion == "success"


def test_what_cannot_be_resolved_is_held_outside_windows_where_green_is_closed_on_errors():
    closed = weekend("gate: {on_error: {green: closed}}")
    decision = decide_group(ASKED, [None], closed, TUESDAY)
    assert check_of(decision).conclusion == "failure"
    assert "closed on errors" in check_of(decision).card.lead


def test_a_group_that_is_still_being_scored_is_in_progress_unless_it_is_held_anyway():
    assert check_of(decide_group(ASKED, [state(None)], weekend(), SATURDAY)).conclusion is None
    assert check_of(decide_group(ASKED, [state(None), state(0.97)], weekend(), SATURDAY)).conclusion == "failure"


def test_modes_weaken_the_groups_check_as_they_do_any_other():
    assert check_of(decide_group(ASKED, [state(0.97)], weekend(mode="advise"), SATURDAY)).conclusion == "neutral"
    shadow = decide_group(ASKED, [state(0.97)], weekend(mode="shadow"), SATURDAY)
    assert (shadow.verdict, shadow.actions) == (Verdict.BLOCK, ())


def test_deciding_a_group_twice_writes_once():
    first = check_of(decide_group(ASKED, [state(0.97)], weekend(), SATURDAY))
    done = CheckRun(1, GROUP, "completed", "failure", first.digest)
    assert decide_group(ASKED, [state(0.97)], weekend(), SATURDAY, done).actions == ()
    assert decide_group(ASKED, [state(0.97)], weekend(), SATURDAY, replace(done, head_sha=HEAD)).actions != ()


def test_a_stranger_in_the_group_counts_like_its_author():
    assert decide_group(ASKED, [state(0.97, author=BEN)], weekend(), SATURDAY).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("base", "ref", "members"),
    [
        ("main", f"gh-readonly-queue/main/pr-104-{HEAD}", (104,)),
        ("refs/heads/main", f"gh-readonly-queue/main/pr-104-{HEAD}", (104,)),
        ("release/1.2", f"refs/heads/gh-readonly-queue/release/1.2/pr-104-{HEAD}", (104,)),
        ("main", f"gh-readonly-queue/main/pr-104-{HEAD}/pr-7-{GROUP}", (104, 7)),
        ("main", "gh-readonly-queue/main/pr-x-zz", ()),
        ("pr-1-main", "gh-readonly-queue/pr-1-main/other", ()),
        # branches that are named like pull requests
        ("pr-7-abcdef0", f"gh-readonly-queue/pr-7-abcdef0/pr-104-{HEAD}", (104,)),
        (f"release/pr-9-{HEAD}", f"gh-readonly-queue/release/pr-9-{HEAD}/pr-104-{HEAD}", (104,)),
        ("main", f"pr-104-{HEAD}", ()),
        ("main", f"feature/gh-readonly-queue/main/pr-104-{HEAD}", ()),
    ],
)
def test_the_queues_branch_names_its_pull_requests(base: str, ref: str, members: tuple[int, ...]):
    assert numbers(ref, base) == members


def test_the_differential_test_of_a_group_is_that_of_its_members_where_any_has_one() -> None:
    clean, waits = (
        Differences(HEAD, (TeamDifferences("checkout", waiting=waiting),), missing)
        for waiting, missing in ((0, ()), (2, ("search",)))
    )
    members = [state(0.1, differences=clean), state(0.1, number=6, differences=clean), state(0.1, number=7)]
    actions = decide_group(ASKED, members, weekend(), TUESDAY).actions
    assert [(each.name, each.conclusion) for each in actions] == [
        ("codechill", "success"),
        ("differential-test", "success"),
    ]
    there = [replace(each.run(1), head_sha=each.head_sha) for each in actions]
    assert decide_group(ASKED, members, weekend(), TUESDAY, *there).actions == ()
    (other,) = decide_group(ASKED, [*members, state(0.1, differences=waits)], weekend(), TUESDAY, *there[1:]).actions[
        1:
    ]
    assert (other.name, other.conclusion) == ("differential-test", None)
