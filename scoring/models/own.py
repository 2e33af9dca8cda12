"""A repository's own regression: everything known of its changes, strongly held towards nothing.

Fitted from a start, the log-odds of the shipped model, it is what this repository's own past adds to them: held towards
what is risky anywhere, it departs only as far as the faults known here ask for. That serves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.features import FEATURES
from scoring.history.dataset import Dataset, resample, training_rows
from scoring.models.design import RANK, design, learned
from scoring.models.linear import Linear, fit

STRENGTH = 0.001  # with hundreds of columns and few labels only what shows everywhere may speak
CORRECTION = 0.0003  # of a regression with a start; chosen on the years between 50 and 70 % of the card's histories
ENOUGH = 30  # known faults in the training rows below which a repository has no model of its own


@dataclass(frozen=True, slots=True)
class Own:
    """The regression and the columns it looks at; fitted from a start, its log-odds are to be added to those."""

    columns: tuple[str, ...]
    linear: Linear
    faults: int  # positives it was fitted on

    def logits(
        self, available: tuple[str, ...], raw: NDArray[np.float32], quantile: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """One log-odds a row."""
        return self.linear.logits(design(self.columns, available, raw, quantile))


def columns() -> tuple[str, ...]:
    """What it looks at, raw and as ranks among recent changes."""
    # counters of the past drift as labels ripen; the shipped model reads them better than few labels here can
    drifting = ("kamei", "history", "incidents")
    # experience, which may only ever lower a score, is left to the shipped model: nothing holds a regression to that
    features = [feature for feature in FEATURES if learned(feature.name) and not feature.person]
    names = [feature.name for feature in features if feature.family not in drifting]
    return (*names, *(RANK + name for name in names))


def fit_own(
    data: Dataset,
    cut: int,
    *,
    now: int | None = None,
    names: tuple[str, ...] | None = None,
    strength: float | None = None,
    start: NDArray[np.float64] | None = None,
) -> Own | None:
    """Fit on what was known of the rows before `cut` at moment `now`; None when too few faults were.

    `start` are log-odds of all rows that the regression is to correct.
    """
    rows, label = resample(*training_rows(data, cut, now))
    if label.sum() < ENOUGH:
        return None
    wanted = names or columns()
    x = design(wanted, data.columns, data.raw[rows], data.quantile[rows])
    held = strength or (STRENGTH if start is None else CORRECTION)
    return Own(wanted, fit(x, label, held, None if start is None else start[rows]), int(label.sum()))
