"""Gradient boosting over many repositories at once: what makes a change risky anywhere. Needs the train extra."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.features import BY_NAME, FEATURES
from scoring.history.dataset import Dataset, resample, training_rows
from scoring.models.design import RANK, design, may_gate

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
    """Return the columns: every feature that may gate, raw and as its rank, but Kamei's, which repeat others."""
    names = [feature.name for feature in FEATURES if feature.gates and feature.family != "kamei"]
    return (*names, *(RANK + name for name in names if may_gate(RANK + name)))


def pool(
    tables: Sequence[Dataset], names: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64]]:
    """Return the rows of all repositories resampled 5:1, their labels, and weights so that none drowns the rest."""
    designs, labels, weights = [], [], []
    for table in tables:
        rows, label = resample(*training_rows(table, len(table.shas), int(table.at[-1]), late=True))
        designs.append(design(names, table.columns, table.raw[rows], table.quantile[rows]))
        labels.append(label)
        weights.append(np.full(len(rows), max(1, len(rows)) ** -0.5))
    weight = np.concatenate(weights)
    return np.concatenate(designs), np.concatenate(labels), weight / weight.mean()


def fit_trees(tables: Sequence[Dataset], names: Sequence[str]) -> Any:
    """Fit on all of `tables` and return a LightGBM classifier; nobody scores above somebody new, all else the same."""
    from lightgbm import LGBMClassifier

    x, label, weight = pool(tables, names)
    slopes = [BY_NAME[name.removeprefix(RANK)].slope for name in names]
    model = LGBMClassifier(**SETTINGS, monotone_constraints=slopes, random_state=SEED)
    return model.fit(x, label.astype(int), sample_weight=weight)
