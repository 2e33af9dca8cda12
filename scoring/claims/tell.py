"""What is said of one change: the claims that are true of it and carry a share of what raises its score."""

from collections.abc import Mapping

from scoring.assessment import Reason
from scoring.claims.claim import Known
from scoring.claims.table import CLAIMS

SHARE = 0.1  # of all that raises the score, below which a claim is not said
MOST = 5


def reasons(known: Known, shares: Mapping[str, float]) -> tuple[Reason, ...]:
    """Return what stands out, the largest share first; nothing when nothing does.

    `shares` are those of `weights.shares`.
    """
    found: dict[str, Reason] = {}
    for claim in CLAIMS:
        share = shares[claim.name]
        told = claim.tell(known) if share >= SHARE and claim.story not in found else None
        if told is not None:
            found[claim.story] = Reason(claim.name, told.words, share, told.subject, told.evidence)
    return tuple(sorted(found.values(), key=lambda reason: -reason.share)[:MOST])
