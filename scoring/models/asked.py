"""What a change is compared with, and what models are asked of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.facts.wording import Ids

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reference:
    """The recent changes that a change is compared with, feature by feature, and ranked among."""

    row: int  # where the change stands or would stand
    raw: Matrix  # of the rows that features are compared with
    usual: Matrix  # the median of each feature
    logits: Floats  # of rows needed(row) to row - 1, in landing order: those that gate
    paths: tuple[tuple[str, ...], ...]  # of the same


@dataclass(frozen=True, slots=True)
class Asked:
    """What models are asked of: a change or a part of it, with the words of the whole."""

    vector: Matrix
    words: Ids
