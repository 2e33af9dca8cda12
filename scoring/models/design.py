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


def may_gate(column: str) -> bool:
    """Say whether a model that gates may read a column; as a rank, a value with a cap would show what lies above."""
    feature = BY_NAME[column.removeprefix(RANK)]
    return feature.gates and not (feature.cap is not None and column.startswith(RANK))


def learned(column: str) -> bool:
    """Say whether a model that gates should be fitted on a column: one that is constant wherever models learn says
    nothing, and would be live for the first time where it serves."""
    return may_gate(column) and not BY_NAME[column.removeprefix(RANK)].live


def require_gating(columns: Sequence[str], *, monotone: bool) -> None:
    """Raise ScoringError when a column is one that an author controls by other means than code.

    One that speaks of a person is, unless the model is `monotone` in it: by not being known.
    """
    free = [column for column in columns if BY_NAME[column.removeprefix(RANK)].person and not monotone]
    typed = [column for column in columns if column in free or not may_gate(column)]
    if typed:
        raise ScoringError(
            f"The model card names {typed[0]!r}, which an author can choose without changing any code, so this model "
            "must not gate; train it again."
        )


def design(
    columns: Sequence[str], available: Sequence[str], raw: NDArray[np.float32], quantile: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The matrix (rows, columns) that a model was fitted on, from parallel `raw` and `quantile` matrices."""
    place = {name: index for index, name in enumerate(available)}
    matrix = np.empty((len(raw), len(columns)), dtype=np.float32)
    for index, column in enumerate(columns):
        name = column.removeprefix(RANK)
        if column.startswith(RANK):
            matrix[:, index] = quantile[:, place[name]]
            continue
        value, cap = raw[:, place[name]], BY_NAME[name].cap
        value = value if cap is None else np.minimum(value, cap)
        matrix[:, index] = np.log1p(np.maximum(value, 0)) if BY_NAME[name].log else value
    return matrix
