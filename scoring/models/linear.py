"""Logistic regression: fitted by Newton's method with numpy alone, so that a server can fit its repository's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ranking.calibration import sigmoid

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """logit = intercept + sum(weight * (x - mean) / scale); arrays have one number a column."""

    mean: Floats
    scale: Floats
    weight: Floats
    intercept: float

    def logits(self, design: NDArray[np.float32]) -> Floats:
        """One log-odds a row."""
        return np.asarray(self.intercept + self.contributions(design).sum(axis=1))

    def contributions(self, design: NDArray[np.float32]) -> Floats:
        """What each column adds to the log-odds, shape of `design`; with the intercept they sum to the logit."""
        standard: Floats = (design.astype(np.float64) - self.mean) / self.scale * self.weight
        return standard


def fit(
    design: NDArray[np.float32], label: NDArray[np.bool_], strength: float = 1.0, start: Floats | None = None
) -> Linear:
    """Fit with an L2 penalty of 1 / (2 strength) on the weights of standardised columns (scikit-learn's C).

    With `start`, one log-odds a row, the regression is what has to be added to them.
    """
    x = design.astype(np.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    # a constant column says nothing, now or later
    flat = scale < 1e-9
    scale = np.where(flat, 1.0, scale)
    x = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    x[:, :-1][:, flat] = 0.0
    penalty = np.full(x.shape[1], 1.0 / strength)
    penalty[-1] = 0.0
    rate = np.clip(label.mean(), 1e-6, 1 - 1e-6)
    weights = np.zeros(x.shape[1])
    given = np.zeros(len(x)) if start is None else start
    weights[-1] = np.log(rate / (1 - rate)) if start is None else 0.0
    for _ in range(100):
        p = sigmoid(x @ weights + given)
        gradient = x.T @ (p - label) + penalty * weights
        hessian = x.T @ (x * np.maximum(p * (1 - p), 1e-9)[:, None]) + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        # far from the optimum a full Newton step can overshoot
        weights = weights - step / max(1.0, float(np.abs(step).max()) / 3.0)
        if float(np.abs(step).max()) < 1e-9:
            break
    return Linear(mean, scale, np.where(flat, 0.0, weights[:-1]), float(weights[-1]))
