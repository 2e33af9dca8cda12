"""A stage of the funnel gives one of five answers, each with why; whatever it cannot tell is for a person to decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, get_args

from bot.policy.candidate import Pipeline
from bot.policy.config import ChangeSource, Config
from bot.policy.radar.strength import source_of
from bot.policy.state import State

Outcome = Literal["passed", "refused", "person", "waits", "error"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Answer:
    """`rule` names what decided within the stage: records, the ledger and its statistics count by it."""

    outcome: Outcome
    rule: str = ""
    why: str = ""  # one sentence for people; text from outside stands in it as words.code() only
    until: datetime | None = None  # of what waits for time to pass and for nothing else


PASSED = Answer("passed")


def person(rule: str, why: str) -> Answer:
    return Answer("person", rule, why)


def refused(rule: str, why: str) -> Answer:
    return Answer("refused", rule, why)


def waits(rule: str, why: str, until: datetime | None = None) -> Answer:
    return Answer("waits", rule, why, until)


@dataclass(frozen=True)
class Candidate:
    """One pull request at one moment, as every stage sees it. `pipeline` says how strict they are."""

    state: State
    config: Config
    now: datetime
    pipeline: Pipeline = "ace"

    @cached_property
    def source(self) -> ChangeSource | None:
        """The source that it is of, with its settings; None: it is people's, or of no source that is known."""
        return source_of(self.state, self.config)


Judge = Callable[[Candidate], Answer]


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of the funnel; cheap ones come first, and the first that does not pass ends it."""

    name: str
    words: str  # what it asks, for people
    judge: Judge
