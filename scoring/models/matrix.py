"""A model of the matrix, run with onnxruntime: nothing of the libraries that fitted it is needed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from scoring.errors import ScoringError
from scoring.models.card import Card
from scoring.models.design import design
from scoring.models.model import Floats, Matrix, Rows

_UNFIT = (errors.InvalidProtobuf, errors.InvalidGraph, errors.InvalidArgument, errors.Fail, errors.NotImplemented)


@dataclass(frozen=True, slots=True)
class MatrixModel:
    """A model of columns, ready to score. Thread safe."""

    card: Card
    session: Any

    def logits(self, rows: Rows) -> Floats:
        """One log-odds a row, uncalibrated."""
        return self.of_design(design(self.card.columns, rows.columns, rows.raw, rows.quantile))

    def of_design(self, matrix: Matrix) -> Floats:
        """One log-odds a row of the matrix that its card's columns make."""
        if not len(matrix):
            return np.empty(0)
        name = self.session.get_inputs()[0].name
        said = self.session.run(None, {name: np.ascontiguousarray(matrix, dtype=np.float32)})
        return log_odds(np.asarray(said[-1], dtype=np.float64)[:, -1])


def log_odds(probabilities: Floats) -> Floats:
    """log(p / (1 - p)), with p held off 0 and 1."""
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(p / (1 - p)))


def open_matrix(card: Card, graph: bytes, where: Path) -> MatrixModel:
    """A model of the card's columns. Raises ScoringError when the graph takes another number of them."""
    return MatrixModel(card, session(graph, len(card.columns), where))


def session(graph: bytes, columns: int, where: Path) -> Any:
    """An onnxruntime session over `graph`; raises ScoringError unless it takes that many columns."""
    made = open_session(graph, where)
    width = (made.get_inputs()[0].shape or [None])[-1]
    if width != columns:
        raise ScoringError(
            f"model.onnx in {where} takes {width} columns but its card names {columns}; train the model again."
        )
    return made


def open_session(graph: bytes, where: Path) -> Any:
    """An onnxruntime session over `graph`; raises ScoringError when it is no model."""
    options = onnxruntime.SessionOptions()
    # one row at a time: threads would cost more than they bring, and crowd a small machine
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (*_UNFIT, RuntimeError, ValueError, IndexError) as error:
        raise ScoringError(f"model.onnx in {where} is no model that can be run; train the model again.") from error
