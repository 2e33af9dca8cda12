"""What a language model says of a change: asked last, once everything else lets it pass, and never instead of it."""

from dataclasses import dataclass, replace
from typing import Any

from bot.facts.asked import asked
from bot.facts.assessor import Base
from bot.facts.configuration import CONFIGURATION
from bot.facts.content import BASE
from bot.facts.fact import Fact, Live, Look
from bot.facts.gather import gather
from bot.facts.inspection import INSPECTION
from bot.facts.pull import PULL
from bot.plain import to_text
from bot.policy.candidate import Inspection, ModelReview
from bot.policy.pull import Unknown
from bot.policy.radar import funnel

NAME = "review"


@dataclass(frozen=True, slots=True)
class About:
    """What an answer holds for: these commits, asked so often, at most so dear, without the files of packages."""

    base: str
    head: str
    samples: int
    tokens: int
    without: tuple[str, ...] = ()  # the static rules explain all of them


def review(needs: tuple[Fact[Any], ...]) -> Fact[ModelReview | Unknown | None]:
    """The row of the table. `needs` are all facts that the funnel rests on: without them it would not come that far."""
    question = asked(NAME, _about, tuple(dict.fromkeys((*needs, CONFIGURATION, PULL, BASE, INSPECTION))))

    def read(live: Live, look: Look) -> ModelReview | Unknown | None:
        config, inspection = look[CONFIGURATION].config, look[INSPECTION]
        if live.answers is None or not config.auto_review.on or config.auto_review.reviewer.send == "none":
            return None
        without = replace(gather(look, needs), review=None)
        if isinstance(inspection, Unknown) or not funnel.passage(without, config, look.now, funnel.STAGES).through:
            return Unknown("it did not come as far as that")
        if {each.hunk.path for each in inspection.hunks} <= set(_packages(inspection)):
            return None  # nothing is left to show
        answer: ModelReview | Unknown = question.read(live, look)
        return answer

    return Fact(NAME, read, lambda: None, needs=question.needs)


def _about(look: Look) -> str:
    base, inspection, asked_for = look[BASE], look[INSPECTION], look[CONFIGURATION].config.auto_review.reviewer
    of = base.sha if isinstance(base, Base) else ""
    without = () if isinstance(inspection, Unknown) else _packages(inspection)
    return to_text(About(of, look[PULL].head_sha, asked_for.samples, asked_for.tokens_per_change, without))


def _packages(inspection: Inspection) -> tuple[str, ...]:
    return inspection.dependencies.files if inspection.dependencies else ()
