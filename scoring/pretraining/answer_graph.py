"""A causal model as an ONNX graph that says one thing: how likely each of a few answers is to come next."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scoring.errors import ScoringError
from scoring.pretraining.adapting import answer_logits
from scoring.pretraining.weights import offline

PARITY = 1e-3  # the largest difference in probability


def exported(model: Any, answers: Sequence[int], notes: Mapping[str, str]) -> bytes:
    """ONNX: input_ids and attention_mask of one row -> logits, a column an answer. `notes` are kept in the graph.

    The vocabulary's rows of the answers are all that is kept of the last layer.
    """
    offline()
    import onnx
    from optimum.exporters.onnx import onnx_export_from_model

    with tempfile.TemporaryDirectory() as folder:
        onnx_export_from_model(
            model.model.eval(), Path(folder), task="feature-extraction", do_validation=False, no_post_process=True
        )
        graph = onnx.load(Path(folder) / "model.onnx")
    rows = model.get_output_embeddings().weight[list(answers)].detach().float().cpu().numpy()
    _answering(graph.graph, rows)
    onnx.helper.set_model_props(graph, dict(notes))
    onnx.checker.check_model(graph)
    return bytes(graph.SerializeToString())


def _answering(graph: Any, rows: Any) -> None:
    """End the graph at the answers; places of tokens are counted within it."""
    from onnx import TensorProto, helper, numpy_helper

    (hidden,) = [each.name for each in graph.output if each.name == "last_hidden_state"]
    constants: dict[str, Any] = {
        "answers.last": np.array(-1, dtype=np.int64),
        "answers.rows": np.ascontiguousarray(rows.T, dtype=np.float32),
        "answers.axis": np.array(1, dtype=np.int64),
        "answers.one": np.array(1, dtype=np.int64),
    }
    graph.initializer.extend([numpy_helper.from_array(each, name) for name, each in constants.items()])
    if any(each.name == "position_ids" for each in graph.input):
        counted = helper.make_node("CumSum", ["attention_mask", "answers.axis"], ["answers.counted"])
        graph.node.insert(0, helper.make_node("Sub", ["answers.counted", "answers.one"], ["position_ids"]))
        graph.node.insert(0, counted)
    graph.node.append(helper.make_node("Gather", [hidden, "answers.last"], ["answers.hidden"], axis=1))
    graph.node.append(helper.make_node("MatMul", ["answers.hidden", "answers.rows"], ["logits"]))
    kept = [each for each in graph.input if each.name in ("input_ids", "attention_mask")]
    del graph.input[:], graph.output[:]
    graph.input.extend(kept)
    graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", rows.shape[0]]))


def parity(model: Any, answers: Sequence[int], session: Any, rows: Sequence[Sequence[int]]) -> float:
    """The largest difference in probability between model and graph over `rows`. Raises ScoringError above PARITY."""
    import torch

    worst = 0.0
    for row in rows:
        asked = np.array([row], dtype=np.int64)
        (said,) = session.run(None, {"input_ids": asked, "attention_mask": np.ones_like(asked)})
        with torch.no_grad():
            meant = answer_logits(model, answers, [row], torch.device("cpu")).numpy()
        worst = max(worst, float(np.abs(_chances(said) - _chances(meant)).max()))
    if not worst <= PARITY:
        raise ScoringError(f"The exported model differs from the fitted one by {worst:.1e}, so it was not written.")
    return worst


def _chances(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
