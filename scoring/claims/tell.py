"""What is said of one change: the claims that are true of it and carry a share of what raises its score."""

from collections.abc import Mapping

from scoring.assessment import Reason
from scoring.claims.claim import Known
from scoring.claims.table import CLAIMS

SHARE = 0.1  # of all that raises the score, below which a claim is not said
MOST = 5


def reasons(known: Known, shares: Mapping[str, float]) -> tuple[Reason, ...]:
    """What stands out, the largest share first; nothing when nothing does.

    `shares` are those of `weights.shares`.
    """
    chosen: dict[str, Reason] = {}
    for claim in CLAIMS:
        share = shares[claim.name]
        sentence = claim.tell(known) if share >= SHARE and claim.story not in chosen else None
        if sentence is not None:
            chosen[claim.story] = Reason(claim.name, sentence.words, share, sentence.subject, sentence.evidence)
    return tuple(sorted(chosen.values(), key=lambda reason: -reason.share)[:MOST])
