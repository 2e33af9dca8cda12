"""What a training run needs to go on: one safetensors file, replaced whole, so that a kill leaves the last one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scoring.errors import ScoringError

SCHEMA = "1"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    step: int = 0
    seconds: float = 0.0  # of training, over all its resumptions
    loss: float = 0.0  # of training, smoothed
    best: float | None = None  # the lowest loss on validation so far
    stale: int = 0  # looks at it since


def save(path: Path, tensors: Mapping[str, Any], progress: Progress, identity: str) -> None:
    """Write a checkpoint; nobody ever sees half of it."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(plain, draft, {"schema": SCHEMA, "identity": identity, "progress": json.dumps(asdict(progress))})
    draft.replace(path)


def load(path: Path, identity: str) -> tuple[dict[str, Any], Progress] | None:
    """What `save` was given; None where there is none.

    Raises ScoringError when it is damaged, or of a run with another identity: other data or other settings.
    """
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        progress = Progress(**json.loads(about["progress"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ScoringError(f"The checkpoint {path} cannot be read; delete it to begin anew.") from error
    if (about.get("schema"), about.get("identity")) != (SCHEMA, identity):
        raise ScoringError(
            f"The checkpoint {path} is of a run on other data or with other settings; "
            "delete it to begin anew, or name another folder."
        )
    return tensors, progress
