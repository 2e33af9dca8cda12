"""KINDS: every kind of model that can be trained, loaded, served and measured, by the name on its card."""

from pathlib import Path

from scoring.errors import ScoringError
from scoring.models.aligned import ALIGNED
from scoring.models.card import read_card
from scoring.models.design import require_gating
from scoring.models.encoder import ENCODER
from scoring.models.model import Kind, Model
from scoring.models.regression import REGRESSION
from scoring.models.table1 import TABLE1_REGRESSION
from scoring.models.tokens import TOKENS
from scoring.models.trees import TREES

KINDS: dict[str, Kind] = {kind.name: kind for kind in (TREES, TABLE1_REGRESSION, REGRESSION, TOKENS, ENCODER, ALIGNED)}


def kind_of(name: str) -> Kind:
    """The kind that a card names. Raises ScoringError when there is none."""
    for kind in KINDS.values():
        if name == kind.name or name in kind.older:
            return kind
    raise ScoringError(
        f"The model card names the kind {name!r}, unknown here ({', '.join(KINDS)} are known); use a newer codechill."
    )


def load(folder: Path) -> Model:
    """The model in `folder`. Raises ScoringError when it is damaged, does not fit its card or must not gate."""
    card = read_card(folder)
    require_gating(card.columns, monotone=card.monotone)
    return kind_of(card.kind).open(card, (folder / "model.onnx").read_bytes(), folder)
