"""Which labelled groups a language model is shown: one of each label, the same for all, or the nearest of each."""

from collections.abc import Collection, Mapping, Sequence
from random import Random

import numpy as np

from scoring.difftest.embedding import Embedder
from scoring.difftest.groups import Group
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Neighbour, Suggestion
from scoring.difftest.views import attributes


def static(labelled: Sequence[Labelled], seed: int = 1) -> dict[Label, Group]:
    """The first of each label in a random order that depends on the seed alone, as in the paper."""
    order = sorted(labelled, key=lambda each: each.group.id)
    Random(seed).shuffle(order)  # noqa: S311 - no secret
    first: dict[Label, Group] = {}
    for each in order:
        first.setdefault(each.label, each.group)
    return {label: first[label] for label in Label if label in first}


class Dynamic:
    """The nearest of each label to a group, by cosine; never the group itself."""

    def __init__(self, labelled: Sequence[Labelled], embedder: Embedder, without: Collection[str] = ()) -> None:
        """Raises Unembedded."""
        self._labelled, self._embedder, self._without = list(labelled), embedder, without
        texts = [self._text(each.group) for each in labelled]
        self._rows = embedder.embed(texts) if texts else np.zeros((0, 1), dtype=np.float32)

    def of(self, group: Group) -> Mapping[Label, Group]:
        """Raises Unembedded."""
        nearest: dict[Label, Group] = {}
        for each, _ in self._ordered(group):
            nearest.setdefault(each.label, each.group)
        return {label: nearest[label] for label in Label if label in nearest}

    def suggest(self, group: Group) -> Suggestion:
        """The label of the nearest of all, without a confidence: what choosing examples comes to without a model."""
        near = self._ordered(group)[:1]
        neighbours = tuple(Neighbour(each.group.id, each.label, likeness) for each, likeness in near)
        label = neighbours[0].label if neighbours else None
        return Suggestion(label, None, f"nearest {self._embedder.name}", neighbours=neighbours)

    def _ordered(self, group: Group) -> list[tuple[Labelled, float]]:
        """The nearest first."""
        if not self._labelled:
            return []
        likeness = self._rows @ self._embedder.embed([self._text(group)])[0]
        places = np.argsort(-likeness, kind="stable").tolist()
        near = [(self._labelled[place], float(likeness[place])) for place in places]
        return [(each, value) for each, value in near if each.group.id != group.id]

    def _text(self, group: Group) -> str:
        """What a model is asked of it, without marks of form, less what is left out."""
        return "\n".join(attributes(group, self._without).values())
