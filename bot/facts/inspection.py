"""What a reading of a change's contents says of it; nobody reads them while automatic review is off."""

import structlog

from bot.facts.assessor import Base, Unscorable
from bot.facts.configuration import CONFIGURATION
from bot.facts.content import BASE, DIFF
from bot.facts.fact import Cost, Fact, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.policy.candidate import Inspection
from bot.policy.pull import Unknown
from bot.policy.state import Failure
from scoring.errors import ScoringError

_log = structlog.get_logger(__name__)


def _read(live: Live, look: Look) -> Inspection | Unknown:
    config = look[CONFIGURATION].config
    if not config.auto_review.on:
        return Unknown("automatic review is off")
    base, diff = look[BASE], look[DIFF]
    if not isinstance(base, Base) or isinstance(diff, Failure):
        return Unknown(base.words if isinstance(base, Failure) else diff.words if isinstance(diff, Failure) else "")
    try:
        return live.assessor.inspect(look[TARGET], look[PULL], base, diff, config.criticality(), look.now)
    except (Unscorable, ScoringError) as error:
        # what the gate rests on was read: only automatic review does without
        _log.warning("inspection.failed", repository=look.target.repository_id, number=look.number, words=str(error))
        return Unknown(str(error).rstrip("."))


def _nobody() -> Unknown:
    return Unknown("nobody looked")


INSPECTION = Fact(
    "inspection", _read, _nobody, needs=(PULL, TARGET, BASE, DIFF, CONFIGURATION), cost=Cost(requests=1, git=4)
)
