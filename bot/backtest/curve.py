"""Captured against gated: of all that was later reverted or fixed, how much is among the riskiest share?"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.backtest.measure import Figures, interval, share
from bot.backtest.outcomes import Outcomes
from bot.backtest.scores import Scores
from bot.backtest.settings import SHARES
from bot.policy.standing.level import among_riskiest
from scoring.learning.metrics import auc, ceiling, hits, paired

GATES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90)
WORDS = {"codechill": "codechill", "table1": "Table I regression", "churn": "size of the change", "random": "random"}
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def curve(scores: Scores, outcomes: Outcomes, rows: Sequence[int]) -> Figures:
    """Each ordering's line with 95 % intervals; thresholds are percentiles as of each landing, as served.

    `gated` is what the threshold really gated. The regression of the paper counts where it could be fitted; before
    that it gates by size.
    """
    label = np.array([row in outcomes.by_row for row in rows], dtype=bool)
    orders = _orders(scores, rows)
    points = {name: [_point(values, label, gate) for gate in GATES] for name, values in orders.items()}
    return {
        "landings": len(rows),
        "faults": int(label.sum()),
        "base_rate": share(int(label.sum()), len(rows)),
        "lines": [{"name": name, "words": WORDS[name], "points": curve} for name, curve in points.items()],
        "auc": {name: _rounded(auc(values, label)) for name, values in orders.items()},
        "table": [_row(orders, label, gate) for gate in SHARES],
    }


def _orders(scores: Scores, rows: Sequence[int]) -> dict[str, Floats]:
    at = np.array(rows, dtype=np.intp)
    churn = scores.churn[at]
    paper = scores.table1[at]
    orders = {"codechill": scores.percentile[at], "table1": np.where(np.isnan(paper), churn, paper), "churn": churn}
    if np.isnan(paper).all():  # it could never be fitted
        del orders["table1"]
    return orders


def _gated(values: Floats, gate: float) -> Flags:
    return np.array([among_riskiest(float(value), gate) for value in values], dtype=bool)


def _point(values: Floats, label: Flags, gate: float) -> Figures:
    gated = _gated(values, gate)
    captured, faults = int((gated & label).sum()), int(label.sum())
    around = interval(captured, faults)
    return {
        "target": gate,
        "gated": share(int(gated.sum()), len(values)),
        "captured": share(captured, faults),
        "low": around[0] if around else None,
        "high": around[1] if around else None,
    }


def _quota(values: Floats, label: Flags, gate: float) -> Figures:
    """What exactly the riskiest `gate` of all captures: like for like, whatever a threshold gates."""
    captured, faults = int(hits(values, label, gate).sum()), int(label.sum())
    around = interval(captured, faults)
    low, high = around or (None, None)
    return {"captured": share(captured, faults), "low": low, "high": high}


def _row(orders: Mapping[str, Floats], label: Flags, gate: float) -> Figures:
    row: Figures = {"target": gate, "random": gate, "best": _rounded(ceiling(label, gate))}
    row["table1"] = None
    row |= {name: _quota(values, label, gate) for name, values in orders.items()}
    row["served"] = share(int(_gated(orders["codechill"], gate).sum()), len(label))
    for other in [name for name in orders if name != "codechill"]:
        row[f"over_{other}"] = _difference(orders["codechill"], orders[other], label, gate)
    return row


def _difference(ours: Floats, theirs: Floats, label: Flags, gate: float) -> Figures | None:
    """Captured by us minus captured by them, interval together."""
    if not label.any():
        return None
    lead = paired([(hits(ours, label, gate), hits(theirs, label, gate))], lambda a, b: a - b)
    return {"value": _rounded(lead.value), "low": _rounded(lead.low), "high": _rounded(lead.high)}


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
