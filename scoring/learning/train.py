"""Fit a model on the histories of repositories and write its folder; nothing is written unless all went well."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.facts.wording import Ids
from scoring.features import BY_NAME
from scoring.features.table1 import TABLE1_COLUMNS
from scoring.history.dataset import Dataset, resample, training_rows
from scoring.learning.metrics import GATES, hits, paired
from scoring.models.card import WITHOUT, Card, Source
from scoring.models.design import design
from scoring.models.export import PARITY, linear_graph, parity, trees_graph, write
from scoring.models.linear import Linear, fit
from scoring.models.loaded import open_session
from scoring.models.tokens import fit_tokens, probabilities, run, tokens_graph
from scoring.models.trees import columns, fit_trees, pool
from scoring.ranking.calibration import Calibration, platt, rebase, sigmoid

ENOUGH = 20  # known faults below which nothing is fitted
Words = Callable[[Sequence[int]], list[Ids]]
_SHOWN = 1000  # changes of each repository on which the export of a token model is compared
Floats = NDArray[np.float64]


def train_table1(tables: Sequence[Dataset], folder: Path, name: str, command: str) -> Card:
    """Fit the regression of Table I on those of its columns that may gate and write its folder; returns the card.

    It takes none that speaks of a person: nothing would keep somebody new here from the lower score.
    """
    require_enough(tables)
    names = tuple(name for name in TABLE1_COLUMNS if BY_NAME[name].gates and not BY_NAME[name].person)
    x, label, _ = pool(tables, names)
    model: Linear = fit(x, label)
    graph = linear_graph(model)
    worst = parity(graph, x, sigmoid(model.logits(x)), folder)
    logits = [model.logits(design(names, t.columns, t.raw, t.quantile)) for t in tables]
    calibration = rebase(np.concatenate(logits), base_rate(tables))

    def card(digest: str) -> Card:
        return _card(name, "linear", names, digest, worst, calibration, tables, command, {})

    return write(folder, graph, card)


def train_trees(tables: Sequence[Dataset], folder: Path, name: str, command: str, folds: int = 0) -> Card:
    """Fit gradient boosting on all of `tables` and write its folder; returns the card.

    With `folds`, as many more models are written beside it, each of which did not see one part of the repositories:
    they show how it does where it never looked, calibrate it, and stand in for it when one of its own repositories is
    measured.
    """
    require_enough(tables)
    names = columns()
    parts = [tables[place::folds] for place in range(folds)] if folds > 1 else []
    unseen: dict[str, Floats] = {}
    for place, part in enumerate(parts):
        rest = [table for table in tables if table not in part]
        model = fit_trees(rest, names)
        _write_trees(
            model, rest, names, folder / f"{WITHOUT}{place}", f"{name}-{WITHOUT}{place}", command, Calibration(), {}
        )
        unseen |= {t.name: model.predict(design(names, t.columns, t.raw, t.quantile), raw_score=True) for t in part}
    model = fit_trees(tables, names)
    calibration = _calibration(tables, unseen) if unseen else Calibration()
    return _write_trees(model, tables, names, folder, name, command, calibration, figures(tables, unseen))


def train_tokens(tables: Sequence[Dataset], words: Sequence[Words], folder: Path, name: str, command: str) -> Card:
    """Fit the token model on all of `tables` in the order of landing and write its folder; returns the card.

    `words` reads the words of rows of each table.
    """
    require_enough(tables)
    weights = fit_tokens(_samples(tables, words))
    graph = tokens_graph(weights)
    shown = [each for table, read in zip(tables, words, strict=True) for each in read(range(len(table.shas))[-_SHOWN:])]
    worst = float(np.abs(run(open_session(graph, folder), shown) - probabilities(weights, shown)).max())
    if not worst <= PARITY:
        raise ScoringError(f"The exported model differs from the fitted one by {worst:.1e}, so it was not written.")

    def card(digest: str) -> Card:
        return _card(name, "tokens", (), digest, worst, Calibration(), tables, command, {})

    return write(folder, graph, card)


def _samples(tables: Sequence[Dataset], words: Sequence[Words]) -> Iterator[tuple[Ids, bool]]:
    kept = []
    for place, table in enumerate(tables):
        rows, label = resample(*training_rows(table, len(table.shas), int(table.at[-1]), late=True))
        kept += [(int(table.at[row]), place, int(row), bool(fault)) for row, fault in zip(rows, label, strict=True)]
    for _, place, row, fault in sorted(kept):
        yield words[place]([row])[0], fault


def _write_trees(
    model: Any,
    tables: Sequence[Dataset],
    names: tuple[str, ...],
    folder: Path,
    name: str,
    command: str,
    calibration: Calibration,
    told: dict[str, Any],
) -> Card:
    graph = trees_graph(model, len(names))
    worst = 0.0
    for table in tables:
        x = design(names, table.columns, table.raw, table.quantile)
        worst = max(worst, parity(graph, x, model.predict_proba(x)[:, 1], folder))

    def card(digest: str) -> Card:
        return _card(name, "trees", names, digest, worst, calibration, tables, command, told)

    return write(folder, graph, card)


def _card(
    name: str,
    kind: str,
    names: tuple[str, ...],
    digest: str,
    worst: float,
    calibration: Calibration,
    tables: Sequence[Dataset],
    command: str,
    told: dict[str, Any],
) -> Card:
    newest = _date(max(int(t.at[-1]) for t in tables))
    sources = tuple(
        Source(
            t.name, t.shas[0], t.shas[-1], len(t.shas), int(t.inducing.sum()), _date(int(t.at[0])), _date(int(t.at[-1]))
        )
        for t in tables
    )
    return Card(
        name, kind, names, digest, worst, base_rate(tables), calibration, sources, newest, command,
        monotone=kind == "trees", figures=told,
    )  # fmt: skip


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
    """Return the share of changes that were reverted or fixed within a year, over all tables."""
    return float(np.concatenate([table.inducing for table in tables]).mean())


def _calibration(tables: Sequence[Dataset], unseen: dict[str, Floats]) -> Calibration:
    """Fit slope and offset on scores of repositories that the scoring model had not seen, each at its true rate."""
    return platt(np.concatenate([unseen[t.name] for t in tables]), np.concatenate([t.inducing for t in tables]))


def figures(tables: Sequence[Dataset], unseen: dict[str, Floats]) -> dict[str, Any]:
    """Return what the models captured on the later 30 % of repositories they had not seen, in percent.

    Each figure stands between the ends of its 95 % bootstrap interval.
    """
    measured = {
        t.name: (unseen[t.name][t.cut(0.7) :], t.inducing[t.cut(0.7) :])
        for t in tables
        if t.name in unseen and t.inducing[t.cut(0.7) :].any()
    }
    if not measured:
        return {}
    told = {name: _captured([each]) for name, each in measured.items()}
    return {"captured when not seen, by share gated": {"all": _captured(list(measured.values())), **told}}


def _captured(measured: Sequence[tuple[Floats, NDArray[np.bool_]]]) -> dict[str, list[float]]:
    found = {}
    for share in GATES:
        caught = [hits(scores, label, share) for scores, label in measured]
        interval = paired([(each, each) for each in caught], lambda ours, _: ours)
        found[f"{100 * share:.0f}"] = [round(100 * end, 1) for end in (interval.low, interval.value, interval.high)]
    return found
