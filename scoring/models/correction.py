"""What a repository's own past adds to the shipped model, between runs: plain JSON beside its index.

It is due again as the repository grows, when another model is shipped, and when other incidents are known. Whoever
scores only reads it: a fit takes seconds, and is a job of its own. Until the next one the last counts.
"""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.models.corpus import corpus_of
from scoring.models.linear import Linear
from scoring.models.model import Model
from scoring.models.own import ENOUGH, Own, columns, fit_own
from scoring.models.refit import is_due

_NAME = "own.json"


def own_of(history: History, shipped: Model) -> Own | None:
    """The correction of `shipped` that was fitted last; None while there is none."""
    stored = None if alone(history, shipped) else _read(history, shipped)
    return None if stored is None or stored["rows"] > len(history) else _own(stored)


def stamp(history: History) -> tuple[object, ...]:
    """What changes when another correction is there, and when the index knows more, or other faults."""
    try:
        fitted = (history.folder / _NAME).stat().st_mtime_ns
    except OSError:
        fitted = 0
    return len(history), fitted, history.reported, history.store.meta("counted")


def alone(history: History, model: Model) -> bool:
    """Whether a model was fitted on this repository and no other: it knows its past, and nothing corrects it."""
    sources = model.card.sources
    return len(sources) == 1 and history.knows(sources[0].first)


def due(history: History, shipped: Model) -> bool:
    """Whether a fit would give another correction than there is."""
    if alone(history, shipped):
        return False
    stored = _read(history, shipped)
    if stored is not None and stored["rows"] <= len(history) and not is_due(len(history), stored["rows"]):
        return False
    return history.labelled() >= ENOUGH


def fit_again(history: History, shipped: Model) -> None:
    """Fit the correction on all that the index holds now, and keep it. The index may grow meanwhile."""
    with history.store.reading():
        size, incidents = len(history), history.reported
        data = collect(history, "own")
    start = shipped.logits(corpus_of(history, data).rows())
    stored = _plain(fit_own(data, size, now=int(data.at[-1]), start=start), size)
    draft = history.folder / f"{_NAME}.new"
    draft.write_text(json.dumps(stored | {"corrects": shipped.card.onnx_sha256, "incidents": incidents}), "utf-8")
    draft.replace(history.folder / _NAME)


def _read(history: History, shipped: Model) -> dict[str, Any] | None:
    try:
        stored = json.loads((history.folder / _NAME).read_text("utf-8"))
    except (OSError, ValueError):
        # a cache: what cannot be read is made again
        return None
    if not isinstance(stored, dict) or stored.get("corrects") != shipped.card.onnx_sha256:
        return None
    if stored.get("incidents", "") != history.reported:  # fitted with others
        return None
    return stored if tuple(stored.get("columns", ())) == columns() and isinstance(stored.get("rows"), int) else None


def _plain(fitted: Own | None, rows: int) -> dict[str, object]:
    stored: dict[str, object] = {"rows": rows, "columns": columns(), "faults": fitted.faults if fitted else 0}
    if fitted:
        stored["linear"] = {name: np.asarray(value).tolist() for name, value in asdict(fitted.linear).items()}
    return stored


def _own(stored: dict[str, Any]) -> Own | None:
    linear = stored.get("linear")
    if not isinstance(linear, dict):
        return None
    arrays = {name: np.array(linear[name], dtype=np.float64) for name in ("mean", "scale", "weight")}
    return Own(columns(), Linear(**arrays, intercept=float(linear["intercept"])), int(stored["faults"]))
