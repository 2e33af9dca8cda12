"""The changes that a score is ranked among, and the bar for every share of them, kept where that share is above it.

A rank among recent changes is not enough: where scores rise over the years, each new change stands high among those
before it, and "the riskiest 5 %" held 17 % of a real history. So each share has a bar of its own, which moves with
every change that lands: up by GAIN times (1 - share) when the change stood at or above it, else down by GAIN times
share (quantile tracking, the P part of Angelopoulos, Candès and Tibshirani, "Conformal PID control", 2023). Whatever
the scores do, of all changes since a bar was set at most share * changes + share / GAIN + 1 stood at or above it.

Nothing is remembered between runs: the bars are a function of the history and of the model in force, so that a repeated
delivery moves nothing, and a new model starts from the same changes scored again.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ranking.blend import rank
from scoring.ranking.quantiles import BLOCK

Floats = NDArray[np.float64]

RECENT = 500  # changes that a score is ranked among
MEMORY = 1000  # changes over which the bars have moved, and up to BLOCK more
GAIN = 0.005  # higher holds the share closer, and lets one landing move the bar further
SETTLED = BLOCK  # the first rows have no changes before them to compare their features with, so they are no reference
LEAST = 50  # ranks among fewer say little: until then every change so far is the reference, and the bars stand still
_TIE = 1e-6  # bars are sums of many steps: what is at one but for rounding counts as at it, as it does for the gate
SHARES: Floats = np.round(np.concatenate([np.arange(1, 20) / 200, np.arange(10, 100) / 100]), 3)  # .5 % to 99 %


def needed(row: int) -> int:
    """The first row whose score is needed to rank row `row`: those from there on to `row` are."""
    if row < SETTLED + LEAST:
        return 0
    return max(SETTLED, _begin(row) - RECENT)


@dataclass(frozen=True, slots=True)
class Population:
    """The reference of one moment: what landed lately, and the bar of each share."""

    recent: Floats  # scores, ascending
    bars: Floats  # one for each of SHARES: the rank from which a change belongs to that share

    def percentiles(self, scores: Floats) -> Floats:
        """For each score 1 minus the smallest share it belongs to, 0 to 1; rising with the score.

        A score at a bar is above it. .5 when nothing landed yet.
        """
        return _placed(rank(scores, self.recent), self.bars)


def population(scores: Floats, row: int) -> Population:
    """The reference for row `row`, from the scores of rows needed(row) to row - 1 under the model in force."""
    begin = _begin(row)
    ranks = _standings(scores, needed(row), begin, row)
    bars = _START
    for place in range(begin, row):
        bars = _moved(bars, ranks[place - begin])
    return Population(np.sort(scores[-RECENT:]), bars)


def percentiles(scores: Floats, first: int, last: int) -> Floats:
    """What `population` would have said of each row first <= row < last when it landed.

    `scores` are those of rows needed(first) to last - 1, under one model. Rows that come too early are NaN.
    """
    percentile = np.full(max(0, last - first), np.nan)
    soon, begin = max(first, SETTLED + LEAST), _begin(first)
    ranks = _standings(scores[needed(soon) - needed(first) :], needed(soon), begin, last)
    for row, bars in _met(ranks, begin, soon, last):
        percentile[row - first] = _placed(ranks[row - begin : row - begin + 1], bars)[0]
    return percentile


_START: Floats = 1 - SHARES


def _begin(row: int) -> int:
    """The row from which the bars move for `row`: the same for BLOCK rows, so that each goes on where the last was."""
    return max(SETTLED + LEAST, row // BLOCK * BLOCK - MEMORY)


def _met(ranks: Floats, begin: int, first: int, last: int) -> Iterator[tuple[int, Floats]]:
    """The bars that each row first <= row < last meets; `ranks` begin at row `begin`."""
    bars = _START
    for row in range(first, last):
        if row == first or row % BLOCK == 0:
            bars = _START
            for place in range(_begin(row), row):
                bars = _moved(bars, ranks[place - begin])
        yield row, bars
        bars = _moved(bars, ranks[row - begin])


def _moved(bars: Floats, rank: float) -> Floats:
    return np.asarray(bars + GAIN * ((rank >= _falling(bars) - _TIE) - SHARES))


def _falling(bars: Floats) -> Floats:
    # what a small share holds a larger one holds too, also while their bars cross: the higher of the two counts
    return np.maximum.accumulate(bars[::-1])[::-1]


def _standings(scores: Floats, start: int, first: int, last: int) -> Floats:
    """Where each row first <= row < last stood among the RECENT before it when it came; `scores` begin at `start`."""
    values = scores.tolist()
    window = sorted(values[max(0, first - start - RECENT) : max(0, first - start)])
    placed = []
    for place in range(first - start, last - start):
        placed.append(_midrank(values[place], window))
        insort(window, values[place])
        if len(window) > RECENT:
            del window[bisect_left(window, values[place - RECENT])]
    return np.array(placed, dtype=np.float64)


def _midrank(score: float, ordered: Sequence[float]) -> float:
    return (bisect_left(ordered, score) + bisect_right(ordered, score)) / (2 * len(ordered)) if ordered else 0.5


def _placed(ranks: Floats, bars: Floats) -> Floats:
    """1 minus the share that each rank belongs to, between two bars in proportion."""
    rising = _falling(bars)[::-1]
    at = np.concatenate([[min(0.0, rising[0])], rising, [max(1.0, rising[-1])]])
    return np.asarray(np.interp(ranks, at, _SHARES_ABOVE), dtype=np.float64)


_SHARES_ABOVE: Floats = np.concatenate([[0.0], 1 - SHARES[::-1], [1.0]])
