"""Which numbers a model sees: raw values, on a log scale where the feature says so, and ranks among recent changes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.features import BY_NAME

RANK = "rank:"  # before a feature's name: its quantile among the changes before


def require_known(columns: Sequence[str]) -> None:
    """Raise ScoringError when a column asks for a feature this program does not have."""
    unknown = [column for column in columns if column.removeprefix(RANK) not in BY_NAME]
    if unknown:
        raise ScoringError(
            f"The model card asks for a feature unknown here, {unknown[0]!r}; use a newer codechill or train again."
        )


def require_gating(columns: Sequence[str]) -> None:
    """Raise ScoringError when a column is one that an author controls by other means than code."""
    typed = [column for column in columns if not BY_NAME[column.removeprefix(RANK)].gates]
    if typed:
        raise ScoringError(
            f"The model card names {typed[0]!r}, which an author can choose without changing any code, so this model "
            "must not gate; train it again."
        )


def design(
    columns: Sequence[str], available: Sequence[str], raw: NDArray[np.float32], quantile: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the matrix (rows, columns) that a model was fitted on, from parallel `raw` and `quantile` matrices."""
    place = {name: index for index, name in enumerate(available)}
    found = np.empty((len(raw), len(columns)), dtype=np.float32)
    for index, column in enumerate(columns):
        name = column.removeprefix(RANK)
        if column.startswith(RANK):
            found[:, index] = quantile[:, place[name]]
        elif BY_NAME[name].log:
            found[:, index] = np.log1p(np.maximum(raw[:, place[name]], 0))
        else:
            found[:, index] = raw[:, place[name]]
    return found
