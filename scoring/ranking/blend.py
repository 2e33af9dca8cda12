"""Where a score stands among others."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rank(scores: Floats, reference: Floats) -> Floats:
    """The mid-rank of each score in `reference` (ascending), .5 when that is empty."""
    if not len(reference):
        return np.full(len(scores), 0.5)
    below = np.searchsorted(reference, scores, "left") + np.searchsorted(reference, scores, "right")
    return np.asarray(below / (2 * len(reference)), dtype=np.float64)
