"""The score that gates: that of the whole change, or the highest of its parts where it has some.

One rule for a change that is scored, for the changes it is ranked among and for backtests: "the riskiest 5 %" is 5 %
only when all are measured alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ranking.quantiles import rolling_beside

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of changes that are scored in place of the whole."""

    rows: Rows  # of the change that each belongs to, ascending
    raw: Matrix  # (parts, columns)

    def quantile(self, index: Matrix, start: int = 0) -> Matrix:
        """Where each value stood among the changes before; `index` holds all rows from `start` on."""
        return rolling_beside(self.raw, self.rows, index, start)


def gating(whole: Floats, rows: Rows, parts: Floats) -> Floats:
    """The score of each change, the highest of its parts' where it has some; `rows` are places in `whole`."""
    highest = whole.copy()
    highest[rows] = -np.inf
    np.maximum.at(highest, rows, parts)
    return highest
