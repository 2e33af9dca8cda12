"""Gradient boosting over many repositories at once: what makes a change risky anywhere. Needs the train extra."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.features import BY_NAME, FEATURES
from scoring.history.dataset import Dataset, resample, training_rows
from scoring.models.design import RANK, design, learned
from scoring.models.export import trees_graph
from scoring.models.matrix import open_matrix
from scoring.models.model import Corpus, Floats, Kind, Rows

# chosen on repositories of the pool left out in turn, never on those kept off the card
SETTINGS: dict[str, Any] = {
    "n_estimators": 350,
    "learning_rate": 0.03,
    "num_leaves": 20,
    "min_child_samples": 60,
    "colsample_bytree": 0.25,
    "subsample": 0.7,
    "subsample_freq": 1,
    "reg_lambda": 20.0,
    "n_jobs": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
SEED = 20261121


def columns() -> tuple[str, ...]:
    """The columns: every feature that may gate, raw and as its rank, but Kamei's, which repeat others."""
    names = [feature.name for feature in FEATURES if learned(feature.name) and feature.family != "kamei"]
    return (*names, *(RANK + name for name in names if learned(RANK + name)))


def pool(
    tables: Sequence[Dataset], names: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64]]:
    """The rows of all repositories resampled 5:1, their labels, and weights so that none drowns the rest."""
    designs, labels, weights = [], [], []
    for table in tables:
        rows, label = resample(*training_rows(table, len(table.shas), int(table.at[-1]), late=True))
        designs.append(design(names, table.columns, table.raw[rows], table.quantile[rows]))
        labels.append(label)
        weights.append(np.full(len(rows), max(1, len(rows)) ** -0.5))
    weight = np.concatenate(weights)
    return np.concatenate(designs), np.concatenate(labels), weight / weight.mean()


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """The trees as LightGBM holds them."""

    columns: tuple[str, ...]
    classifier: Any

    def logits(self, rows: Rows) -> Floats:
        matrix = design(self.columns, rows.columns, rows.raw, rows.quantile)
        return np.asarray(self.classifier.predict(matrix, raw_score=True), dtype=np.float64)

    def graph(self) -> bytes:
        return trees_graph(self.classifier, len(self.columns))


def fit_trees(corpora: Sequence[Corpus]) -> FittedTrees:
    """Fit on all repositories; nobody scores above somebody new, all else the same."""
    from lightgbm import LGBMClassifier

    names = columns()
    x, label, weight = pool([corpus.table for corpus in corpora], names)
    slopes = [BY_NAME[name.removeprefix(RANK)].slope for name in names]
    model = LGBMClassifier(**SETTINGS, monotone_constraints=slopes, random_state=SEED)
    return FittedTrees(names, model.fit(x, label.astype(int), sample_weight=weight))


TREES = Kind(
    "trees", "gradient boosting over every feature that may gate: what ships", "matrix", fit_trees, open_matrix,
    libraries=("lightgbm", "onnx", "onnxmltools"), monotone=True,
)  # fmt: skip
