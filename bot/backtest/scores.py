"""Score every landing as of its time: ranked among the changes before it, by models fitted on what was known.

A shipped model that learned from this very history is left out as soon as there is a regression fitted on what was
known at the time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.backtest.landings import Past
from bot.backtest.outcomes import Outcomes
from scoring.facts.services import NONE, WEIGHTS, Services
from scoring.features.table1 import TABLE1_COLUMNS
from scoring.history.dataset import NEVER, Dataset
from scoring.models.model import Model, Rows
from scoring.models.own import Own, fit_own
from scoring.models.refit import is_due
from scoring.ranking.gating import Parts, gating
from scoring.ranking.population import SETTLED, needed, percentiles
from scoring.ranking.quantiles import BLOCK, rolling
from scoring.ranking.ranking import Ranking

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was in force from row `first` on."""

    first: int
    own_model: Own | None
    table1: Own | None


@dataclass(frozen=True, slots=True)
class Scores:
    """One row a landing. Percentiles are those of its time, 0 to 1; NaN where there was no model or nothing before."""

    dataset: Dataset
    fitted: tuple[Fitted, ...]
    model: Model  # the shipped one
    shipped: Floats | None  # its log-odds; None when it knew this history and is not used
    parts: Parts
    beside: NDArray[np.float32]  # the parts' values as ranks among the landings before
    beside_shipped: Floats  # what the shipped model says of the parts
    extra: Floats  # log-odds added for critical services
    percentile: Floats
    churn: Floats
    table1: Floats  # the regression of the paper; NaN before it could be fitted
    probability: Floats
    base_rate: Floats
    before: Floats  # how much its author had landed before
    labelled: NDArray[np.int64]  # landings known to be at fault when this one landed
    peeked: bool  # the shipped model knew this history and nothing better could be fitted

    @property
    def first(self) -> int:
        """The first row that can be replayed."""
        scored = np.flatnonzero(~np.isnan(self.percentile))
        return int(scored[0]) if len(scored) else len(self.percentile)

    def model_at(self, row: int) -> Fitted:
        return [fitted for fitted in self.fitted if fitted.first <= row][-1]

    def logits(
        self, fitted: Fitted, raw: NDArray[np.float32], quantile: NDArray[np.float32], shipped: Floats
    ) -> Floats:
        """What the models in force say of rows; `shipped` is ignored when the shipped model is not used."""
        if fitted.own_model is None:
            return shipped
        own_model = fitted.own_model.logits(self.dataset.columns, raw, quantile)
        return own_model if self.shipped is None else shipped + own_model

    def segments(self) -> Iterator[tuple[Fitted, int]]:
        """What was in force, and the row before which it was."""
        ends = [*(each.first for each in self.fitted[1:]), len(self.dataset.shas)]
        yield from zip(self.fitted, ends, strict=True)

    def logits_of(self, fitted: Fitted, first: int, last: int) -> Floats | None:
        """What the models of `fitted` say of the landings first <= row < last, or the riskiest of their parts.

        None when there was no model.
        """
        if fitted.own_model is None and self.shipped is None:
            return None
        rows = slice(first, last)
        shipped = np.zeros(last - first) if self.shipped is None else self.shipped[rows]
        whole = self.logits(fitted, self.dataset.raw[rows], self.dataset.quantile[rows], shipped)
        low, high = np.searchsorted(self.parts.rows, [first, last])
        raw, quantile = self.parts.raw[low:high], self.beside[low:high]
        shipped = np.zeros(len(raw)) if self.shipped is None else self.beside_shipped[low:high]
        parts = self.logits(fitted, raw, quantile, shipped)
        return gating(whole, self.parts.rows[low:high] - first, parts) + self.extra[rows]


def as_dataset(past: Past, outcomes: Outcomes, name: str) -> Dataset:
    """The table that models learn from; each label carries the moment it became known."""
    size = len(past.landings)
    known = np.full(size, NEVER, dtype=np.int64)
    ever = known.copy()
    severe = np.zeros(size, dtype=bool)
    for row, at in outcomes.ever.items():
        ever[row] = at
    for row, outcome in outcomes.by_row.items():
        known[row] = outcome.known_at
        severe[row] = outcome.times >= 2
    shas = tuple(landing.sha for landing in past.landings)
    return Dataset(name, past.columns, shas, past.at, past.raw, rolling(past.raw), known, ever, severe)


