"""Which labelled groups a language model is shown: one of each label, the same for all, or the nearest of each."""

import hashlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.difftest.groups import Group
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.vectors import hashed, words
from scoring.difftest.views import attributes

Floats = NDArray[np.float32]


class Embedder(Protocol):
    """Texts as directions: a row each, of length 1."""

    def embed(self, texts: Sequence[str]) -> Floats: ...


class Hashed:
    """Needs nobody: the words of a text, as the local labeller has them."""

    def embed(self, texts: Sequence[str]) -> Floats:
        return np.stack([hashed(words({"text": each})) for each in texts])


class Cached:
    """Each text is embedded once, known by the hash of what it says."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._rows: dict[str, Floats] = {}

    def embed(self, texts: Sequence[str]) -> Floats:
        names = [hashlib.sha256(each.encode("utf-8", "replace")).hexdigest() for each in texts]
        new = {name: each for name, each in zip(names, texts, strict=True) if name not in self._rows}
        if new:
            self._rows |= dict(zip(new, self._inner.embed(list(new.values())), strict=True))
        return np.stack([self._rows[each] for each in names])


def static(labelled: Sequence[Labelled], seed: int = 1) -> dict[Label, Group]:
    """The first of each label in a random order that depends on the seed alone, as in the paper."""
    order = sorted(labelled, key=lambda each: each.group.id)
    Random(seed).shuffle(order)  # noqa: S311 - no secret
    first: dict[Label, Group] = {}
    for each in order:
        first.setdefault(each.label, each.group)
    return {label: first[label] for label in Label if label in first}


class Dynamic:
    """The nearest of each label to a group, by cosine; never the group itself, nor one with its very text."""

    def __init__(self, labelled: Sequence[Labelled], embedder: Embedder) -> None:
        self._labelled = list(labelled)
        self._embedder = embedder
        self._texts = [_text(each.group) for each in labelled]
        self._rows = embedder.embed(self._texts) if labelled else np.zeros((0, 1), dtype=np.float32)

    def of(self, group: Group) -> Mapping[Label, Group]:
        text = _text(group)
        likeness = self._rows @ self._embedder.embed([text])[0] if self._labelled else np.zeros(0)
        nearest: dict[Label, Group] = {}
        for place in np.argsort(-likeness, kind="stable").tolist():
            each = self._labelled[place]
            if each.group.id != group.id:
                nearest.setdefault(each.label, each.group)
        return {label: nearest[label] for label in Label if label in nearest}


def _text(group: Group) -> str:
    """What a model is asked of it, without marks of form."""
    return "\n".join(attributes(group).values())
