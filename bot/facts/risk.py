"""The score of a change, or why there is none. One that is known for these commits is not made again."""

from dataclasses import dataclass

from bot.facts.assessor import Unscorable
from bot.facts.configuration import CONFIGURATION
from bot.facts.content import BASE, CONTENT, DIFF
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
    base, content = look[BASE], look[CONTENT]
    if isinstance(content, Failure) or isinstance(base, Failure):
        return Risk(failure=content if isinstance(content, Failure) else None)
    before, pull = scored(live, look), look[PULL]
    if before is not None and before.base == base.sha:  # another base is another change
        return Risk(before)
    diff, critical = look[DIFF], look[CONFIGURATION].config.criticality()
    if isinstance(diff, Failure):
        return Risk(before, diff)
    try:
        assessment = live.assessor.assess(look[TARGET], pull, base, diff, critical, look.now)
    except Unscorable as error:
        return Risk(before, error.failure())
    live.store.assessments.save(look.target.repository_id, look.number, pull.head_sha, assessment)
    return Risk(assessment)


def _fills(risk: Risk) -> Filled:
    return {"risk": risk.assessment, "failure": risk.failure}


RISK = Fact(
    "risk",
    _read,
    Risk,
    needs=(PULL, TARGET, BASE, DIFF, CONTENT, CONFIGURATION),
    cost=Cost(requests=1, git=2),
    fills=_fills,
)
