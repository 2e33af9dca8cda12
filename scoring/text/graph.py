"""An exported text model: one ONNX file that also carries its tokenizer and how it reads, so that none is mistaken.

Runs with onnxruntime and tokenizers; neither torch nor transformers is needed.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.text.reading import Reading, reading_of
from scoring.text.record import Record
from scoring.text.tokens import Tokens
from scoring.text.windows import windows

TOKENIZER, READING = "tokenizer", "reading"  # among the graph's own notes
INPUTS = ["attention_mask", "input_ids"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of one change."""

    log_odds: float
    mass: float  # 0 to 1: what it gives to the two answers, of all that could come next; near 1 when it is aligned
    windows: int


@dataclass(frozen=True, slots=True)
class TextGraph:
    """A model of text, ready to be asked. Thread safe."""

    session: Any
    tokens: Tokens
    reading: Reading

    def said(self, record: Record) -> Said:
        """What it says of a change; each window is asked alone, so that none moves what is said of another."""
        asked = [self._window(window) for window in windows(record, self.reading, self.tokens)]
        odds, mass = np.array([each[0] for each in asked]), [each[1] for each in asked]
        return Said(float(odds.max() if self.reading.pooling == "max" else odds.mean()), min(mass), len(asked))

    def _window(self, ids: list[int]) -> tuple[float, float]:
        row = np.array([ids], dtype=np.int64)
        logits, *mass = self.session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
        no, yes = map(float, logits[0])
        return yes - no, float(mass[0][0]) if mass else 1.0


def text_graph(session: Any, where: Path) -> TextGraph:
    """The text model of an open session. Raises ScoringError when it reads no tokens or lacks its notes."""
    notes = session.get_modelmeta().custom_metadata_map
    if sorted(each.name for each in session.get_inputs()) != INPUTS or TOKENIZER not in notes:
        raise ScoringError(f"model.onnx in {where} reads no text, though its card says so; train the model again.")
    try:
        reading = json.loads(notes.get(READING, "null"))
    except ValueError as error:
        raise ScoringError(f"model.onnx in {where} does not say how it reads; train the model again.") from error
    return TextGraph(session, Tokens(notes[TOKENIZER]), reading_of(reading))
