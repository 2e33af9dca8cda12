"""What a model is: what it reads and says of changes, how it is fitted, exported and explained, and what it costs.

One file a model, one line in `registry`; the shared invariants in tests/scoring/test_every_model.py run on it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.facts.wording import NO_WORDS, Ids
from scoring.features import FEATURES
from scoring.history.dataset import Dataset
from scoring.models.card import Card
from scoring.text.record import Record

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Reads = Literal["matrix", "words", "text"]
PARITY = 1e-5
KEPT_FROM = 0.01  # seconds a change: what costs more is asked once for each change, and what it said is kept


def _no_words(places: Sequence[int]) -> list[Ids]:
    raise ScoringError("This model reads the words of changes, and here only numbers are known of them.")


def _no_text(place: int) -> Record:
    raise ScoringError("This model reads the text of changes, and here only numbers are known of them.")


def _no_key(place: int) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Changes as models may read them, in parallel; words and texts are read when a model asks for them.

    A part of a change has the words and the text of its whole: a model that reads these speaks of whole changes only.
    """

    columns: tuple[str, ...]  # names of the features
    raw: Matrix  # (changes, columns)
    quantile: Matrix  # the same cells as ranks among the changes before
    words: Callable[[Sequence[int]], Sequence[Ids]] = _no_words  # of changes by place
    text: Callable[[int], Record] = _no_text
    key: Callable[[int], str] = _no_key  # what the change is kept under; "" for one that nobody asks for again

    def __len__(self) -> int:
        return len(self.raw)

    def one(self, place: int) -> "Rows":
        here = slice(place, place + 1)
        return Rows(
            self.columns, self.raw[here], self.quantile[here],
            lambda _: self.words([place]), lambda _: self.text(place), lambda _: self.key(place),
        )  # fmt: skip


def unknown_change() -> Rows:
    """One change of which nothing is known: every model must give it a number."""
    columns = tuple(feature.name for feature in FEATURES)
    nothing = np.zeros((1, len(columns)), dtype=np.float32)
    return Rows(
        columns, nothing, nothing + np.float32(0.5), lambda places: [NO_WORDS] * len(places), lambda _: Record()
    )


@dataclass(frozen=True, slots=True)
class Corpus:
    """One repository to learn from or to be measured on: its table, and the words and texts of its rows when asked."""

    table: Dataset
    words: Callable[[Sequence[int]], Sequence[Ids]] = _no_words
    text: Callable[[int], Record] = _no_text
    texts: Callable[[Sequence[int]], Iterable[Record]] | None = None  # of many rows, in their order, by one git

    def read(self, rows: Sequence[int]) -> Iterable[Record]:
        """The texts of many rows, in their order."""
        return self.texts(rows) if self.texts else map(self.text, rows)

    def rows(self, first: int = 0) -> Rows:
        """The rows from `first` on; counted from the end when it is negative."""
        table = self.table
        first = first if first >= 0 else max(0, len(table.shas) + first)
        return Rows(
            table.columns, table.raw[first:], table.quantile[first:],
            lambda places: self.words([first + place for place in places]), lambda place: self.text(first + place),
            lambda place: table.shas[first + place],
        )  # fmt: skip


class Model(Protocol):
    """A model read from its folder, ready to score. Thread safe."""

    @property
    def card(self) -> Card: ...

    def logits(self, rows: Rows) -> Floats:
        """One log-odds a row, uncalibrated; finite whatever is missing of a change."""


class Fitted(Protocol):
    """A model as the library that fitted it holds it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What it reads of the matrix; nothing for a model of words or text."""

    def logits(self, rows: Rows) -> Floats:
        """One log-odds a row, as the fitting library says."""

    def graph(self) -> bytes:
        """The same as ONNX."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model, as its card and `train --kind` name it."""

    name: str
    about: str  # for `train --help`, in a few words
    reads: Reads
    fit: Callable[[Sequence[Corpus]], Fitted]  # in the order of landing, on what was known at the end of each table
    open: Callable[[Card, bytes, Path], Model]  # an exported graph; raises ScoringError when it does not fit its card
    libraries: tuple[str, ...] = ("onnx",)  # that fitting needs; the server needs none
    monotone: bool = False  # nobody scores above somebody new here, all else the same
    cost: float = 1e-4  # seconds a change on one core, about
    parity: float = PARITY  # largest difference in probability that an export may show
    limit: float = 60.0  # seconds that one assessment may ask it; what it said until then is kept
    older: tuple[str, ...] = ()  # what cards written before call it

    @property
    def kept(self) -> bool:
        """Whether what it says of a change is kept, so that it is asked once, and no regression corrects it.

        What is read of the matrix moves when the past is read anew: such a model is always asked again.
        """
        return self.reads != "matrix" and self.cost >= KEPT_FROM

    @property
    def by_columns(self) -> bool:
        """Whether reasons come of it: it is asked again with some columns at their usual values."""
        return self.reads == "matrix"

    @property
    def of_versions(self) -> bool:
        """Whether suggestions come of it: it is asked what it would say of less than the change."""
        return self.reads != "text" and not self.kept
