"""Write a fitted model as ONNX, and refuse when the graph does not say what the model says."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.models.card import Card
from scoring.models.model import PARITY
from scoring.ranking.calibration import sigmoid

Floats = NDArray[np.float64]


def trees_graph(booster: Any, columns: int) -> bytes:
    """A LightGBM classifier as an ONNX graph from (rows, columns) to (rows, 2) probabilities."""
    from lightgbm import Booster
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    rounded = Booster(model_str=_rounded(booster.booster_.model_to_string()))
    converted = convert_lightgbm(
        rounded, initial_types=[("x", FloatTensorType([None, columns]))], zipmap=False, target_opset=15
    )
    # the converter draws a name at random, and the same fit would have another hash each time
    converted.graph.name = "gradient boosting"
    return bytes(converted.SerializeToString())


def _rounded(text: str) -> str:
    """Round every threshold of a LightGBM model down to single precision.

    ONNX keeps thresholds in single precision; rounded to nearest, one could pass a value that the fitted model stops.
    For inputs in single precision, x <= t and x <= floor(t) say the same.
    """
    lines = []
    for line in text.splitlines():
        if line.startswith("threshold="):
            values = np.array(line.removeprefix("threshold=").split(), dtype=np.float64)
            single = values.astype(np.float32)
            single = np.where(single > values, np.nextafter(single, np.float32(-np.inf)), single)
            line = "threshold=" + " ".join(repr(float(value)) for value in single)
        # sizes of the text of each tree: no longer true, and not needed
        if not line.startswith("tree_sizes="):
            lines.append(line)
    return "\n".join(lines) + "\n"


def parity(exported: Floats, fitted: Floats, most: float = PARITY) -> float:
    """The largest difference in probability between log-odds of rows; raises ScoringError above `most`."""
    worst = float(np.abs(sigmoid(exported) - sigmoid(fitted)).max(initial=0.0))
    if not worst <= most:
        raise ScoringError(f"The exported model differs from the fitted one by {worst:.1e}, so it was not written.")
    return worst


def write(folder: Path, graph: bytes, card: Callable[[str], Card]) -> Card:
    """Write model.onnx and card.json into `folder`; `card` makes the card from the graph's hash."""
    made = card(hashlib.sha256(graph).hexdigest())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph)
    (folder / "card.json").write_text(made.dump(), "utf-8")
    return made
