"""Why a change ranks where it does: each feature is put back to its usual value, and what the score loses is its weight."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Reason
from scoring.features import Feature
from scoring.history.state import Facts

Score = Callable[[NDArray[np.float32]], NDArray[np.float64]]
SMALLEST = 0.05  # log-odds: what weighs less is noise to a reader


def ablate(vector: NDArray[np.float32], usual: NDArray[np.float32], score: Score) -> NDArray[np.float64]:
    """Return for each feature how much the score falls when it alone takes its usual value; one batch of scoring."""
    rows = np.repeat(vector[None, :], len(vector) + 1, axis=0)
    np.fill_diagonal(rows[1:], usual)
    scores = score(rows)
    return np.asarray(scores[0] - scores[1:])


def reasons(
    features: Sequence[Feature],
    facts: Facts,
    vector: NDArray[np.float32],
    usual: NDArray[np.float32],
    weights: NDArray[np.float64],
) -> tuple[Reason, ...]:
    """Return the features that moved the score, strongest first, in words."""
    found = []
    for index in np.argsort(-np.abs(weights)):
        feature, weight = features[index], float(weights[index])
        if abs(weight) < SMALLEST:
            break
        words = feature.words if vector[index] > usual[index] else feature.low
        subject = feature.subject(facts) if feature.subject else None
        if words and ("{subject}" not in words or subject):
            here, typical = (readable(feature, float(value)) for value in (vector[index], usual[index]))
            found.append(Reason(feature.name, words, here, typical, weight, subject))
    return tuple(found)


def readable(feature: Feature, value: float) -> str:
    """Return a value as people read it, with its unit."""
    if feature.unit == "yes/no":
        return "yes" if value > 0.5 else "no"
    shown = feature.show(value) if feature.show else value
    number = f"{shown:,.0f}" if abs(shown) >= 10 or float(shown).is_integer() else f"{shown:.1f}"
    return f"{number} {feature.unit}".strip() if not feature.unit.startswith("%") else f"{number} {feature.unit}"
