"""From a score to a probability at the true rate: training saw five negatives for each positive, the world more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = sigmoid(slope * logit + offset)."""

    slope: float = 1.0
    offset: float = 0.0

    def probability(self, logits: Floats) -> Floats:
        """Probabilities between 0 and 1, in the order of `logits`."""
        return sigmoid(self.slope * np.asarray(logits, dtype=np.float64) + self.offset)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def logit(probability: float) -> float:
    """log(p / (1 - p)), with p held off 0 and 1."""
    held = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(held / (1 - held)))


def rebase(logits: Floats, rate: float, slope: float = 1.0) -> Calibration:
    """The calibration whose mean probability over `logits` is `rate`; ranks stay as they are."""
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        if float(sigmoid(slope * logits + middle).mean()) < rate:
            low = middle
        else:
            high = middle
    return Calibration(slope, (low + high) / 2)


def platt(logits: Floats, label: NDArray[np.bool_]) -> Calibration:
    """Fit slope and offset by Newton's method on labelled rows at their true rate."""
    # two pseudo-counts keep a handful of labels from promising certainty
    positives, negatives = float(label.sum()), float((~label).sum())
    target = np.where(label, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.column_stack([logits, np.ones(len(logits))])
    weights = np.array([1.0, logit(float(target.mean()))])
    for _ in range(50):
        p = sigmoid(design @ weights)
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (p - target))
        weights = weights - np.clip(step, -2, 2)
    return Calibration(float(max(weights[0], 0.05)), float(weights[1]))


def words(probability: float) -> str:
    """Say a probability as people do: "about 1 in 40"."""
    if probability >= 0.5:
        return f"about {round(probability * 10)} in 10"
    if probability < 0.001:
        return "less than 1 in 1,000"
    return f"about 1 in {max(2, round(1 / probability)):,}"
