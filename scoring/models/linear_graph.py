"""A regression as ONNX, written without the onnx library, so that a server can export what it fits by itself.

ONNX is protocol buffers (onnx.proto of ONNX 1.x); the few messages that a regression needs are written here, field by
field in the order of their numbers: the bytes are those that the library writes.
"""

import numpy as np
from numpy.typing import NDArray

from scoring.models.linear import Linear

_FLOAT, _INT = 1, 2  # TensorProto.FLOAT, AttributeProto.INT
_IR_VERSION, _OPSET = 9, 15


def linear_graph(model: Linear) -> bytes:
    """The regression as an ONNX graph from (rows, columns) to (rows, 2) probabilities."""
    columns = len(model.weight)
    slope = model.weight / model.scale
    # each column is centred before it is weighed: single precision keeps its digits
    constants = (
        _tensor("mean", model.mean.astype(np.float32)),
        _tensor("slope", np.column_stack([-slope, slope]).astype(np.float32) / np.float32(2)),
        _tensor("intercept", np.array([-model.intercept, model.intercept], dtype=np.float32) / np.float32(2)),
    )
    nodes = (
        _node("Sub", ("x", "mean"), "centred"),
        _node("MatMul", ("centred", "slope"), "weighed"),
        _node("Add", ("weighed", "intercept"), "logits"),
        _node("Softmax", ("logits",), "probabilities", axis=1),
    )
    graph = b"".join((
        *(_bytes(1, node) for node in nodes),
        _text(2, "logistic regression"),
        *(_bytes(5, constant) for constant in constants),
        _bytes(11, _value("x", columns)),
        _bytes(12, _value("probabilities", 2)),
    ))  # fmt: skip
    opset = _text(1, "") + _number(2, _OPSET)
    return _number(1, _IR_VERSION) + _bytes(7, graph) + _bytes(8, opset)


def _tensor(name: str, values: NDArray[np.float32]) -> bytes:
    """A TensorProto."""
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, _FLOAT) + _text(8, name) + _bytes(9, values.astype("<f4").tobytes())


def _node(operator: str, inputs: tuple[str, ...], output: str, axis: int | None = None) -> bytes:
    """A NodeProto; `axis` is its one attribute."""
    node = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, operator)
    if axis is None:
        return node
    return node + _bytes(5, _text(1, "axis") + _number(3, axis) + _number(20, _INT))


def _value(name: str, columns: int) -> bytes:
    """A ValueInfoProto: a matrix of any number of rows."""
    shape = _bytes(1, b"") + _bytes(1, _number(1, columns))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))
