"""The model card: what a model folder is, was made from, and must not be used for. Read before the model is."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scoring.errors import ScoringError
from scoring.models.design import require_known
from scoring.ranking.calibration import Calibration

SCHEMA = 1
WITHOUT = "without_"  # before the folders of models that did not see some of the repositories


@dataclass(frozen=True, slots=True)
class Source:
    """One repository a model learned from."""

    repository: str
    first: str  # its first commit: what two clones of one history share
    tip: str
    changes: int
    inducing: int
    since: str = ""  # dates of its first and last change
    until: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands in card.json beside model.onnx."""

    id: str
    kind: str  # one of scoring.models.registry.KINDS
    columns: tuple[str, ...]
    onnx_sha256: str
    parity: float  # largest difference between the exported and the fitted model, in probability
    base_rate: float  # share of inducing changes where it was trained
    calibration: Calibration
    sources: tuple[Source, ...]
    created: str  # the newest moment the training data knows of, as a date
    command: str  # what made it
    purpose: str = "Ranks changes of one repository by the risk that they are later reverted or fixed."
    not_for: str = "Judging people, comparing repositories or teams, or deciding alone that a change is safe."
    monotone: bool = False  # fitted so that nobody scores above somebody new here, all else the same
    figures: dict[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA

    def dump(self) -> str:
        """The card as JSON text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def read_card(folder: Path) -> Card:
    """The card of a model folder. Raises ScoringError when it is missing, broken or does not fit its model."""
    try:
        fields = json.loads((folder / "card.json").read_text("utf-8"))
        graph = (folder / "model.onnx").read_bytes()
    except FileNotFoundError as error:
        raise ScoringError(f"{folder} is no model folder: {Path(error.filename).name} is missing.") from error
    except (OSError, ValueError) as error:
        raise ScoringError(f"The model card in {folder} cannot be read; train the model again.") from error
    card = _card(fields, folder)
    if hashlib.sha256(graph).hexdigest() != card.onnx_sha256:
        raise ScoringError(f"model.onnx in {folder} does not match its card; train the model again.")
    require_known(card.columns)
    return card


def _card(fields: Any, folder: Path) -> Card:
    if not isinstance(fields, dict) or fields.get("schema") != SCHEMA:
        raise ScoringError(
            f"The model card in {folder} is of a schema unknown here; use a newer codechill or train again."
        )
    try:
        return Card(
            **fields
            | {
                "columns": tuple(fields["columns"]),
                "calibration": Calibration(**fields["calibration"]),
                "sources": tuple(Source(**source) for source in fields["sources"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise ScoringError(f"The model card in {folder} is incomplete; train the model again.") from error
