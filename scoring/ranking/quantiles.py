"""Where a value stands among the changes before it in the same repository: what makes repositories comparable."""

import numpy as np
from numpy.typing import NDArray

WINDOW = 2000  # changes looked back on
BLOCK = 250  # the window moves on once in so many changes, so that many changes share one sorted copy

Matrix = NDArray[np.float32]


def window(row: int) -> tuple[int, int]:
    """The rows (first, last) that row `row` is compared with; last is excluded and at most `row`."""
    last = row // BLOCK * BLOCK
    return max(0, last - WINDOW), last


def ranks(values: Matrix, reference: Matrix) -> Matrix:
    """For each cell the mid-rank, 0 to 1, of its value in its column of `reference` (.5 when that is empty)."""
    if not len(reference):
        return np.full(values.shape, 0.5, dtype=np.float32)
    ordered = np.sort(reference, axis=0)
    quantile = np.empty(values.shape, dtype=np.float32)
    for column in range(values.shape[1]):
        below = np.searchsorted(ordered[:, column], values[:, column], "left")
        quantile[:, column] = (below + np.searchsorted(ordered[:, column], values[:, column], "right")) / (
            2 * len(ordered)
        )
    return quantile


def rolling_beside(values: Matrix, rows: NDArray[np.intp], index: Matrix, start: int = 0) -> Matrix:
    """`ranks` of each of `values` against the window of the row it belongs to; `index` starts at row `start`.

    `rows` are ascending. Rows without a window of their own are compared with the first BLOCK rows.
    """
    quantile = np.empty(values.shape, dtype=np.float32)
    blocks = rows // BLOCK
    for block in map(int, np.unique(blocks)):
        low, high = window(block * BLOCK)
        here = blocks == block
        quantile[here] = ranks(values[here], index[max(0, low - start) : (high or BLOCK) - start])
    return quantile


def rolling(values: Matrix, first: int = 0) -> Matrix:
    """`ranks` of every row from `first` on against its own window; `values` starts at row 0 of the index."""
    quantile = np.empty((max(0, len(values) - first), values.shape[1]), dtype=np.float32)
    start = first
    while start < len(values):
        low, high = window(start)
        stop = min(len(values), high + BLOCK)
        quantile[start - first : stop - first] = ranks(values[start:stop], values[low:high])
        start = stop
    return quantile
