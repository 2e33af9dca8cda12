"""The token model on its own: hashed words of a change to the odds that it is at fault, as an ONNX graph.

The server needs no file for it: each index learns these weights while it reads (scoring.history.vocabulary), and what
they say of a change is a feature. Exported, the same regression fitted on many repositories can be used anywhere.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.facts.lines import BITS
from scoring.facts.wording import SPACES, Ids
from scoring.history.vocabulary import Weights
from scoring.models.card import Card, read_card
from scoring.models.loaded import open_session
from scoring.ranking.calibration import sigmoid

SIZE = SPACES << BITS
NO_WORD = SIZE  # fills rows up to one width; its weight is 0
Floats = NDArray[np.float64]


def fit_tokens(changes: Iterable[tuple[Ids, bool]]) -> Weights:
    """Learn from (words, at fault) of changes, in the order given."""
    weights = Weights()
    for ids, fault in changes:
        weights.learn(ids, fault=fault)
    return weights


def padded(changes: Sequence[Ids]) -> NDArray[np.int64]:
    """Return the words of changes as one matrix (changes, most words of one), filled up with NO_WORD."""
    found = np.full((len(changes), max(map(len, changes), default=0) or 1), NO_WORD, dtype=np.int64)
    for row, ids in enumerate(changes):
        found[row, : len(ids)] = ids
    return found


def probabilities(weights: Weights, changes: Sequence[Ids]) -> Floats:
    """Return what the weights say of each change: sigmoid(bias + sum of weights / sqrt(number of words))."""
    sums = [float(weights.of(ids).sum()) / math.sqrt(max(1, len(ids))) for ids in changes]
    return sigmoid(weights.bias + np.array(sums))


def tokens_graph(weights: Weights) -> bytes:
    """Return the regression as an ONNX graph from `padded` words to (rows, 2) probabilities. Needs the train extra."""
    from onnx import TensorProto, helper, numpy_helper

    table = np.append(weights.of(np.arange(SIZE, dtype=np.uint32)), np.float32(0))
    constants: dict[str, NDArray[Any]] = {
        "table": table.astype(np.float32), "size": np.array(SIZE, np.int64), "axis": np.array([1], np.int64),
        "one": np.array(1, np.float32), "bias": np.array(weights.bias, np.float32),
    }  # fmt: skip
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["weights"]),
        helper.make_node("ReduceSum", ["weights", "axis"], ["sums"], keepdims=1),
        helper.make_node("Less", ["ids", "size"], ["is_word"]),
        helper.make_node("Cast", ["is_word"], ["words"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["words", "axis"], ["many"], keepdims=1),
        helper.make_node("Max", ["many", "one"], ["some"]),
        helper.make_node("Sqrt", ["some"], ["scale"]),
        helper.make_node("Div", ["sums", "scale"], ["mean"]),
        helper.make_node("Add", ["mean", "bias"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["fault"]),
        helper.make_node("Sub", ["one", "fault"], ["clean"]),
        helper.make_node("Concat", ["clean", "fault"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "regression over hashed words",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [None, None])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=9)
    return bytes(made.SerializeToString())


@dataclass(frozen=True, slots=True)
class Tokens:
    """A token model ready to score."""

    card: Card
    session: Any

    def probabilities(self, changes: Sequence[Ids]) -> Floats:
        """Return the probability of a fault for each change, on the scale of the resampled training."""
        return run(self.session, changes)


def run(session: Any, changes: Sequence[Ids]) -> Floats:
    """Return the probability of a fault for each change, as a graph says."""
    return np.asarray(session.run(None, {"ids": padded(changes)})[0][:, 1], dtype=np.float64)


def load_tokens(folder: Path) -> Tokens:
    """Return the token model in `folder`. Raises ScoringError when it is damaged or another kind of model."""
    card = read_card(folder)
    if card.kind != "tokens":
        raise ScoringError(f"{folder} holds a model of kind {card.kind}, not a token model.")
    return Tokens(card, open_session((folder / "model.onnx").read_bytes(), folder))
