"""A model of the text of changes, run with onnxruntime and tokenizers: nothing of what trained it is needed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring.models.card import Card
from scoring.models.matrix import open_session
from scoring.models.model import Floats, Rows
from scoring.text.graph import TextGraph, text_graph


@dataclass(frozen=True, slots=True)
class TextModel:
    """A model of title, plan for testing and diff, ready to score. Thread safe."""

    card: Card
    graph: TextGraph

    def logits(self, rows: Rows) -> Floats:
        """One log-odds a row, on the scale of the resampled training; one change is read at a time."""
        said = (self.graph.said(rows.text(place)).log_odds for place in range(len(rows)))
        return np.fromiter(said, dtype=np.float64, count=len(rows))


def open_text(card: Card, graph: bytes, where: Path) -> TextModel:
    """A model of text. Raises ScoringError when the graph reads none, or when tokenizers is not installed."""
    return TextModel(card, text_graph(open_session(graph, where), where))
