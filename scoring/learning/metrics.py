"""How good an ordering of changes is: incidents captured when the riskiest share is gated, and the rest beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
GATES = (0.05, 0.10, 0.20, 0.50)
SAFE = (0.05, 0.25, 0.50)


def order(scores: Floats) -> NDArray[np.intp]:
    """Positions from the riskiest down; equal scores keep a fixed order that does not depend on the label."""
    shuffled = np.random.default_rng(11).permutation(len(scores))
    return np.asarray(shuffled[np.argsort(-scores[shuffled], kind="stable")])


def hits(scores: Floats, label: Flags, share: float) -> Flags:
    """Return, for each positive in landing order, whether it is among the riskiest `share` of all changes."""
    gated = np.zeros(len(scores), dtype=bool)
    gated[order(scores)[: round(share * len(scores))]] = True
    return np.asarray(gated[label])


def captured(scores: Floats, label: Flags, share: float) -> float:
    """The share of positives among the riskiest `share`; NaN without positives."""
    caught = hits(scores, label, share)
    return float(caught.mean()) if len(caught) else float("nan")


def ceiling(label: Flags, share: float) -> float:
    """What a perfect ordering captures."""
    return min(1.0, round(share * len(label)) / max(1, int(label.sum())))


def safest(scores: Floats, label: Flags, share: float) -> float:
    """The rate of positives among the safest `share` relative to the rate of all; NaN without positives."""
    count = round(share * len(scores))
    tail = order(scores)[len(scores) - count :]
    return float(label[tail].mean() / label.mean()) if count and label.any() else float("nan")


def auc(scores: Floats, label: Flags) -> float:
    """The chance that a positive ranks above a negative (ties count half); NaN when one kind is absent."""
    positives, negatives = int(label.sum()), int((~label).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((rank[label].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(scores: Floats, label: Flags) -> float:
    """The mean precision at each positive; NaN without positives."""
    ranked = label[order(scores)]
    places = np.flatnonzero(ranked)
    return float((np.arange(1, len(places) + 1) / (places + 1)).mean()) if len(places) else float("nan")


def effort_recall(scores: Floats, label: Flags, effort: Floats, budget: float = 0.2) -> float:
    """The share of positives found when changes are read riskiest first for `budget` of all effort (lines)."""
    ranked = order(scores)
    read = np.cumsum(effort[ranked]) <= budget * effort.sum()
    return float(label[ranked][read].sum() / label.sum()) if label.any() else float("nan")


def mcnemar(first: Flags, second: Flags) -> float:
    """The two-sided p that two models capture equally, from positives that only one captured (mid-p exact)."""
    from math import comb

    ours, theirs = int((first & ~second).sum()), int((second & ~first).sum())
    n, k = ours + theirs, min(ours, theirs)
    if not n:
        return 1.0
    if n > 400:
        from math import erfc, sqrt

        return float(erfc((abs(ours - theirs) - 1) / sqrt(2 * n))) if ours != theirs else 1.0
    tail = sum(comb(n, i) for i in range(k + 1)) - comb(n, k) / 2
    return float(min(1.0, 2 * tail / 2**n))


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def paired(
    groups: Sequence[tuple[Flags, Flags]], statistic: Callable[[float, float], float], rounds: int = 2000
) -> Interval:
    """`statistic(mean of first, mean of second)` over positives, resampled within each repository."""
    rng = np.random.default_rng(5)
    first = np.concatenate([a for a, _ in groups]).astype(float)
    second = np.concatenate([b for _, b in groups]).astype(float)
    sums = np.zeros((rounds, 2))
    for a, b in groups:
        if len(a):
            # how often each of the four outcomes is drawn says all that the two means need
            outcome = np.bincount(2 * a.astype(int) + b.astype(int), minlength=4)
            drawn = rng.multinomial(len(a), outcome / len(a), size=rounds)
            sums += np.column_stack([drawn[:, 2] + drawn[:, 3], drawn[:, 1] + drawn[:, 3]])
    values = [statistic(x / len(first), y / len(first)) for x, y in sums]
    low, high = np.percentile([each for each in values if not np.isnan(each)] or [np.nan], [2.5, 97.5])
    return Interval(statistic(float(first.mean()), float(second.mean())), float(low), float(high))
