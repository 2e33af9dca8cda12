"""A model read from its folder and run with onnxruntime: nothing of the libraries that fitted it is needed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from scoring.errors import ScoringError
from scoring.models.card import Card, read_card
from scoring.models.design import require_gating

_UNFIT = (errors.InvalidProtobuf, errors.InvalidGraph, errors.InvalidArgument, errors.Fail, errors.NotImplemented)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to score. Thread safe."""

    card: Card
    session: Any

    def logits(self, design: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return one log-odds a row, uncalibrated."""
        if not len(design):
            return np.empty(0)
        found = self.session.run(
            None, {self.session.get_inputs()[0].name: np.ascontiguousarray(design, dtype=np.float32)}
        )
        p = np.clip(np.asarray(found[-1], dtype=np.float64)[:, -1], 1e-7, 1 - 1e-7)
        return np.asarray(np.log(p / (1 - p)))


def load(folder: Path) -> Loaded:
    """Return the model in `folder`. Raises ScoringError when it is damaged, does not fit its card or must not gate."""
    card = read_card(folder)
    require_gating(card.columns, monotone=card.monotone)
    return Loaded(card, session((folder / "model.onnx").read_bytes(), len(card.columns), folder))


def session(graph: bytes, columns: int, where: Path) -> Any:
    """Return an onnxruntime session over `graph`; raises ScoringError unless it takes that many columns."""
    made = open_session(graph, where)
    width = (made.get_inputs()[0].shape or [None])[-1]
    if width != columns:
        raise ScoringError(
            f"model.onnx in {where} takes {width} columns but its card names {columns}; train the model again."
        )
    return made


def open_session(graph: bytes, where: Path) -> Any:
    """Return an onnxruntime session over `graph`; raises ScoringError when it is no model."""
    options = onnxruntime.SessionOptions()
    # one row at a time: threads would cost more than they bring, and crowd a small machine
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (*_UNFIT, RuntimeError, ValueError, IndexError) as error:
        raise ScoringError(f"model.onnx in {where} is no model that can be run; train the model again.") from error
