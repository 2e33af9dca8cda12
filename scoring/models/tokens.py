"""The token model on its own: hashed words of a change to the odds that it is at fault, as an ONNX graph.

The server needs no file for it: each index learns these weights while it reads (scoring.history.vocabulary), and what
they say of a change is a feature. Exported, the same regression fitted on many repositories can be used anywhere, also
to serve; then it reads the words of whole changes, so that harmless words beside risky ones calm it.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.facts.lines import BITS
from scoring.facts.wording import SPACES, Ids
from scoring.history.dataset import resample, training_rows
from scoring.history.vocabulary import Weights
from scoring.models.card import Card
from scoring.models.matrix import log_odds, open_session
from scoring.models.model import Corpus, Floats, Kind, Rows

SIZE = SPACES << BITS
NO_WORD = SIZE  # fills rows up to one width; its weight is 0
_AT_ONCE = 64


def learned_from(changes: Iterable[tuple[Ids, bool]]) -> Weights:
    """Learn from (words, at fault) of changes, in the order given."""
    weights = Weights()
    for ids, fault in changes:
        weights.learn(ids, fault=fault)
    return weights


def padded(changes: Sequence[Ids]) -> NDArray[np.int64]:
    """The words of changes as one matrix (changes, most words of one), filled up with NO_WORD."""
    matrix = np.full((len(changes), max(map(len, changes), default=0) or 1), NO_WORD, dtype=np.int64)
    for row, ids in enumerate(changes):
        matrix[row, : len(ids)] = ids
    return matrix


def odds(weights: Weights, changes: Sequence[Ids]) -> Floats:
    """What the weights say of each change: bias + sum of weights / sqrt(number of words)."""
    sums = [float(weights.of(ids).sum()) / math.sqrt(max(1, len(ids))) for ids in changes]
    return np.asarray(weights.bias + np.array(sums, dtype=np.float64))


def tokens_graph(weights: Weights) -> bytes:
    """The regression as an ONNX graph from `padded` words to (rows, 2) probabilities. Needs the train extra."""
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
class TokenModel:
    """A token model ready to score. Thread safe."""

    card: Card
    session: Any

    def logits(self, rows: Rows) -> Floats:
        """One log-odds a row, on the scale of the resampled training."""
        # a few at a time: the widest change makes all of them wide
        blocks = [range(first, min(first + _AT_ONCE, len(rows))) for first in range(0, len(rows), _AT_ONCE)]
        return np.concatenate([np.empty(0), *(self.of_words(rows.words(block)) for block in blocks)])

    def of_words(self, changes: Sequence[Ids]) -> Floats:
        """One log-odds for the words of each change."""
        said = self.session.run(None, {"ids": padded(changes)})[0][:, 1]
        return log_odds(np.asarray(said, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class FittedTokens:
    """The weights of the words."""

    weights: Weights
    columns: tuple[str, ...] = ()

    def logits(self, rows: Rows) -> Floats:
        return odds(self.weights, rows.words(range(len(rows))))

    def graph(self) -> bytes:
        return tokens_graph(self.weights)


def fit_tokens(corpora: Sequence[Corpus]) -> FittedTokens:
    """Learn from the changes of all repositories in the order they landed."""
    return FittedTokens(learned_from(_samples(corpora)))


def _samples(corpora: Sequence[Corpus]) -> Iterator[tuple[Ids, bool]]:
    samples = []
    for place, corpus in enumerate(corpora):
        table = corpus.table
        rows, label = resample(*training_rows(table, len(table.shas), int(table.at[-1]), late=True))
        samples += [(int(table.at[row]), place, int(row), bool(fault)) for row, fault in zip(rows, label, strict=True)]
    for _, place, row, fault in sorted(samples):
        yield corpora[place].words([row])[0], fault


def open_tokens(card: Card, graph: bytes, where: Path) -> TokenModel:
    """A token model. Raises ScoringError when the graph takes no words."""
    session = open_session(graph, where)
    if [each.name for each in session.get_inputs()] != ["ids"]:
        raise ScoringError(f"model.onnx in {where} takes no words, though its card says so; train the model again.")
    return TokenModel(card, session)


TOKENS = Kind("tokens", "the words of the changed lines, whole changes only", "words", fit_tokens, open_tokens)
