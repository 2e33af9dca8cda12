"""The regression of Table I of the paper, on those of its columns that may gate: numpy alone fits and exports it."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.features import BY_NAME
from scoring.features.table1 import TABLE1_COLUMNS
from scoring.models.design import design, learned
from scoring.models.linear import Linear, fit
from scoring.models.linear_graph import linear_graph
from scoring.models.matrix import open_matrix
from scoring.models.model import Corpus, Floats, Kind, Rows
from scoring.models.trees import pool


@dataclass(frozen=True, slots=True)
class FittedRegression:
    """The regression as numpy holds it."""

    columns: tuple[str, ...]
    linear: Linear

    def logits(self, rows: Rows) -> Floats:
        return self.linear.logits(design(self.columns, rows.columns, rows.raw, rows.quantile))

    def graph(self) -> bytes:
        return linear_graph(self.linear)


def fit_table1(corpora: Sequence[Corpus]) -> FittedRegression:
    """Fit on all repositories; on no column that speaks of a person: nothing would keep somebody new here from the
    lower score."""
    columns = tuple(name for name in TABLE1_COLUMNS if learned(name) and not BY_NAME[name].person)
    x, label, _ = pool([corpus.table for corpus in corpora], columns)
    return FittedRegression(columns, fit(x, label))


TABLE1_REGRESSION = Kind(
    "table1", "the regression of the paper, on its columns that may gate", "matrix", fit_table1, open_matrix,
    libraries=(), older=("linear",),
)  # fmt: skip
