"""How much of what raises a score lies in some columns: they alone take their usual values, and the score falls."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.claims.claim import Claim
from scoring.features import BY_NAME

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Score = Callable[[Matrix], Floats]  # log-odds of rows of columns
SMALLEST = 0.05  # log-odds: what weighs less is noise to a reader


def shares(
    claims: Sequence[Claim], names: Sequence[str], vector: Matrix, usual: Matrix, score: Score, extra: float = 0.0
) -> Mapping[str, float]:
    """For each claim the share, 0 to 1, of all that raises the score which its columns carry.

    All that raises it is what every story of columns adds by itself, and `extra`, which the claim "critical" carries.
    Columns that this model does not have carry nothing.
    """
    stories = list(_stories(names).values())
    columns = [[names.index(column) for column in claim.columns if column in names] for claim in claims]
    groups = [*stories, *columns]
    rows = np.repeat(vector[None, :], len(groups) + 1, axis=0)
    for row, members in zip(rows[1:], groups, strict=True):
        row[members] = usual[members]
    scores = score(rows)
    falls = scores[0] - scores[1:]
    whole = float(np.maximum(falls[: len(stories)], 0.0).sum()) + extra
    raises = {claim.name: float(fall) for claim, fall in zip(claims, falls[len(stories) :], strict=True)}
    raises |= {name: fall + extra for name, fall in raises.items() if name == "critical"}
    return {name: min(1.0, fall / whole) if fall >= SMALLEST and whole > 0 else 0.0 for name, fall in raises.items()}


def _stories(names: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(BY_NAME[name].topic or name, []).append(place)
    return places
