"""Where torch works: a GPU when there is one, in bf16 where it can; else the processors."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def device() -> Any:
    """The GPU of this machine, or its processors."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision(where: Any) -> AbstractContextManager[Any]:
    """Half precision with the range of single on a GPU that has it; single precision elsewhere."""
    import torch

    if where.type == "cuda" and torch.cuda.is_bf16_supported():
        autocast: AbstractContextManager[Any] = torch.autocast("cuda", dtype=torch.bfloat16)
        return autocast
    return nullcontext()


def named(where: Any) -> str:
    """What it is, in words."""
    import torch

    if where.type == "cuda":
        return f"{torch.cuda.get_device_name(where)}, {'bf16' if torch.cuda.is_bf16_supported() else 'float32'}"
    return f"{torch.get_num_threads()} processors, float32"
