"""Measure every model on the later part of a history, trained only on what was known before it."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.features import FEATURES
from scoring.features.kamei import KAMEI
from scoring.features.table1 import TABLE1_COLUMNS
from scoring.history.dataset import NEVER, Dataset
from scoring.learning.metrics import (
    GATES,
    SAFE,
    Interval,
    auc,
    average_precision,
    captured,
    ceiling,
    effort_recall,
    hits,
    mcnemar,
    paired,
    safest,
)
from scoring.models.card import WITHOUT, Card
from scoring.models.design import RANK
from scoring.models.model import Corpus
from scoring.models.own import fit_own
from scoring.models.registry import load
from scoring.ranking.blend import rank
from scoring.ranking.population import percentiles

SPLIT = 0.7
KAMEI_COLUMNS = tuple(feature.name for feature in KAMEI)
TOKENS = "words_risk"  # the feature that is the token model's score of a change, known when it landed
MODELS = (
    "random", "churn", "kamei", "table1", "tokens", "table1+tokens", "rank average", "shipped", "own", "blend",
)  # fmt: skip
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """One repository: its table, where the later part begins, and one column of scores a model, for every row."""

    data: Dataset
    cut: int
    scores: Mapping[str, Floats]
    digest: str

    @property
    def label(self) -> NDArray[np.bool_]:
        """Which changes of the later part were at fault."""
        return self.data.inducing[self.cut :]

    def test(self, model: str) -> Floats:
        """A model's scores of the later part."""
        return self.scores[model][self.cut :]

    def percentiles(self, model: str) -> Floats:
        """Where each change stood when it landed, 0 to 1, as serving ranks whole changes; NaN for the first."""
        return percentiles(self.scores[model], 0, len(self.data.shas))


def score_all(data: Dataset, shipped: Floats, *, split: float = SPLIT) -> Scored:
    """Fit and score every model on one repository; `shipped` are the scores of a model that never saw it.

    Raises ScoringError when nothing can be measured on it.
    """
    cut = data.cut(split)
    if not data.inducing[cut:].any():
        raise ScoringError(
            f"{data.name} has no change in its later part that was reverted or fixed, so there is nothing to measure; "
            "import incidents, or name another repository."
        )
    churn = data.raw[:, data.columns.index("churn")].astype(np.float64)
    scores: dict[str, Floats] = {"random": np.random.default_rng(3).random(len(churn)), "churn": churn}
    for name, wanted in (("kamei", KAMEI_COLUMNS), ("table1", TABLE1_COLUMNS)):
        model = fit_own(data, cut, names=wanted, strength=1.0)
        # a repository without labels has no model of its own; size is what is left
        scores[name] = model.logits(data.columns, data.raw, data.quantile) if model else churn
    scores["tokens"] = data.raw[:, data.columns.index("words_total")].astype(np.float64)
    scores["table1+tokens"], scores["rank average"] = _ensembles(data, cut, scores["table1"], scores["tokens"])
    alone = fit_own(data, cut)
    scores["shipped"] = shipped
    scores["own"] = alone.logits(data.columns, data.raw, data.quantile) if alone else shipped
    correction = fit_own(data, cut, start=shipped)
    scores["blend"] = shipped + correction.logits(data.columns, data.raw, data.quantile) if correction else shipped
    return Scored(data, cut, scores, data.digest())


def _ensembles(data: Dataset, cut: int, table1: Floats, tokens: Floats) -> tuple[Floats, Floats]:
    """The token model's score as one more feature of Table I's regression, and the mean of both models' ranks.

    A change without words has no such score and takes the mean of those that train, as the paper does.
    """
    filled = data.imputed(TOKENS, data.raw[:, data.columns.index("words_total")] != 0, cut)
    model = fit_own(filled, cut, names=(*TABLE1_COLUMNS, TOKENS), strength=1.0)
    stacked = model.logits(filled.columns, filled.raw, filled.quantile) if model else tokens
    earlier = (np.sort(scores[:cut]) for scores in (table1, tokens))
    ranks = [rank(scores, past) for scores, past in zip((table1, tokens), earlier, strict=True)]
    return stacked, (ranks[0] + ranks[1]) / 2


def require_same(scored: Sequence[Scored]) -> str:
    """One hash for the whole evaluation; raises ScoringError when a table changed since it was scored."""
    for each in scored:
        if each.digest != each.data.digest():
            raise ScoringError(f"The data of {each.data.name} changed between models; run the evaluation again.")
    return "-".join(sorted(each.digest for each in scored)) if len(scored) < 2 else _joined(scored)


def _joined(scored: Sequence[Scored]) -> str:
    import hashlib

    return hashlib.sha256("\n".join(sorted(each.digest for each in scored)).encode()).hexdigest()[:16]


