"""What a reading of a change's contents says of it; nobody reads them while automatic review is off."""

from dataclasses import replace

import structlog

from bot.facts.assessor import Base, Unscorable
from bot.facts.configuration import CONFIGURATION
from bot.facts.content import BASE, DIFF
from bot.facts.fact import Cost, Fact, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.policy.candidate import Hazard, Inspection
from bot.policy.pull import PullRequest, Unknown
from bot.policy.state import Failure
from scoring.errors import ScoringError
from scoring.hazards.speech import speaks

MOST_SAID = 65_536  # characters, as many as GitHub takes
_log = structlog.get_logger(__name__)


def _read(live: Live, look: Look) -> Inspection | Unknown:
    config = look[CONFIGURATION].config
    if not config.auto_review.on:
        return Unknown("automatic review is off")
    base, diff = look[BASE], look[DIFF]
    if not isinstance(base, Base) or isinstance(diff, Failure):
        return Unknown(base.words if isinstance(base, Failure) else diff.words if isinstance(diff, Failure) else "")
    pull = look[PULL]
    try:
        inspection = live.assessor.inspect(look[TARGET], pull, base, diff, config.criticality(), look.now)
    except (Unscorable, ScoringError) as error:
        # what the gate rests on was read: only automatic review does without
        _log.warning("inspection.failed", repository=look.target.repository_id, number=look.number, words=str(error))
        return Unknown(str(error).rstrip("."))
    return replace(inspection, hazards=(*inspection.hazards, *_spoken(pull)))


def _spoken(pull: PullRequest) -> tuple[Hazard, ...]:
    """Words beside the contents only count against a change. What a bot describes is its template and others' notes."""
    said = (pull.title, pull.head_ref.replace("-", " "), "" if pull.author.bot else pull.body[:MOST_SAID])
    spoken = any(speaks(text) for text in said)
    return (Hazard("speech", "Its title, branch or description speaks to whoever reviews it."),) if spoken else ()


def _nobody() -> Unknown:
    return Unknown("nobody looked")


INSPECTION = Fact(
    "inspection", _read, _nobody, needs=(PULL, TARGET, BASE, DIFF, CONFIGURATION), cost=Cost(requests=1, git=4)
)
