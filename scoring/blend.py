"""Two opinions in one: what is risky anywhere, and what was risky here, as ranks with fixed weights."""

import numpy as np
from numpy.typing import NDArray

from scoring.features.quantiles import BLOCK, WINDOW

# chosen on repositories of the pool and never on those kept off the card
OWN_SHARE = 0.4
Floats = NDArray[np.float64]


def own_ranks(scores: Floats) -> Floats:
    """Return the rank of each score among the WINDOW before it, 0 to 1, the window moving once in BLOCK changes."""
    found = np.full(len(scores), 0.5)
    for start in range(0, len(scores), BLOCK):
        reference = np.sort(scores[max(0, start - WINDOW) : start])
        found[start : start + BLOCK] = rank(scores[start : start + BLOCK], reference)
    return found


def rank(scores: Floats, reference: Floats) -> Floats:
    """Return the mid-rank of each score in `reference` (ascending), .5 when that is empty."""
    if not len(reference):
        return np.full(len(scores), 0.5)
    below = np.searchsorted(reference, scores, "left") + np.searchsorted(reference, scores, "right")
    return np.asarray(below / (2 * len(reference)), dtype=np.float64)


def blend(own: Floats, shipped: Floats) -> Floats:
    """Return the weighted sum of two ranks."""
    return OWN_SHARE * own + (1 - OWN_SHARE) * shipped


def mix(own: Floats, shipped: Floats) -> Floats:
    """Return the weighted sum of two log-odds."""
    return OWN_SHARE * own + (1 - OWN_SHARE) * shipped
