"""Fit a model on the histories of repositories and write its folder; nothing is written unless all went well."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.history.dataset import Dataset
from scoring.learning.metrics import GATES, hits, paired
from scoring.models.card import WITHOUT, Card, Source
from scoring.models.export import parity, write
from scoring.models.model import Corpus, Fitted, Kind
from scoring.ranking.calibration import Calibration, platt, rebase

ENOUGH = 20  # known faults below which nothing is fitted
_SHOWN = 1000  # changes of each repository on which an export is compared that reads words or text
_FEW = 50  # and of one that is expensive
Floats = NDArray[np.float64]


def train(kind: Kind, corpora: Sequence[Corpus], folder: Path, name: str, command: str, folds: int = 0) -> Card:
    """Fit a model of this kind on all repositories and write its folder; returns the card.

    With `folds`, as many more models are written beside it, each of which did not see one part of the repositories:
    they show how it does where it never looked, calibrate it, and stand in for it when one of its own repositories is
    measured.
    """
    tables = [corpus.table for corpus in corpora]
    require_enough(tables)
    parts = [corpora[place::folds] for place in range(folds)] if folds > 1 else []
    unseen: dict[str, Floats] = {}
    for place, part in enumerate(parts):
        rest = [corpus for corpus in corpora if corpus not in part]
        beside = kind.fit(rest)
        draft = _draft(kind, beside, rest, f"{name}-{WITHOUT}{place}", command)
        _write(kind, beside, rest, folder / f"{WITHOUT}{place}", draft)
        unseen |= {corpus.table.name: beside.logits(corpus.rows()) for corpus in part}
    fitted = kind.fit(corpora)
    draft = _draft(kind, fitted, corpora, name, command)
    calibration = _calibration(tables, unseen) if unseen else _at_true_rate(kind, fitted, corpora)
    return _write(
        kind,
        fitted,
        corpora,
        folder,
        replace(draft, calibration=calibration, figures=draft.figures | figures(tables, unseen)),
    )


def _write(kind: Kind, fitted: Fitted, corpora: Sequence[Corpus], folder: Path, draft: Card) -> Card:
    """Export, compare, and only then write."""
    graph = fitted.graph()
    model = kind.open(draft, graph, folder)
    shown = [corpus.rows(0 if kind.reads == "matrix" else -_FEW if kind.kept else -_SHOWN) for corpus in corpora]
    worst = max(parity(model.logits(rows), fitted.logits(rows), kind.parity) for rows in shown)
    return write(folder, graph, lambda digest: replace(draft, onnx_sha256=digest, parity=worst))


def _draft(kind: Kind, fitted: Fitted, corpora: Sequence[Corpus], name: str, command: str) -> Card:
    """The card as far as it is known before the export."""
    tables = [corpus.table for corpus in corpora]
    newest = _date(max(int(t.at[-1]) for t in tables))
    sources = tuple(
        Source(
            t.name, t.shas[0], t.shas[-1], len(t.shas), int(t.inducing.sum()), _date(int(t.at[0])), _date(int(t.at[-1]))
        )
        for t in tables
    )
    return Card(
        name, kind.name, fitted.columns, "", 0.0, base_rate(tables), Calibration(), sources, newest, command,
        monotone=kind.monotone, figures=getattr(fitted, "figures", {}),
    )  # fmt: skip


def _at_true_rate(kind: Kind, fitted: Fitted, corpora: Sequence[Corpus]) -> Calibration:
    """Without repositories that the model did not see: the scores as they are, at the rate that was seen."""
    logits = [fitted.logits(corpus.rows(-_SHOWN if kind.kept else 0)) for corpus in corpora]
    return rebase(np.concatenate(logits), base_rate([corpus.table for corpus in corpora]))


def _date(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def require_enough(tables: Sequence[Dataset]) -> None:
    """Raise ScoringError when too few faults are known to learn from, or when all changes are one person's."""
    known = sum(int(table.inducing.sum()) for table in tables)
    if known < ENOUGH:
        raise ScoringError(
            f"Only {known} changes are known to have been reverted or fixed; at least {ENOUGH} are needed to train, "
            "so use the shipped model, or import incidents."
        )


def base_rate(tables: Sequence[Dataset]) -> float:
    """The share of changes that were reverted or fixed within a year, over all tables."""
    return float(np.concatenate([table.inducing for table in tables]).mean())


def _calibration(tables: Sequence[Dataset], unseen: dict[str, Floats]) -> Calibration:
    """Fit slope and offset on scores of repositories that the scoring model had not seen, each at its true rate."""
    return platt(np.concatenate([unseen[t.name] for t in tables]), np.concatenate([t.inducing for t in tables]))


def figures(tables: Sequence[Dataset], unseen: dict[str, Floats]) -> dict[str, Any]:
    """What the models captured on the later 30 % of repositories they had not seen, in percent.

    Each figure stands between the ends of its 95 % bootstrap interval.
    """
    measured = {
        t.name: (unseen[t.name][t.cut(0.7) :], t.inducing[t.cut(0.7) :])
        for t in tables
        if t.name in unseen and t.inducing[t.cut(0.7) :].any()
    }
    if not measured:
        return {}
    by_name = {name: _captured([each]) for name, each in measured.items()}
    return {"captured when not seen, by share gated": {"all": _captured(list(measured.values())), **by_name}}


def _captured(measured: Sequence[tuple[Floats, NDArray[np.bool_]]]) -> dict[str, list[float]]:
    shares = {}
    for share in GATES:
        caught = [hits(scores, label, share) for scores, label in measured]
        interval = paired([(each, each) for each in caught], lambda ours, _: ours)
        shares[f"{100 * share:.0f}"] = [round(100 * end, 1) for end in (interval.low, interval.value, interval.high)]
    return shares
