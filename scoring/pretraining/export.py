"""Write a trained model as one ONNX file, by optimum; refused when the file does not say what the model says."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.text.graph import READING, TOKENIZER
from scoring.text.reading import Reading
from scoring.text.tokens import Tokens

PARITY = 1e-3  # largest difference in probability between the exported and the trained model, in single precision
RANKS = 0.98  # least rank correlation between the file in eight bits and the one in single precision
_OPSET = 17
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exported:
    """An ONNX file and how near it is to what was trained."""

    graph: bytes
    figures: dict[str, Any]


def exported(
    model: Any,
    task: str,
    finish: Callable[[Any], None],
    notes: tuple[Tokens, Reading],
    windows: Sequence[Sequence[int]],
    said: Sequence[float],
) -> Exported:
    """`model` in eight bits, or in single precision where eight rank otherwise.

    `windows` are asked of the file, and `said` is what the model says of them: log-odds. Raises ScoringError.
    """
    import onnx

    with TemporaryDirectory() as draft:
        folder = Path(draft)
        whole = onnx.load(folder / _by_optimum(model, task, folder))
        finish(whole)
        _of_tokens_alone(whole)
        _note(whole, notes)
        onnx.save(whole, folder / "whole.onnx")
        single = (folder / "whole.onnx").read_bytes()
        ours = asked(single, windows)
        worst = float(np.abs(_probability(ours) - _probability(np.array(said))).max(initial=0.0))
        if not worst <= PARITY:
            raise ScoringError(
                f"The exported model differs from the trained one by {worst:.1e}, so it was not written."
            )
        eight = _in_eight_bits(folder)
        alike = rank_correlation(ours, asked(eight, windows))
    figures = {"parity in single precision": worst, "rank correlation in eight bits": round(alike, 5)}
    kept, name = (eight, "int8") if alike >= RANKS else (single, "float32")
    return Exported(kept, figures | {"precision": name, "bytes": len(kept)})


def asked(graph: bytes, windows: Sequence[Sequence[int]]) -> Floats:
    """The log-odds that a file gives to each window."""
    from onnxruntime import InferenceSession

    session = InferenceSession(graph, providers=["CPUExecutionProvider"])
    said = []
    for ids in windows:
        row = np.array([ids], dtype=np.int64)
        no, yes = session.run(["logits"], {"input_ids": row, "attention_mask": np.ones_like(row)})[0][0]
        said.append(float(yes) - float(no))
    return np.array(said)


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's; 1 where nothing is to be ranked."""
    if len(one) < 2 or np.ptp(one) == 0:
        return 1.0
    ranks = [np.argsort(np.argsort(values)).astype(np.float64) for values in (one, other)]
    one, other = (values - values.mean() for values in ranks)
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def _probability(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _by_optimum(model: Any, task: str, folder: Path) -> str:
    from optimum.exporters.onnx import onnx_export_from_model

    onnx_export_from_model(model.eval().cpu(), folder, task=task, opset=_OPSET, do_validation=False, device="cpu")
    return "model.onnx"


def _in_eight_bits(folder: Path) -> bytes:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        folder / "whole.onnx", folder / "eight.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )
    return (folder / "eight.onnx").read_bytes()


def _of_tokens_alone(graph: Any) -> None:
    """Let a graph work out for itself where each token stands; all are of one text."""
    from onnx import helper, numpy_helper

    asked = {each.name: each for each in graph.graph.input}
    first = numpy_helper.from_array(np.array(1, np.int64), "one")
    made = {
        "position_ids": [
            helper.make_node("CumSum", ["attention_mask", "one"], ["tokens so far"]),
            helper.make_node("Sub", ["tokens so far", "one"], ["position_ids"]),
        ],
        "token_type_ids": [helper.make_node("Sub", ["attention_mask", "attention_mask"], ["token_type_ids"])],
    }
    for name, nodes in made.items():
        if name in asked:
            graph.graph.input.remove(asked[name])
            for place, node in enumerate(nodes):
                graph.graph.node.insert(place, node)
    graph.graph.initializer.append(first)


def _note(graph: Any, notes: tuple[Tokens, Reading]) -> None:
    tokens, reading = notes
    for key, value in ((TOKENIZER, tokens.plain), (READING, json.dumps(reading.plain()))):
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value


def answered(vocabulary: Any, targets: tuple[int, int]) -> Callable[[Any], None]:
    """Let a graph of hidden states say what stands behind the last token: the two answers, and what they weigh.

    `vocabulary` is (tokens, width), the weights of the last layer. Only the last place is multiplied with it.
    """

    def finish(graph: Any) -> None:
        from onnx import TensorProto, helper, numpy_helper

        hidden = graph.graph.output[0].name
        constants = {
            "head": np.ascontiguousarray(vocabulary.T.astype(np.float32)), "targets": np.array(targets, np.int64),
            "minus one": np.array(-1, np.int64),
        }  # fmt: skip
        graph.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
        graph.graph.node.extend(
            [
                helper.make_node("Gather", [hidden, "minus one"], ["last"], axis=1),
                helper.make_node("MatMul", ["last", "head"], ["all answers"]),
                helper.make_node("Gather", ["all answers", "targets"], ["logits"], axis=1),
                helper.make_node("ReduceLogSumExp", ["all answers"], ["weight of all"], axes=[1], keepdims=0),
                helper.make_node("ReduceLogSumExp", ["logits"], ["weight of both"], axes=[1], keepdims=0),
                helper.make_node("Sub", ["weight of both", "weight of all"], ["log mass"]),
                helper.make_node("Exp", ["log mass"], ["mass"]),
            ]
        )
        del graph.graph.output[:]
        graph.graph.output.extend(
            [
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2]),
                helper.make_tensor_value_info("mass", TensorProto.FLOAT, ["batch"]),
            ]
        )

    return finish


def as_it_is(graph: Any) -> None:
    """Leave a graph that says its two answers."""
