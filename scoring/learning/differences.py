"""What a change of rules did, over and above what happened anyway: difference-in-differences, in plain arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, variance

from scoring.learning.rates import Z

FEW = 2  # values of a group: of fewer no spread is known


@dataclass(frozen=True, slots=True)
class Effect:
    """The difference with its 95 % interval, and how many values it rests on."""

    value: float
    low: float
    high: float
    n: int


def difference_in_differences(
    treated_before: Sequence[float],
    treated_after: Sequence[float],
    control_before: Sequence[float],
    control_after: Sequence[float],
) -> Effect | None:
    """Return how much more the mean of the treated moved than that of the control. None where a group has too few.

    It is what the treatment did if both would have moved alike without it, which nobody can see in the numbers. The
    interval is of means that vary by themselves (Welch), normal for many values.
    """
    groups = (treated_before, treated_after, control_before, control_after)
    if min(map(len, groups)) < FEW:
        return None
    before, after, other_before, other_after = map(fmean, groups)
    value = (after - before) - (other_after - other_before)
    half = Z * sqrt(sum(variance(group) / len(group) for group in groups))
    return Effect(value, value - half, value + half, sum(map(len, groups)))