def pooled(scored: Sequence[Scored], model: str, share: float, *, severe: bool = False) -> tuple[int, int]:
    """(captured, positives) over all repositories, the quota taken in each."""
    caught = [_hits(each, model, share, severe) for each in scored]
    return int(sum(map(np.sum, caught))), sum(map(len, caught))


def _hits(each: Scored, model: str, share: float, severe: bool = False) -> NDArray[np.bool_]:
    label = each.data.severe[each.cut :] & each.label if severe else each.label
    return hits(each.test(model), label, share)


def pooled_safest(scored: Sequence[Scored], model: str, share: float) -> float:
    """The rate of faults among the safest `share` of each repository relative to the rate of all."""
    safe = [(safest(each.test(model), each.label, share), each.label.sum()) for each in scored]
    return float(sum(rate * n for rate, n in safe) / sum(n for _, n in safe))


def ratio(scored: Sequence[Scored], model: str, base: str, share: float) -> Interval:
    """How much more a model captures than another, with a paired bootstrap interval."""
    groups = [(_hits(each, model, share), _hits(each, base, share)) for each in scored]
    return paired(groups, lambda ours, theirs: ours / theirs if theirs else float("nan"))


def difference(each: Scored, model: str, base: str, share: float) -> Interval:
    """The difference in captured on one repository, with its interval."""
    return paired([(_hits(each, model, share), _hits(each, base, share))], lambda ours, theirs: ours - theirs)


def report(scored: Sequence[Scored], models: Sequence[str] = MODELS) -> str:
    """All figures as Markdown."""
    parts = [_head(scored), _pooled_table(scored, models), _ratios(scored), _each_table(scored), _losses(scored)]
    return "\n\n".join(parts) + "\n"


def _head(scored: Sequence[Scored]) -> str:
    rows, bad = sum(len(s.label) for s in scored), sum(int(s.label.sum()) for s in scored)
    severe = pooled(scored, "churn", 0.5, severe=True)[1]
    caps = " / ".join(
        f"{100 * sum(ceiling(s.label, g) * s.label.sum() for s in scored) / bad:.0f}" for g in (0.05, 0.10)
    )
    return (
        f"Data `{require_same(scored)}`: {len(scored)} repositories, {rows:,} later changes, "
        f"{bad:,} of them later reverted or fixed ({100 * bad / rows:.1f} %), {severe:,} severe. "
        f"A perfect order would capture {caps} % at 5 / 10 % gated."
    )


def _pooled_table(scored: Sequence[Scored], models: Sequence[str]) -> str:
    gates = " | ".join(f"{100 * g:.0f} %" for g in GATES)
    safe = " | ".join(f"safest {100 * g:.0f} %" for g in SAFE)
    lines = [
        f"| model | {gates} | {safe} | AUC | AP | 20 % effort | severe 5 / 10 / 50 % |",
        "|---|" + "--:|" * (len(GATES) + len(SAFE) + 4),
    ]
    for model in models:
        shares = " | ".join(f"{_percent(pooled(scored, model, g))}" for g in GATES)
        rates = " | ".join(f"{pooled_safest(scored, model, g):.2f}" for g in SAFE)
        mean = [_mean(scored, model, measure) for measure in (auc, average_precision)]
        effort = _mean(scored, model, auc, effort=True)
        severe = " / ".join(_percent(pooled(scored, model, g, severe=True)) for g in (0.05, 0.10, 0.50))
        lines.append(
            f"| {model} | {shares} | {rates} | {mean[0]:.3f} | {mean[1]:.3f} | {100 * effort:.0f} | {severe} |"
        )
    return "\n".join(lines)


def _percent(counts: tuple[int, int]) -> str:
    return f"{100 * counts[0] / counts[1]:.1f}" if counts[1] else "–"


def _mean(
    scored: Sequence[Scored],
    model: str,
    measure: Callable[[Floats, NDArray[np.bool_]], float],
    *,
    effort: bool = False,
) -> float:
    weights = [float(s.label.sum()) for s in scored]
    values = [
        effort_recall(s.test(model), s.label, s.test("churn")) if effort else measure(s.test(model), s.label)
        for s in scored
    ]
    return float(np.average(values, weights=weights))


def _ratios(scored: Sequence[Scored]) -> str:
    lines = [
        "| captured, as a ratio | 5 % | 10 % | 50 % | McNemar at 10 % |",
        "|---|--:|--:|--:|--:|",
    ]
    for model, base in (
        ("blend", "table1"),
        ("table1+tokens", "table1"),
        ("shipped", "table1"),
        ("own", "table1"),
        ("blend", "churn"),
        ("blend", "shipped"),
    ):
        cells = [_interval(ratio(scored, model, base, share)) for share in (0.05, 0.10, 0.50)]
        first = np.concatenate([_hits(s, model, 0.10) for s in scored])
        second = np.concatenate([_hits(s, base, 0.10) for s in scored])
        lines.append(f"| {model} over {base} | {' | '.join(cells)} | p = {mcnemar(first, second):.1g} |")
    return "\n".join(lines)


