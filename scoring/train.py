"""Fit a model on the histories of repositories, oldest first, and write its folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import rebase, sigmoid
from scoring.card import Card, Source
from scoring.dataset import Dataset, resample, training_rows
from scoring.errors import ScoringError
from scoring.features.table1 import TABLE1
from scoring.models.design import design
from scoring.models.export import linear_graph, parity, write
from scoring.models.linear import Linear, fit

TABLE1_COLUMNS = tuple(feature.name for feature in TABLE1)
ENOUGH = 20  # labelled changes below which nothing is fitted


@dataclass(frozen=True, slots=True)
class Trained:
    """What was fitted, on which rows."""

    model: Linear
    columns: tuple[str, ...]
    rows: NDArray[np.float32]
    base_rate: float


def pooled(
    tables: Sequence[Dataset], columns: Sequence[str], share: float = 1.0
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the resampled training rows of several repositories, each up to `share` of its history."""
    designs, labels = [], []
    for table in tables:
        rows, label = resample(*training_rows(table, table.cut(share)))
        designs.append(design(columns, table.columns, table.raw[rows], table.quantile[rows]))
        labels.append(label)
    label = np.concatenate(labels)
    if label.sum() < ENOUGH:
        raise ScoringError(
            f"Only {int(label.sum())} changes with a known fault; at least {ENOUGH} are needed to train."
        )
    return np.concatenate(designs), label


def train_linear(tables: Sequence[Dataset], folder: Path, name: str, command: str) -> Card:
    """Fit the Table I regression on all of `tables` and write its folder; returns the card."""
    x, label = pooled(tables, TABLE1_COLUMNS)
    model = fit(x, label)
    graph = linear_graph(model)
    logits = model.logits(x)
    worst = parity(graph, x, sigmoid(logits), folder)
    everything = np.concatenate([design(TABLE1_COLUMNS, t.columns, t.raw, t.quantile) for t in tables])
    rate = float(np.concatenate([t.inducing for t in tables]).mean())
    return write(
        folder,
        graph,
        lambda digest: Card(
            name, "linear", TABLE1_COLUMNS, digest, worst, rate, rebase(model.logits(everything), rate),
            sources(tables), newest(tables), command,
        ),
    )  # fmt: skip


def sources(tables: Sequence[Dataset]) -> tuple[Source, ...]:
    """Return what the card says of the data."""
    return tuple(Source(t.name, t.shas[-1], len(t.shas), int(t.inducing.sum())) for t in tables)


def newest(tables: Sequence[Dataset]) -> str:
    """Return the day of the newest change."""
    return datetime.fromtimestamp(max(int(t.at[-1]) for t in tables), UTC).date().isoformat()
