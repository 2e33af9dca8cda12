"""Two opinions in one: what is risky anywhere, and what was risky here, with fixed weights."""

import numpy as np
from numpy.typing import NDArray

# chosen on repositories of the pool and never on those kept off the card
OWN_SHARE = 0.5
Floats = NDArray[np.float64]


def rank(scores: Floats, reference: Floats) -> Floats:
    """Return the mid-rank of each score in `reference` (ascending), .5 when that is empty."""
    if not len(reference):
        return np.full(len(scores), 0.5)
    below = np.searchsorted(reference, scores, "left") + np.searchsorted(reference, scores, "right")
    return np.asarray(below / (2 * len(reference)), dtype=np.float64)


def mix(own: Floats, shipped: Floats) -> Floats:
    """Return the weighted sum of two log-odds."""
    return OWN_SHARE * own + (1 - OWN_SHARE) * shipped
