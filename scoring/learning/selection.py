"""Keep one feature of each group that says the same: one that people are told of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.claims.table import CLAIMS
from scoring.history.dataset import Dataset
from scoring.learning.metrics import auc

_EXPLAINED = frozenset(column for claim in CLAIMS for column in claim.columns)
CLOSE = 0.8  # absolute rank correlation from which two features say the same


@dataclass(frozen=True, slots=True)
class Cluster:
    """Features that say the same, and the one that speaks for them."""

    kept: str
    dropped: tuple[str, ...]


def correlations(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Spearman's correlation between the columns; a constant column goes with none."""
    ranks = np.empty(values.shape)
    for column in range(values.shape[1]):
        _, place, counts = np.unique(values[:, column], return_inverse=True, return_counts=True)
        ranks[:, column] = (np.cumsum(counts) - counts / 2)[place]
    ranks -= ranks.mean(axis=0)
    scale = np.sqrt((ranks**2).sum(axis=0))
    return np.asarray(ranks.T @ ranks / np.outer(np.where(scale > 0, scale, 1), np.where(scale > 0, scale, 1)))


def select(names: Sequence[str], values: NDArray[np.float32], label: NDArray[np.bool_]) -> tuple[Cluster, ...]:
    """The clusters of the columns of `values`, the most telling first.

    A feature that a claim explains to people speaks before a bare number; then the better one.
    """
    worth = {name: abs(auc(values[:, n].astype(np.float64), label) - 0.5) for n, name in enumerate(names)}
    close = np.abs(correlations(values)) >= CLOSE
    left = sorted(range(len(names)), key=lambda n: -worth[names[n]])
    clusters = []
    while left:
        members = [n for n in left if n == left[0] or close[left[0], n]]
        left = [n for n in left if n not in members]
        ranked = sorted((names[n] for n in members), key=lambda name: _order(name, worth[name]))
        clusters.append(Cluster(ranked[0], tuple(ranked[1:])))
    return tuple(clusters)


def _order(name: str, worth: float) -> tuple[bool, float]:
    return name not in _EXPLAINED, -worth


def report(tables: Sequence[Dataset], keep: int = 12) -> str:
    """Which features would be kept and which each of them speaks for, as Markdown."""
    names = tables[0].columns
    # only what trains may choose; ranks make repositories comparable
    parts = [(table.quantile[: table.cut(0.7)], table.inducing[: table.cut(0.7)]) for table in tables]
    clusters = select(names, np.concatenate([p for p, _ in parts]), np.concatenate([label for _, label in parts]))
    lines = ["| kept | speaks for |", "|---|---|"]
    lines += [f"| {each.kept} | {', '.join(each.dropped) or '–'} |" for each in clusters[:keep]]
    rest = len(clusters) - keep
    return "\n".join(
        [*lines, "", f"{len(names)} features in {len(clusters)} clusters; {max(0, rest)} weaker ones not shown."]
    )
