"""Whether what comes in now is distributed as what came before: the population stability index of one column."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, slots=True)
class Shift:
    """`value` is the index less what chance alone makes of so few, at least 0."""

    value: float
    reference: int  # how many values were compared with
    newest: int


def shift(reference: Floats, newest: Floats) -> Shift:
    """The population stability index, sum of (q - p) ln(q / p) over tenths of the reference.

    Values that the reference has often fall into one bin. Half a case is added to each, so that an empty one counts.
    With samples of n and m from one distribution it is about (bins - 1) (1/n + 1/m) by chance alone (Yurdakul, 2018):
    that is taken off. 0 when either is empty.
    """
    if not len(reference) or not len(newest):
        return Shift(0.0, len(reference), len(newest))
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1]))
    p, q = (_shares(values, edges) for values in (reference, newest))
    index = float(((q - p) * np.log(q / p)).sum())
    chance = len(edges) * (1 / len(reference) + 1 / len(newest))
    return Shift(max(0.0, index - chance), len(reference), len(newest))


def _shares(values: Floats, edges: Floats) -> Floats:
    """The share of values in each bin: up to and with its upper edge."""
    counts = np.bincount(np.searchsorted(edges, values, "left"), minlength=len(edges) + 1) + 0.5
    return np.asarray(counts / counts.sum())
