"""The funnel: every stage has to pass, and whatever goes wrong in one sends a change to a person."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product
from string import ascii_lowercase
from typing import Any, Literal, get_args

import pytest
from policy_world import BOT, SATURDAY, state, weekend

from bot.policy.candidate import Hunk, Inspection, Judged, ModelReview
from bot.policy.config import Config
from bot.policy.pull import Unknown
from bot.policy.radar import funnel
from bot.policy.radar.funnel import STAGES, Passage, passage, run
from bot.policy.radar.stage import PASSED, Answer, Candidate, Outcome, Stage, person, refused, waits
from bot.policy.radar.stages import review

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
NAMES = ascii_lowercase[: len(STAGES)]
BEFORE = 4  # stages are enough before the last one, for every combination of their answers


def config(more: str = "") -> Config:
    return weekend(f"auto_review: {{mode: enforce{more}}}\n")


CANDIDATE = Candidate(state(0.02), config(), SATURDAY)


def stage(name: str, judge: Callable[[Candidate], Any]) -> Stage:
    return Stage(name, f"{name}?", judge)


def answering(*outcomes: Outcome) -> tuple[Stage, ...]:
    """Stages that answer so, whatever they are asked."""
    return tuple(map(_answers, NAMES, outcomes))


@cache
def _answers(name: str, outcome: Outcome) -> Stage:
    said = Answer(outcome)
    return stage(name, lambda _: said)


def test_a_change_is_through_only_where_every_stage_passes_it_over_all_combinations() -> None:
    for outcomes in product(OUTCOMES, repeat=len(STAGES)):
        came = run(CANDIDATE, answering(*outcomes))
        first = next((at for at, outcome in enumerate(outcomes) if outcome != "passed"), None)
        assert came.through == (first is None), outcomes
        assert came.passed == tuple(NAMES[: len(outcomes) if first is None else first]), outcomes
        if first is not None:
            assert (came.stage, came.answer.outcome) == (NAMES[first], outcomes[first])


def inspected(level: Literal["P", "S", "H"] | None) -> Inspection:
    judged = Judged(Hunk("api/session.py", 1, 1, 1, 1), level, "docs_comments" if level else None)
    return Inspection((), (judged,), 1, 2, proven=False, percentile=0.01)


def test_no_answer_of_a_language_model_turns_a_no_into_a_yes() -> None:
    yes = ModelReview(True, "", 10, 1, frozenset({"docs_comments"}))
    answers = (yes, replace(yes, accepts=False), replace(yes, confidence=7), Unknown("it did not answer"), None)
    through, settings = set(), config()
    states = {
        (level, answer): state(0.02, inspection=inspected(level), review=answer)
        for level in ("P", "H", None)
        for answer in answers
    }
    for outcomes, (level, answer) in product(product(OUTCOMES, repeat=BEFORE), states):
        candidate = Candidate(states[level, answer], settings, SATURDAY)
        if run(candidate, (*answering(*outcomes), review.STAGE)).through:
            through.add((frozenset(outcomes), level, answer == yes or answer is None))
    assert through == {(frozenset({"passed"}), "P", True)}


def _raises(error: Exception) -> Callable[[Candidate], Any]:
    def judge(candidate: Candidate) -> Any:
        raise error

    return judge


@pytest.mark.parametrize("at", range(len(STAGES)), ids=[each.name for each in STAGES])
@pytest.mark.parametrize(
    ("judge", "rule"),
    [
        (_raises(ValueError("broken")), "ValueError"),
        (_raises(TimeoutError("slow")), "TimeoutError"),
        (_raises(RecursionError("deep")), "RecursionError"),
        (lambda _: None, "bad_answer"),
        (lambda _: "passed", "bad_answer"),
        (lambda _: Answer("approve"), "bad_answer"),  # type: ignore[arg-type]
        (lambda _: True, "bad_answer"),
    ],
    ids=["exception", "time-out", "recursion", "nothing", "text", "unknown outcome", "yes"],
)
def test_a_fault_in_any_stage_sends_the_change_to_a_person(
    at: int, judge: Callable[[Candidate], Any], rule: str
) -> None:
    stages = list(answering(*["passed"] * len(STAGES)))
    stages[at] = stage("faulty", judge)
    came = run(CANDIDATE, stages)
    assert (came.through, came.stage, came.answer.outcome, came.answer.rule) == (False, "faulty", "error", rule)
    assert came.answer.why == funnel.FAILED


def test_without_stages_nothing_is_through() -> None:
    assert run(CANDIDATE, ()) == Passage("", Answer("person", "no_stages"), (), "ace")


def test_what_a_cheap_stage_refuses_reaches_no_dear_one() -> None:
    asked: list[str] = []

    def dear(candidate: Candidate) -> Answer:
        asked.append("dear")
        return PASSED

    for no in (person, refused, waits):
        run(CANDIDATE, (stage("cheap", lambda _, no=no: no("rule", "Why.")), stage("dear", dear)))  # type: ignore[misc]
    assert asked == []


def strict(candidate: Candidate) -> Answer:
    """As risk is: what verification lets through, approval may not."""
    return PASSED if candidate.pipeline == "verification" else person("not_among_the_safest", "Why.")


@pytest.mark.parametrize(
    ("judge", "more", "through", "pipeline"),
    [
        (lambda _: PASSED, "", True, "approval"),
        (strict, "", True, "verification"),
        (strict, ", people: {deferred_review: false}", False, "approval"),
        (lambda _: person("rule", "Why."), "", False, "verification"),
    ],
    ids=["the safest", "safe", "safe, where nothing is put off", "not safe"],
)
def test_a_person_s_change_is_approved_where_it_is_among_the_safest_and_else_verified_and_reviewed_afterwards(
    judge: Callable[[Candidate], Answer], more: str, through: bool, pipeline: str
) -> None:
    came = passage(state(0.02), config(more), SATURDAY, (stage("risk", judge),))
    assert (came.through, came.pipeline) == (through, pipeline)


def test_a_bot_s_change_takes_one_way() -> None:
    came = passage(state(0.02, author=BOT), config(), SATURDAY, (stage("risk", lambda _: PASSED),))
    assert (came.through, came.pipeline) == (True, "ace")
