"""Where log-odds become percentiles and probabilities: the one place, for serving, backtests and evaluation alike.

`at` speaks of one moment, `over` of a whole history, and both say the same of the same change.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ranking.calibration import Calibration, rebase
from scoring.ranking.population import Population, needed, percentiles, population
from scoring.ranking.quantiles import BLOCK

Floats = NDArray[np.float64]

IMAGINED = 20  # changes at the model's rate, so that a young repository is neither perfect nor doomed
CARRIES = 100  # fewer changes before carry no rate of their own: the model's calibration stands


@dataclass(frozen=True, slots=True)
class Moment:
    """What a score is compared with at one moment."""

    population: Population
    calibration: Calibration
    base_rate: float  # 0 to 1: of this repository, drawn towards the model's while little is known

    def percentiles(self, logits: Floats) -> Floats:
        """1 minus the smallest share that each belongs to, 0 to 1."""
        return self.population.percentiles(logits)

    def probabilities(self, logits: Floats) -> Floats:
        """How likely each is at fault, at the rate of this repository."""
        return self.calibration.probability(logits)


@dataclass(frozen=True, slots=True)
class Rows:
    """One entry a change: NaN where nothing before it could be compared with."""

    percentile: Floats
    probability: Floats
    base_rate: Floats
    labelled: NDArray[np.int64]  # changes known to have been at fault when it came


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranks the scores of one model. `rate` and `calibration` stand on its card: those of where it was trained."""

    rate: float
    calibration: Calibration

    def base_rate(self, labelled: int, size: int) -> float:
        """The share of changes at fault when `labelled` of `size` are known to have been."""
        return (labelled + IMAGINED * self.rate) / (size + IMAGINED)

    def at(self, before: Floats, row: int, *, size: int, labelled: int) -> Moment:
        """The moment of row `row`; `before` are the scores of rows needed(row) to row - 1 under one model.

        `labelled` of `size` changes are known to have been at fault.
        """
        rate = self.base_rate(labelled, size)
        return Moment(population(before, row), self._calibrated(before, rate), rate)

    def over(self, logits: Floats | None, first: int, last: int, labelled: Callable[[int], int]) -> Rows:
        """What `at` would have said of each row first <= row < last when it came, its rate BLOCK by BLOCK.

        `logits` are those of rows needed(first) to last - 1, under one model, None when there was none; `labelled`
        counts the faults among the rows before a row that were known when it came.
        """
        low, unknown = needed(first), np.full(last - first, np.nan)
        ranks = unknown if logits is None else percentiles(logits, first, last)
        rows = Rows(ranks, unknown.copy(), unknown.copy(), np.zeros(last - first, dtype=np.int64))
        for block in range(first, last, BLOCK):
            stop = min(block + BLOCK, last)
            here, faults = slice(block - first, stop - first), labelled(block)
            rate = self.base_rate(faults, block)
            rows.labelled[here], rows.base_rate[here] = faults, rate
            if logits is not None:
                calm = self._calibrated(logits[needed(block) - low : block - low], rate)
                rows.probability[here] = calm.probability(logits[block - low : stop - low])
        return rows

    def _calibrated(self, before: Floats, rate: float) -> Calibration:
        return rebase(before, rate, self.calibration.slope) if len(before) >= CARRIES else self.calibration
