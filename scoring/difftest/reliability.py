"""Whether a confidence is what it says: a table by tenths, and the mean distance (expected calibration error)."""

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    low: float
    n: float
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """`error` is None of nothing (Guo et al., 2017: sum of n_b / n |right_b - confidence_b|)."""

    bins: tuple[Bin, ...]
    error: float | None


def reliability(confidences: Sequence[float], right: Sequence[float], weights: Sequence[float] = ()) -> Reliability:
    """Bins with something in them. `right` is the share that was right, `weights` how many each stands for."""
    shares = list(weights) or [1.0] * len(confidences)
    filled: dict[int, list[int]] = {}
    for place, each in enumerate(confidences):
        filled.setdefault(min(BINS - 1, int(each * BINS)), []).append(place)
    bins = tuple(_bin(number, places, confidences, right, shares) for number, places in sorted(filled.items()))
    whole = sum(each.n for each in bins)
    error = sum(each.n * abs(each.right - each.confidence) for each in bins) / whole if whole else None
    return Reliability(bins, error)


def _bin(
    number: int, places: Sequence[int], confidences: Sequence[float], right: Sequence[float], weights: Sequence[float]
) -> Bin:
    n = sum(weights[each] for each in places)
    means = [sum(weights[each] * values[each] for each in places) / n for values in (confidences, right)]
    return Bin(number / BINS, n, means[0], means[1])