def _interval(figure: Interval) -> str:
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _each_table(scored: Sequence[Scored]) -> str:
    shown = ("churn", "kamei", "table1", "tokens", "shipped", "own", "blend")
    lines = [
        "Captured at 5 / 10 / 50 % gated, and AUC:",
        "",
        f"| repository | changes | faults | {' | '.join(shown)} |",
        "|---|--:|--:|" + "--:|" * len(shown),
    ]
    for each in scored:
        cells = [
            " / ".join(f"{100 * captured(each.test(m), each.label, g):.0f}" for g in (0.05, 0.10, 0.50))
            + f", {auc(each.test(m), each.label):.2f}"
            for m in shown
        ]
        lines.append(f"| {each.data.name} | {len(each.label):,} | {int(each.label.sum())} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _losses(scored: Sequence[Scored]) -> str:
    worse = [s.data.name for s in scored if difference(s, "blend", "churn", 0.10).high < 0]
    names = ", ".join(worse) or "none"
    return f"Repositories where the blend captures less than churn at 10 %, by more than its interval: {names}."


def ablation(data: Sequence[Dataset], share: float = 0.10) -> str:
    """What the own regressions capture when one family of features is left out, and with what may not gate."""
    gating = [each for each in FEATURES if each.gates and not each.person and each.family != "kamei"]
    without = {
        family: [each for each in gating if each.family != family] for family in sorted({f.family for f in gating})
    }
    personal = [feature for feature in FEATURES if feature.person and feature.family != "kamei"]
    lines = [f"| left out | captured at {100 * share:.0f} % |", "|---|--:|"]
    rows = {"nothing": gating} | without | {"nothing, with what speaks of a person": [*gating, *personal]}
    for left_out, features in rows.items():
        names = tuple(prefix + feature.name for prefix in ("", RANK) for feature in features)
        captured = positives = 0
        for table in data:
            cut = table.cut(SPLIT)
            model = fit_own(table, cut, names=names)
            if model:
                scores = model.logits(table.columns, table.raw[cut:], table.quantile[cut:])
                caught = hits(scores, table.inducing[cut:], share)
                captured, positives = captured + int(caught.sum()), positives + len(caught)
        lines.append(f"| {left_out} | {_percent((captured, positives))} |")
    return "\n".join(lines)


def write_scores(scored: Sequence[Scored], path: Path) -> None:
    """Write one row a change: what is known of it, and what each model says."""
    shown = ("table1", "kamei", "shipped", "own", "blend")
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        facts_named = ["repository", "sha", "landed_at", "split", "label", "known_at", "severe", "churn"]
        out.writerow([*facts_named, *shown, "percentile"])
        for each in scored:
            data, ranked = each.data, each.percentiles("blend")
            for row, sha in enumerate(data.shas):
                known = "" if data.known_at[row] == NEVER else int(data.known_at[row])
                facts = [data.name, sha, int(data.at[row]), "train" if row < each.cut else "test"]
                marks = [int(data.inducing[row]), known, int(data.severe[row]), int(each.scores["churn"][row])]
                out.writerow(
                    [*facts, *marks, *(f"{each.scores[model][row]:.6g}" for model in shown), _placed(ranked[row])]
                )


def _placed(percentile: float) -> str:
    return "" if np.isnan(percentile) else f"{percentile:.6g}"


def unseen(folder: Path, corpus: Corpus) -> Floats:
    """The log-odds of the model in `folder`, or of the one beside it that did not learn from this repository.

    Raises ScoringError when every one did.
    """
    for place in (folder, *sorted(folder.glob(f"{WITHOUT}*"))):
        model = load(place)
        if not knows(model.card, corpus.table):
            return model.logits(corpus.rows())
    raise ScoringError(
        f"The model in {folder} learned from {corpus.table.name} and none beside it did not; train it with --folds."
    )


def knows(card: Card, data: Dataset) -> bool:
    """Say whether a model learned from a repository or from a copy of it."""
    return any(source.first == data.shas[0] or source.tip in data.shas for source in card.sources)


def figures(scored: Sequence[Scored]) -> dict[str, object]:
    """The pooled figures as plain data, shares as 0 to 1."""
    shown: dict[str, object] = {"data": require_same(scored), "repositories": [each.data.name for each in scored]}
    for model in MODELS:
        shares = {f"{100 * g:.0f}": np.divide(*pooled(scored, model, g)) for g in GATES}
        safe = {f"{100 * g:.0f}": pooled_safest(scored, model, g) for g in SAFE}
        shown[model] = {"captured": shares, "safest": safe, "auc": _mean(scored, model, auc)}
    return shown
