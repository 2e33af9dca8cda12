"""A labeller that somebody fine-tuned, run by onnxruntime: it suggests for releases that it did not learn from."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scoring.difftest.groups import Group, Signature
from scoring.difftest.labeller import CLASSES, Past, tempered
from scoring.difftest.labels import Label
from scoring.difftest.softmax import probabilities
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.tuned_text import Wording, window
from scoring.errors import ScoringError
from scoring.text.tokens import Tokens

GRAPH, CARD, TOKENIZER = "labeller.onnx", "labeller.json", "tokenizer"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a labeller says of itself. `learnt`: builds it saw labels of; `temperature`: what logits are divided by."""

    onnx_sha256: str
    wording: Wording
    temperature: float
    count: int  # labelled groups it learnt from
    learnt: tuple[str, ...]
    past: Past
    about: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "version": VERSION,
            "labels": list(CLASSES),
            "onnx_sha256": self.onnx_sha256,
            "wording": self.wording.plain(),
            "temperature": self.temperature,
            "count": self.count,
            "learnt": list(self.learnt),
            "past": [[*signature, dict(counts)] for signature, counts in self.past.items()],
            "about": dict(self.about),
        }


@dataclass(frozen=True, slots=True)
class Tuned:
    """Thread safe. `session` gives logits, one a label in the order of CLASSES, of one row of tokens."""

    card: Card
    session: Any
    tokens: Tokens
    name: str

    @classmethod
    def open(cls, folder: Path) -> "Tuned":
        """Raises ScoringError for a folder that holds none, or one that was changed since."""
        import onnxruntime as ort

        try:
            card = _read(json.loads((folder / CARD).read_text("utf-8")))
            graph = (folder / GRAPH).read_bytes()
        except FileNotFoundError as error:
            lacking = Path(error.filename).name
            raise ScoringError(
                f"{folder} holds no labeller ({lacking} is missing): codechill difftest finetune makes one"
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise error if isinstance(error, ScoringError) else ScoringError(
                f"{folder / CARD} cannot be read: make the labeller again"
            ) from None  # fmt: skip
        if hashlib.sha256(graph).hexdigest() != card.onnx_sha256:
            raise ScoringError(f"{folder / GRAPH} is not the one that its card tells of: make the labeller again")
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        return cls(
            card,
            session,
            Tokens(session.get_modelmeta().custom_metadata_map.get(TOKENIZER, "")),
            f"fine-tuned {folder.name}",
        )

    def suggest(self, group: Group) -> Suggestion:
        """The likeliest label with its calibrated probability."""
        asked = window(group, self.card.past, self.card.wording, self.tokens)
        logits = logits_of(self.session, asked)
        chances = probabilities(logits[None, :], self.card.temperature)[0]
        # n labels without a surprise promise no more than n + 1 of n + 2 (Laplace)
        spare = 1.0 / (self.card.count + 2)
        chances = (1 - spare) * chances + spare / len(CLASSES)
        best = int(np.argmax(chances))
        return Suggestion(
            CLASSES[best], float(chances[best]), self.name, tuple(zip(CLASSES, map(float, chances), strict=True))
        )

    def learnt_from(self, builds: Collection[str]) -> bool:
        """Whether it saw labels of one of these: then what it says of them measures nothing."""
        return not set(builds).isdisjoint(self.card.learnt)


def logits_of(session: Any, ids: Sequence[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """One a label, of one group alone, so that none moves what is said of another."""
    row = np.array([ids], dtype=np.int64)
    (logits,) = session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
    return np.asarray(logits[0], dtype=np.float64)


def calibrated(session: Any, held: Sequence[tuple[Sequence[int], int]]) -> float:
    """The temperature for groups (tokens, place of the label) that were not learnt from; 1.5 where there is none."""
    if not held:
        return 1.5
    logits = np.stack([logits_of(session, ids) for ids, _ in held])
    return tempered(logits, np.array([place for _, place in held]))


def _read(shown: Any) -> Card:
    """Raises ScoringError, and what JSON of another form raises."""
    if shown["version"] != VERSION or shown["labels"] != list(CLASSES):
        raise ScoringError("the labeller is of another version: make it again")
    wording = dict(shown["wording"])
    wording["without"] = tuple(wording["without"])
    past = {
        Signature(*entry[:4]): {Label(name): int(count) for name, count in entry[4].items()} for entry in shown["past"]
    }
    return Card(
        str(shown["onnx_sha256"]),
        Wording(**wording),
        float(shown["temperature"]),
        int(shown["count"]),
        tuple(map(str, shown["learnt"])),
        past,
        dict(shown["about"]),
    )
