"""A regression on everything that may gate and speaks of no person: what one repository's own past says by itself."""

from collections.abc import Sequence

from scoring.models.linear import fit
from scoring.models.matrix import open_matrix
from scoring.models.model import Corpus, Kind
from scoring.models.own import STRENGTH, columns
from scoring.models.table1 import FittedRegression
from scoring.models.trees import pool


def fit_regression(corpora: Sequence[Corpus]) -> FittedRegression:
    """Fit on all repositories, strongly held towards nothing: there are many columns and few labels."""
    names = columns()
    x, label, _ = pool([corpus.table for corpus in corpora], names)
    return FittedRegression(names, fit(x, label, STRENGTH))


REGRESSION = Kind(
    "own", "a regression on every column that may gate and speaks of no person", "matrix", fit_regression, open_matrix,
    libraries=(),
)  # fmt: skip
