"""The funnel: every stage has to pass, in their order; anything else, an error too, goes to a person.

A bot's change takes one way through it. A person's may take the strict one, which waives every review (Approval), or
else the one that lets it land now and has it reviewed later (Verification).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.policy.candidate import Pipeline
from bot.policy.config import Config
from bot.policy.radar.stage import OUTCOMES, PASSED, Answer, Candidate, Stage
from bot.policy.radar.stages import difftest, eligible, review, risk, room, static, whose
from bot.policy.state import State

FAILED = "This stage failed, so a person has to look."
STAGES: tuple[Stage, ...] = (
    whose.STAGE,
    eligible.STAGE,
    difftest.STAGE,
    static.STAGE,
    risk.STAGE,
    review.STAGE,
    room.STAGE,  # last: what has come here lacks nothing but time
)


@dataclass(frozen=True, slots=True)
class Passage:
    """How far a change came. `stage` and `answer` are of the one that ended it; passed: of the last."""

    stage: str
    answer: Answer
    passed: tuple[str, ...] = ()  # names of stages
    pipeline: Pipeline = "ace"

    @property
    def through(self) -> bool:
        return self.answer.outcome == "passed"

    @property
    def lacks_time_alone(self) -> bool:
        """Every other stage passed, and the last one passes once its day has come."""
        return self.answer.until is not None and self.stage == room.STAGE.name


def passage(state: State, config: Config, now: datetime, stages: Sequence[Stage]) -> Passage:
    """The way through the funnel that asks for the least afterwards, of those that it may take."""
    if state.pull.author.bot:
        return run(Candidate(state, config, now, "ace"), stages)
    approved = run(Candidate(state, config, now, "approval"), stages)
    if approved.through or not config.auto_review.people.deferred_review:
        return approved
    return run(Candidate(state, config, now, "verification"), stages)


def run(candidate: Candidate, stages: Sequence[Stage] = STAGES) -> Passage:
    """Stops at the first stage that does not pass: what is dear is not asked then."""
    passed: list[str] = []
    for stage in stages:
        answer = _judged(stage, candidate)
        if answer.outcome != "passed":
            return Passage(stage.name, answer, tuple(passed), candidate.pipeline)
        # a stage that passed for another reason than its own says so: what was bypassed stands in the record
        passed.append(f"{stage.name}: {answer.rule}" if answer.rule else stage.name)
    end = Passage(stages[-1].name if passed else "", PASSED, tuple(passed), candidate.pipeline)
    return end if passed else replace(end, answer=Answer("person", "no_stages"))


def _judged(stage: Stage, candidate: Candidate) -> Answer:
    try:
        answer = stage.judge(candidate)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a stage, a person looks; the record names it
        return Answer("error", type(error).__name__, FAILED)
    if not isinstance(answer, Answer) or answer.outcome not in OUTCOMES:
        return Answer("error", "bad_answer", FAILED)
    return answer
