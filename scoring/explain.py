"""Why a change ranks where it does: put one story of the features back to its usual values, and see what is lost."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Reason
from scoring.features import Feature
from scoring.history.state import Facts

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Score = Callable[[Matrix], Floats]  # log-odds of rows of features
SMALLEST = 0.05  # log-odds: what weighs less is noise to a reader


def topic(feature: Feature) -> str:
    """Return the story a feature belongs to: features that move together are put back together."""
    return feature.topic or feature.name


def topics(features: Sequence[Feature]) -> tuple[str, ...]:
    """Return the different stories, in order of first appearance."""
    return tuple(dict.fromkeys(map(topic, features)))


def ablations(features: Sequence[Feature], vector: Matrix, usual: Matrix) -> Matrix:
    """Return one row for each topic: `vector` with the features of that topic at their usual values."""
    names = topics(features)
    rows = np.repeat(vector[None, :], len(names), axis=0)
    for place, name in enumerate(names):
        members = np.array([topic(feature) == name for feature in features])
        rows[place, members] = usual[members]
    return rows


def weigh(features: Sequence[Feature], vector: Matrix, usual: Matrix, score: Score) -> Floats:
    """Return for each topic how far the score falls when it alone takes its usual values; one batch of scoring."""
    scores = score(np.concatenate([vector[None, :], ablations(features, vector, usual)]))
    return np.asarray(scores[0] - scores[1:])


def reasons(
    features: Sequence[Feature], facts: Facts, vector: Matrix, usual: Matrix, spread: Matrix, weights: Floats
) -> tuple[Reason, ...]:
    """Return the topics that moved the score, strongest first, each told by its most unusual feature.

    `spread` is a scale for each feature that makes distances from the usual value comparable.
    """
    names = topics(features)
    found = []
    for place in np.argsort(-np.abs(weights)):
        weight = float(weights[place])
        if abs(weight) < SMALLEST:
            break
        members = [index for index, feature in enumerate(features) if topic(feature) == names[place]]
        members.sort(key=lambda index: -abs(float(vector[index] - usual[index])) / float(spread[index]))
        told = (_tell(features[index], facts, float(vector[index]), float(usual[index]), weight) for index in members)
        found.append(next((reason for reason in told if reason), None))
    return tuple(reason for reason in found if reason)


def _tell(feature: Feature, facts: Facts, value: float, typical: float, weight: float) -> Reason | None:
    here, usual = readable(feature, value), readable(feature, typical)
    words = feature.words if value > typical else feature.low
    if _reassures(feature) and (value > typical) != (weight > 0):
        # true here, but no reader would follow why little of something risky made the score higher
        return None
    subject = feature.subject(facts) if feature.subject else None
    # two equal numbers side by side explain nothing
    if here == usual or not words or ("{subject}" in words and not subject):
        return None
    return Reason(feature.name, words, here, usual, weight, subject if "{subject}" in words else None)


def _reassures(feature: Feature) -> bool:
    """Say whether the sentence for a low value is a calming one; of people it is the other way round."""
    return bool(feature.words and feature.low and not feature.person)


def readable(feature: Feature, value: float) -> str:
    """Return a value as people read it, with its unit."""
    if feature.unit == "yes/no":
        return "yes" if value > 0.5 else "no"
    shown = feature.show(value) if feature.show else value
    if feature.unit == "of 1":
        return f"{100 * shown:.0f} %"
    rounded = round(shown, 1 if abs(shown) < 10 else 0)
    number = f"{rounded:,.0f}" if float(rounded).is_integer() else f"{rounded:,.1f}"
    unit = _SINGULAR.get(feature.unit, feature.unit) if number == "1" else feature.unit
    return f"{number} {unit}".strip()


_SINGULAR = {
    "lines": "line", "files": "file", "people": "person", "days": "day", "places": "place", "branches": "branch",
    "changes": "change", "faults": "fault", "folders": "folder", "parts": "part", "kinds": "kind", "calls": "call",
    "repairs": "repair", "names": "name", "words": "word", "definitions": "definition",
    "times the usual rate": "time the usual rate",
}  # fmt: skip
