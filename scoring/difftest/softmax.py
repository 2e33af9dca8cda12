"""Multinomial logistic regression with numpy alone: fitted by accelerated gradient descent, the same at each run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Small = NDArray[np.float32]
ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Softmax:
    """`weight` has a row a column of the design and a column a class; the last row is the intercept."""

    weight: Floats

    def logits(self, design: NDArray[np.float32]) -> Floats:
        """One row a row of `design`, one column a class."""
        return np.asarray(design @ self.weight[:-1] + self.weight[-1], dtype=np.float64)


def probabilities(logits: Floats, temperature: float = 1.0) -> Floats:
    """exp(logit / temperature), each row summing to 1."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit(
    design: NDArray[np.float32], label: NDArray[np.intp], classes: int, share: NDArray[np.float32], strength: float
) -> Softmax:
    """Fit with weights `share` a row and an L2 penalty of 1 / (2 strength), as scikit-learn's C, none on intercepts.

    Nesterov's method with restarts (O'Donoghue and Candes, 2015).
    """
    x = np.column_stack([design, np.ones(len(design), dtype=np.float32)])
    truth = np.eye(classes, dtype=np.float32)[label]
    penalty = np.full((x.shape[1], 1), 1.0 / strength, dtype=np.float32)
    penalty[-1] = 1e-4
    # the largest curvature of a softmax is a half (Boehning, 1992)
    step = 1.0 / (0.5 * _largest(x, share) + 1.0 / strength)
    return Softmax(_descend(x, truth, share[:, None], penalty, step))


def _largest(x: NDArray[np.float32], share: NDArray[np.float32]) -> float:
    """The largest eigenvalue of the weighted design, a little above it, by the power method."""
    vector = np.ones(x.shape[1], dtype=np.float32)
    size = 1.0
    for _ in range(30):
        vector = x.T @ (share * (x @ vector))
        size = float(np.linalg.norm(vector))
        vector /= max(size, 1e-12)
    return 1.05 * size


def _descend(x: Small, truth: Small, share: Small, penalty: Small, step: float) -> Floats:
    weight = np.zeros((x.shape[1], truth.shape[1]), dtype=np.float32)
    ahead, momentum = weight.copy(), 1.0
    for _ in range(ROUNDS):
        scores = x @ ahead
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = x.T @ (share * (powers / powers.sum(axis=1, keepdims=True) - truth)) + penalty * ahead
        following = ahead - step * slope
        if float((slope * (following - weight)).sum()) > 0:
            momentum = 1.0
        larger = (1 + np.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = following + (momentum - 1) / larger * (following - weight)
        moved = float(np.abs(following - weight).max())
        weight, momentum = following, larger
        if moved < 1e-4:
            break
    return weight.astype(np.float64)
