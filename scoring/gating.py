"""The score that gates: the highest of the whole change and of its parts.

One rule for a change that is scored, for the changes it is ranked among and for backtests: "the riskiest 5 %" is 5 %
only when all are measured alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.features.quantiles import rolling_beside

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of changes that are scored on their own."""

    rows: Rows  # of the change that each belongs to, ascending
    raw: Matrix  # (parts, columns)

    def quantile(self, index: Matrix, start: int = 0) -> Matrix:
        """Return where each value stood among the changes before; `index` holds all rows from `start` on."""
        return rolling_beside(self.raw, self.rows, index, start)


def highest(whole: Floats, rows: Rows, parts: Floats) -> Floats:
    """Return for each change the highest of its score and the scores of its parts; `rows` are places in `whole`."""
    found = whole.copy()
    np.maximum.at(found, rows, parts)
    return found
