"""The score of a change, or why there is none. One that is known for these commits is not made again."""

from dataclasses import dataclass

from bot.facts.configuration import CONFIGURATION
from bot.facts.content import CONTENT, Content, Unscorable
from bot.facts.fact import Cost, Fact, Filled, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.policy.state import Failure
from scoring.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Risk:
    """With both, the score is that of these commits into another base, and another was not to be had."""

    assessment: Assessment | None = None
    failure: Failure | None = None


def scored(live: Live, look: Look) -> Assessment | None:
    """What was found out about this head before."""
    return live.store.assessments.get(look.target.repository_id, look.number, look[PULL].head_sha)


def last(live: Live, look: Look) -> Assessment | None:
    """The same, as long as it goes into the branch that it was found out for."""
    pulls = live.store.pulls.all_open(look.target.repository_id, look[PULL].base_ref)
    return scored(live, look) if any(pull.number == look.number for pull in pulls) else None


def _read(live: Live, look: Look) -> Risk:
    content = look[CONTENT]
    if not isinstance(content, Content):
        return Risk(failure=content)
    before = scored(live, look)
    if before is not None and before.base == content.change.base:  # another base is another change
        return Risk(before)
    try:
        found = live.assessor.assess(look[TARGET], content, look[CONFIGURATION].config.criticality())
    except Unscorable as error:
        return Risk(before, error.failure())
    live.store.assessments.save(look.target.repository_id, look.number, look[PULL].head_sha, found)
    return Risk(found)


def _fills(found: Risk) -> Filled:
    return {"risk": found.assessment, "failure": found.failure}


RISK = Fact(
    "risk", _read, Risk, needs=(PULL, TARGET, CONTENT, CONFIGURATION), cost=Cost(requests=1, git=4), fills=_fills
)
