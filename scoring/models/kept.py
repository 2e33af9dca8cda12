"""What a repository's own past adds to the shipped model, between runs: plain JSON beside its index.

It is fitted again as the repository grows, and when another model is shipped.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.models.design import design
from scoring.models.linear import Linear
from scoring.models.loaded import Loaded
from scoring.models.own import ENOUGH, Own, columns, fit_own

GROWTH = 1.02  # fitted again when there are so many times as many changes


def own_of(history: History, folder: Path, shipped: Loaded) -> Own | None:
    """Return the correction of `shipped`, fitted anew when it is due; None while too few faults are known."""
    kept = folder / "own.json"
    size = len(history)
    told = _read(kept, shipped.card.onnx_sha256)
    if told is not None and told["rows"] <= size < told["rows"] * GROWTH + 50:
        return _own(told)
    if history.labelled() < ENOUGH:
        return None
    data = collect(history, "own")
    start = shipped.logits(design(shipped.card.columns, data.columns, data.raw, data.quantile))
    own = fit_own(data, size, now=int(data.at[-1]), start=start)
    draft = folder / "own.json.new"
    draft.write_text(json.dumps(_plain(own, size) | {"corrects": shipped.card.onnx_sha256}), "utf-8")
    draft.replace(kept)
    return own


def _read(path: Path, model: str) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        # a cache: what cannot be read is made again
        return None
    if not isinstance(told, dict) or told.get("corrects") != model:
        return None
    return told if tuple(told.get("columns", ())) == columns() and isinstance(told.get("rows"), int) else None


def _plain(own: Own | None, rows: int) -> dict[str, object]:
    told: dict[str, object] = {"rows": rows, "columns": columns(), "faults": own.faults if own else 0}
    if own:
        told["linear"] = {name: np.asarray(value).tolist() for name, value in asdict(own.linear).items()}
    return told


def _own(told: dict[str, Any]) -> Own | None:
    linear = told.get("linear")
    if not isinstance(linear, dict):
        return None
    arrays = {name: np.array(linear[name], dtype=np.float64) for name in ("mean", "scale", "weight")}
    return Own(columns(), Linear(**arrays, intercept=float(linear["intercept"])), int(told["faults"]))
