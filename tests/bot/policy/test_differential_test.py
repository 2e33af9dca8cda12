"""What a differential test does to a pull request: its check, what holds, and what lands by itself."""

from dataclasses import replace

import pytest
from policy_world import HEAD, SATURDAY, apply, state

from bot.line.render import Markdown
from bot.policy.actions import SetCheck
from bot.policy.config import Config, parse
from bot.policy.decide import decide
from bot.policy.differences import Counts, Differences, NamedGroup, TeamDifferences
from bot.policy.opinion import Verdict
from bot.policy.pull import DIFFERENTIAL_TEST
from bot.policy.radar.stage import Candidate
from bot.policy.radar.stages import difftest
from bot.policy.state import State
from scoring.assessment import Proof

HOSTILE = "x`|\n@everyone <img src=x>"
CLEAN = TeamDifferences("checkout", Counts(3, 2, 0), Counts(300, 20, 0), automatic=2)
WAITING = replace(CLEAN, waiting=4, suspected=1)
REGRESSION = replace(WAITING, groups=Counts(3, 2, 1), differences=Counts(300, 20, 7))
NOTHING, MISSING = Differences(HEAD), Differences(HEAD, (CLEAN,), ("search",))
EXPECTING = "version: 1\ndifftest: {teams: {search: {expected: ['search/**']}}}\n"


def of(*teams: TeamDifferences) -> Differences:
    return Differences(HEAD, teams)


def check(known: State, config: Config | None = None) -> SetCheck | None:
    actions = decide(None, known, config or Config.default(), SATURDAY).actions
    found = [each for each in actions if isinstance(each, SetCheck) and each.name == DIFFERENTIAL_TEST]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("differences", "mode", "conclusion"),
    [
        (of(CLEAN), "enforce", "success"),
        (of(CLEAN, WAITING), "enforce", "action_required"),
        (of(CLEAN, REGRESSION), "enforce", "failure"),
        (MISSING, "enforce", None),
        (Differences(HEAD, (REGRESSION,), ("search",)), "enforce", "failure"),
        (of(REGRESSION), "advise", "neutral"),
        (of(WAITING), "advise", "neutral"),
        (of(CLEAN), "advise", "success"),
        (of(CLEAN), "comment", "neutral"),
        (MISSING, "advise", None),
    ],
)
def test_the_check_says_the_worst_of_all_teams_in_the_strength_of_the_mode(
    differences: Differences, mode: str, conclusion: str | None
) -> None:
    said = check(state(differences=differences), parse(f"version: 1\nmode: {mode}\n"))
    assert said is not None
    assert (said.head_sha, said.conclusion) == (HEAD, conclusion)


@pytest.mark.parametrize("differences", [None, NOTHING])
def test_without_differences_there_is_no_check(differences: Differences | None) -> None:
    assert check(state(differences=differences)) is None


def test_in_shadow_nothing_is_written() -> None:
    assert check(state(differences=of(REGRESSION)), parse("version: 1\nmode: shadow\n")) is None


def test_a_check_that_is_there_says_when_its_differences_are_not_kept_any_more() -> None:
    before = state(differences=of(REGRESSION))
    after = replace(apply(before, decide(None, before, Config.default(), SATURDAY).actions), differences=NOTHING)
    said = check(after)
    assert said is not None
    assert (said.conclusion, said.card.headline) == ("neutral", "No differential test is known here any more")
    assert check(replace(after, differences=None)) is None


def test_said_once_it_is_not_said_again() -> None:
    before = state(differences=of(WAITING))
    assert check(apply(before, decide(None, before, Config.default(), SATURDAY).actions)) is None


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        (None, Verdict.PASS),
        (of(CLEAN), Verdict.PASS),
        (of(WAITING), Verdict.PASS),
        (MISSING, Verdict.PASS),
        (of(CLEAN, REGRESSION), Verdict.BLOCK),
    ],
)
def test_only_a_regression_that_a_person_confirmed_holds_the_change_itself(
    differences: Differences | None, verdict: Verdict
) -> None:
    assert decide(None, state(differences=differences), Config.default(), SATURDAY).verdict is verdict


def test_a_proof_about_the_source_does_not_lift_what_was_seen_at_run_time() -> None:
    proof = Proof("P", "comments", "Only comments change.")
    decision = decide(None, state(proof=proof, differences=of(REGRESSION)), Config.default(), SATURDAY)
    assert decision.verdict is Verdict.BLOCK
    assert decision.case.card.headline == "Held while its differential test shows a regression"


@pytest.mark.parametrize(
    ("differences", "outcome", "rule"),
    [
        (None, "passed", ""),
        (NOTHING, "passed", ""),
        (of(CLEAN), "passed", ""),
        (replace(of(CLEAN), alone=1), "person", "own_word"),
        (MISSING, "person", "not_there"),
        (of(WAITING), "person", "not_answered"),
        (of(WAITING, REGRESSION), "refused", "regression"),
    ],
)
def test_nothing_lands_by_itself_on_differences_that_nobody_accounted_for(
    differences: Differences | None, outcome: str, rule: str
) -> None:
    answer = difftest.judge(Candidate(state(differences=differences), Config.default(), SATURDAY))
    assert (answer.outcome, answer.rule) == (outcome, rule)


def test_where_one_is_expected_and_nobody_looked_a_person_does() -> None:
    answer = difftest.judge(Candidate(state(), parse(EXPECTING), SATURDAY))
    assert (answer.outcome, answer.rule) == ("person", "unknown")


def test_the_check_counts_groups_and_differences_and_names_what_somebody_has_to_look_at() -> None:
    named = (
        NamedGroup("3f2a9c1d04ab", "GET /cart/<id>", "body.total", "value", 7, confirmed=True, cause="#12 Round up"),
        NamedGroup("4f2a9c1d04ab", "GET /cart/<id>", "body.tax", "removed", 1, confirmed=False),
    )
    said = check(state(differences=of(replace(REGRESSION, named=named))))
    assert said is not None
    title, summary = Markdown().check(said)
    assert title == "1 regression in the differential test"
    assert "| `checkout` | 1 (7) | 2 (20) | 3 (300) | 4 | 1 |" in summary
    first = "- A regression: `GET /cart/<id>` `body.total` `value`, 7 differences; most likely of `#12 Round up`"
    assert first in summary
    assert "- May be a regression: `GET /cart/<id>` `body.tax` `removed`, 1 difference\n" in summary


def test_what_came_from_outside_is_no_markup_in_the_check() -> None:
    named = (NamedGroup("a" * 12, HOSTILE, HOSTILE, HOSTILE, 1, confirmed=True, cause=HOSTILE),)
    said = check(
        state(differences=Differences(HEAD, (TeamDifferences(HOSTILE, Counts(0, 0, 1), named=named),), (HOSTILE,)))
    )
    assert said is not None
    _, summary = Markdown().check(said)
    assert "``x`¦ @everyone <img src=x>``" in summary
    assert all("@everyone" not in part for part in summary.replace("``x`¦ @everyone <img src=x>``", "").split("`"))
