"""How risky it looks: among the safest share, as a whole and by each of its parts.

The rank that counts is the highest of all there are: of the change as it was opened and of it without a word of its
author's, as one, by its parts and file by file. So no words and no harmless files beside it make it look safer.
"""

from bot.policy.candidate import Inspection, Trust
from bot.policy.config.auto_review import Threshold, share_of
from bot.policy.radar.dial import threshold_at
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from bot.policy.standing.level import among_riskiest, in_force
from bot.policy.text.words import percent, rank


def judge(candidate: Candidate) -> Answer:
    threshold = threshold_of(candidate)
    if threshold is None:
        return person("no_threshold", "Nobody said how safe a change of its kind has to look.")
    held = in_force(candidate.state, candidate.config, candidate.now).share
    risk = percentile(candidate)
    if risk is None:
        return person("no_score", "It could not be scored, as a whole or in parts.")
    if among_riskiest(risk, held):
        return person("held_back", f"It is among the riskiest {percent(held)}, which the window that is open holds.")
    if bypassed(candidate):
        return Answer("passed", "bypass_risk", "The configuration leaves changes of bots to the reviewer alone.")
    # ties are for people: as many changes look as safe as this one
    if risk >= share_of(threshold):
        return person("threshold", f"Riskier than {rank(risk)} of 100 recent changes; {threshold} lets less pass.")
    return PASSED


def percentile(candidate: Candidate) -> float | None:
    """0 to 1, the highest there is; None where any is missing."""
    assessment, inspection = candidate.state.risk, candidate.state.inspection
    if assessment is None or not isinstance(inspection, Inspection) or inspection.percentile is None:
        return None
    ranks = (assessment.percentile, inspection.percentile)
    return max(ranks) if all(0 <= rank <= 1 for rank in ranks) else None  # what is no number is in no order


def bypassed(candidate: Candidate) -> bool:
    """Bots only, and only where the configuration says so."""
    return candidate.pipeline == "ace" and candidate.config.auto_review.bots.bypass_risk


def threshold_of(candidate: Candidate) -> Threshold | None:
    """The configured one of its source or of this step of people's, no wider than the dial; None: there is none."""
    policy, trust = candidate.config.auto_review, candidate.state.trust
    if not isinstance(trust, Trust):
        return None
    source, bot = candidate.source, candidate.state.pull.author.bot
    match candidate.pipeline:
        case "ace" if bot and source is not None:
            return threshold_at(trust.dial, policy.threshold_for(source))
        case "verification" if not bot and policy.people.deferred_review:
            return threshold_at(trust.dial, policy.people.verification)
        case "verification" | "approval" if not bot:
            return threshold_at(trust.dial, policy.people.approval)
        case _:
            return None


STAGE = Stage("risk", "Is it among the safest?", judge)