def score(
    past: Past, outcomes: Outcomes, model: Model, *, knew: bool = False, critical: Services = NONE,
    name: str = "", progress: Progress | None = None,
) -> Scores:  # fmt: skip
    """Score all landings. `knew` says that the model learned from this history; `critical` tells what is critical."""
    dataset = as_dataset(past, outcomes, name)
    shipped = model.logits(_rows(past, dataset.raw, dataset.quantile, range(len(dataset.shas))))
    fitted = tuple(_fit(dataset, None if knew else shipped, progress))
    peeked = knew and all(each.own_model is None for each in fitted)
    blank = np.full(len(dataset.shas), np.nan)
    beside = past.parts.quantile(past.raw)
    scores = Scores(
        dataset=dataset, fitted=fitted, model=model,
        shipped=None if knew and not peeked else shipped,
        parts=past.parts, beside=beside,
        beside_shipped=model.logits(_rows(past, past.parts.raw, beside, past.parts.rows.tolist())),
        extra=_tiers(past, critical), percentile=blank.copy(),
        churn=percentiles(past.column("churn"), 0, len(blank)), table1=blank.copy(), probability=blank.copy(),
        base_rate=blank.copy(),
        before=past.column("prior_changes"), labelled=np.zeros(len(blank), dtype=np.int64), peeked=peeked,
    )  # fmt: skip
    for fit, last in scores.segments():
        _fill(scores, fit, last, Ranking(model.card.base_rate, model.card.calibration))
    return scores


def _rows(past: Past, raw: NDArray[np.float32], quantile: NDArray[np.float32], rows: Sequence[int]) -> Rows:
    """Landings, or parts of them, as models read them; `rows` tell which landing each belongs to."""
    return Rows(
        past.columns, raw, quantile, lambda places: past.words([rows[place] for place in places]),
        lambda place: past.text(rows[place]), lambda place: past.landings[rows[place]].sha,
    )  # fmt: skip


def _fit(dataset: Dataset, start: Floats | None, progress: Progress | None) -> Iterator[Fitted]:
    """One entry a time that a model would have been fitted, each knowing only what was known then.

    `start` is what the shipped model says, where it may be used.
    """
    yield Fitted(0, None, None)
    size, last = len(dataset.shas), 0
    for row in range(SETTLED, size, BLOCK):
        if not is_due(row, last):
            continue
        own_model = fit_own(dataset, row, now=int(dataset.at[row]), start=start)
        table1 = fit_own(dataset, row, now=int(dataset.at[row]), names=TABLE1_COLUMNS, strength=1.0)
        last = row if own_model or table1 else last
        if own_model or table1:
            yield Fitted(row, own_model, table1)
        if progress:
            progress(row, size)
    if progress:
        progress(size, size)


def _fill(scores: Scores, fit: Fitted, last: int, ranking: Ranking) -> None:
    """The rows from `fit.first` to `last`, each among the population that serving would rank it in."""
    dataset, low = scores.dataset, needed(fit.first)
    rows, here = slice(low, last), slice(fit.first, last)
    if fit.table1:
        paper = fit.table1.logits(dataset.columns, dataset.raw[rows], dataset.quantile[rows])
        scores.table1[here] = percentiles(paper, fit.first, last)

    def labelled(row: int) -> int:
        return int((dataset.known_at[:row] < dataset.at[row]).sum())

    known = ranking.over(scores.logits_of(fit, low, last), fit.first, last, labelled)
    scores.labelled[here], scores.base_rate[here] = known.labelled, known.base_rate
    scores.percentile[here], scores.probability[here] = known.percentile, known.probability


def _tiers(past: Past, critical: Services) -> Floats:
    if not critical:
        return np.zeros(len(past.landings))
    return np.array([WEIGHTS.get(critical.tier(landing.paths), 0.0) for landing in past.landings])
