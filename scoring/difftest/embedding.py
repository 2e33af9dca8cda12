"""Texts as directions, by whatever embeds them: hashed words by default, and each text only once."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.difftest.vectors import hashed, words
from scoring.errors import ScoringError

Floats = NDArray[np.float32]


class Unembedded(ScoringError):
    """Nothing embedded a text; says what to do instead."""


class Embedder(Protocol):
    """Texts as directions: a row each, of length 1. `name` tells embedders apart whose rows are not to be compared."""

    name: str

    def embed(self, texts: Sequence[str]) -> Floats:
        """Raises Unembedded."""


class Rows(Protocol):
    """Rows by the hash of their text."""

    def get(self, name: str) -> Floats | None: ...

    def put(self, rows: dict[str, Floats]) -> None: ...


class Hashed:
    """Needs nobody: the words of a text, as the local labeller has them."""

    name = "hashed"

    def embed(self, texts: Sequence[str]) -> Floats:
        return np.stack([hashed(words({"text": each})) for each in texts])


class InMemory:
    def __init__(self) -> None:
        self._rows: dict[str, Floats] = {}

    def get(self, name: str) -> Floats | None:
        return self._rows.get(name)

    def put(self, rows: dict[str, Floats]) -> None:
        self._rows |= rows


class Cached:
    """Each text is embedded once, known by the hash of what it says; a few at a time, so that a stop loses little."""

    def __init__(self, inner: Embedder, rows: Rows | None = None, at_once: int = 256) -> None:
        self.name = inner.name
        self._inner, self._rows, self._at_once = inner, rows or InMemory(), at_once

    def embed(self, texts: Sequence[str]) -> Floats:
        names = [hashlib.sha256(each.encode("utf-8", "replace")).hexdigest() for each in texts]
        known = {name: row for name in names if (row := self._rows.get(name)) is not None}
        new = {name: each for name, each in zip(names, texts, strict=True) if name not in known}
        wanted = list(new)
        for start in range(0, len(wanted), self._at_once):
            part = wanted[start : start + self._at_once]
            rows = dict(zip(part, self._inner.embed([new[each] for each in part]), strict=True))
            self._rows.put(rows)
            known |= rows
        return np.stack([known[each] for each in names])


def directions(rows: NDArray[np.float32]) -> Floats:
    """The same rows of length 1; one of zeros stays what it is, and is like no other."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1.0), dtype=np.float32)
