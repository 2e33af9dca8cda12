"""What reviewers say decides nothing but to let pass what the rules know, or to send it to a person."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from policy_world import SATURDAY, pull, weekend

from bot.policy.candidate import Bump, Dependencies, Hazard, Hunk, Inspection, Judged, ModelReview
from bot.policy.pull import AWAITED, Unknown
from bot.policy.radar.stage import Answer, Candidate
from bot.policy.radar.stages.review import SIGNALS, judge
from bot.policy.state import State

SAFE = Judged(Hunk("lib/a.py", 1, 1, 1, 1), "P", "formatting", "Only the layout changed.")
CONFIRMED = ModelReview(True, "It reads as layout.", 9, 1, frozenset({"formatting"}))
LOCK = Judged(Hunk("uv.lock", 1, 1, 1, 1), "H", None, "It pins other people's code.")


def inspected(*hunks: Judged, **changes: Any) -> Inspection:
    base = Inspection((), hunks, len({each.hunk.path for each in hunks}), 2, False, 0.1)
    return replace(base, **changes)


def answer(inspection: Inspection | Unknown, review: ModelReview | Unknown | None = None) -> Answer:
    return judge(Candidate(State(pull(), inspection=inspection, review=review), weekend(), SATURDAY))


@pytest.mark.parametrize("level", ["P", "S"])
def test_without_a_language_model_a_change_passes_whose_every_hunk_is_proved_or_strongly_evidenced(level: Any) -> None:
    assert answer(inspected(replace(SAFE, level=level), SAFE)).outcome == "passed"


@pytest.mark.parametrize(
    ("hunk", "rule"),
    [
        (replace(SAFE, level="H"), "hunk_hinted"),
        (replace(SAFE, level=None, category=None), "hunk_unknown"),
        (replace(SAFE, category=None), "hunk_hinted"),
        (replace(SAFE, category="speedup"), "hunk_hinted"),
    ],
)
def test_one_hunk_that_is_in_no_safe_category_sends_the_whole_change_to_a_person(hunk: Judged, rule: str) -> None:
    said = answer(inspected(SAFE, hunk))
    assert (said.outcome, said.rule) == ("person", rule)
    assert "1 of 2 changed stretches" in said.why


def test_a_change_of_which_a_file_or_every_hunk_is_missing_goes_to_a_person() -> None:
    assert answer(inspected(SAFE, files=2)).rule == "hunks_missing"
    assert answer(inspected()).rule == "hunks_missing"


def test_contents_that_nobody_read_go_to_a_person() -> None:
    assert answer(Unknown("the diff is too large")).rule == "contents_unknown"


def test_a_file_of_packages_is_explained_by_the_static_rules_only_where_they_name_the_versions_and_no_hazard() -> None:
    bumped = Dependencies(("uv.lock",), (Bump("python", "click", "8.2.0", "8.2.1"),))
    assert answer(inspected(SAFE, LOCK, dependencies=bumped)).outcome == "passed"
    assert answer(inspected(SAFE, LOCK)).rule == "hunk_hinted"
    assert answer(inspected(SAFE, LOCK, dependencies=replace(bumped, bumps=()))).rule == "hunk_hinted"
    hazard = Hazard("registry", "It comes from elsewhere.")
    assert answer(inspected(SAFE, LOCK, dependencies=bumped, hazards=(hazard,))).rule == "hunk_hinted"
    other = replace(LOCK, hunk=replace(LOCK.hunk, path="lib/evil.py"))
    assert answer(inspected(SAFE, LOCK, other, dependencies=bumped)).rule == "hunk_hinted"


def test_an_answer_that_is_on_its_way_is_waited_for_and_any_other_silence_is_for_a_person() -> None:
    assert answer(inspected(SAFE), AWAITED).outcome == "waits"
    said = answer(inspected(SAFE), Unknown("its answers had no valid form"))
    assert (said.outcome, said.rule) == ("person", "model_unknown")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"accepts": False}, "model_category"),
        ({"categories": frozenset({"formatting", "speedup"})}, "model_category"),
        ({"categories": frozenset()}, "model_category"),
        ({"confidence": 7}, "model_confidence"),
        ({"confidence": 11}, "model_confidence"),
        ({"effort": 4}, "model_effort"),
        ({"effort": 0}, "model_effort"),
        ({"signals": frozenset({"mood"})}, "model_signals"),
        *(({"signals": frozenset({signal})}, "model_signals") for signal in sorted(SIGNALS)),
    ],
)
def test_a_language_model_may_veto_what_the_rules_let_pass(changes: dict[str, Any], rule: str) -> None:
    assert answer(inspected(SAFE), CONFIRMED).outcome == "passed"
    said = answer(inspected(SAFE), replace(CONFIRMED, **changes))
    assert (said.outcome, said.rule) == ("person", rule)


def test_confidence_of_8_and_effort_of_3_are_enough_unless_the_repository_asks_for_more() -> None:
    just = replace(CONFIRMED, confidence=8, effort=3)
    assert answer(inspected(SAFE), just).outcome == "passed"
    stricter = weekend("auto_review: {reviewer: {min_confidence: 9}}\n")
    state = State(pull(), inspection=inspected(SAFE), review=just)
    assert judge(Candidate(state, stricter, SATURDAY)).rule == "model_confidence"


HUNKS = [SAFE, replace(SAFE, level="S"), replace(SAFE, level="H"), replace(SAFE, level=None, category=None)]
REVIEWS = [None, AWAITED, Unknown("time was up"), CONFIRMED, replace(CONFIRMED, accepts=False)]


def test_no_answer_of_a_language_model_turns_a_no_of_the_rules_into_a_yes() -> None:
    for first, second, review in product(HUNKS, HUNKS, REVIEWS):
        passed = answer(inspected(first, second), review).outcome == "passed"
        by_rules = answer(inspected(first, second), None).outcome == "passed"
        assert not passed or by_rules
