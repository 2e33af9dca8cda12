"""The funnel: every stage has to pass, in their order; anything else, an error too, goes to a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage
from bot.policy.radar.stages import eligible, review, risk, static, whose

STAGES: tuple[Stage, ...] = (whose.STAGE, eligible.STAGE, static.STAGE, risk.STAGE, review.STAGE)


@dataclass(frozen=True, slots=True)
class Passage:
    """How far a change came. `stage` and `answer` are of the one that ended it; passed: of the last."""

    stage: str
    answer: Answer
    passed: tuple[str, ...] = ()  # names of stages


def run(candidate: Candidate, stages: Sequence[Stage] = STAGES) -> Passage:
    """Stops at the first stage that does not pass: what is dear is not asked then."""
    passed: list[str] = []
    for stage in stages:
        answer = _judged(stage, candidate)
        if answer.outcome != "passed":
            return Passage(stage.name, answer, tuple(passed))
        passed.append(stage.name)
    return Passage(passed[-1] if passed else "", PASSED if passed else Answer("person", "no_stages"), tuple(passed))


def _judged(stage: Stage, candidate: Candidate) -> Answer:
    try:
        return stage.judge(candidate)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a stage, a person looks; the record names it
        return Answer("error", type(error).__name__, "This stage failed, so a person has to look.")
