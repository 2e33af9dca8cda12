"""The local labeller: always there, asks nobody. Words and facts of labelled groups, calibrated on later releases."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.difftest.evidence import reasons
from scoring.difftest.groups import Group, Signature
from scoring.difftest.labels import Label
from scoring.difftest.softmax import Softmax, fit, probabilities
from scoring.difftest.suggestion import Neighbour, Suggestion
from scoring.difftest.vectors import WIDTH, Floats, Row, facts, text_vector
from scoring.errors import ScoringError

CLASSES = tuple(Label)
STRENGTH = 4.0
LEAST = 12  # labelled groups, below which rules suggest
LIKE = 0.5  # cosine, below which nothing that was labelled is like it
NEAREST = 3
Past = Mapping[Signature, Mapping[Label, int]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A group with the label that counts, in the order of releases. `release` is its place in that order.

    `again`: the label stands by an answer to an earlier build. It teaches nothing and is no prediction.
    """

    group: Group
    label: Label
    release: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Labeller:
    """`names` and `labels` are of the groups it learnt from, in the order of the rows of `texts`."""

    model: Softmax
    columns: NDArray[np.intp]
    temperature: float
    names: tuple[str, ...]
    labels: tuple[Label, ...]
    texts: Floats
    past: Past
    without: tuple[str, ...] = ()

    def suggest(self, group: Group) -> Suggestion:
        """The likeliest label with its calibrated probability; what speaks for it is quoted from the group's record."""
        row = row_of(group, self.past, self.without)
        chances = self._chances(row)
        best = int(np.argmax(chances))
        near = self._nearest(row.text)
        novel = not near or near[0].likeness < LIKE
        return Suggestion(
            CLASSES[best],
            float(chances[best]),
            "local",
            tuple(zip(CLASSES, map(float, chances), strict=True)),
            reasons(group, row, self.model.weight[:, best] - self.model.weight.mean(axis=1), self.columns),
            near,
            novel,
        )

    def _chances(self, row: Row) -> NDArray[np.float64]:
        chances = probabilities(self.model.logits(row.design[None, self.columns]), self.temperature)[0]
        # n labels without a surprise promise no more than n + 1 of n + 2 (Laplace)
        spare = 1.0 / (len(self.labels) + 2)
        return np.asarray((1 - spare) * chances + spare / len(CLASSES))

    def _nearest(self, text: Floats) -> tuple[Neighbour, ...]:
        said = np.flatnonzero(text)  # a few dozen of thousands of columns
        likeness = self.texts[:, said] @ text[said]
        places = np.argsort(-likeness, kind="stable")[:NEAREST]
        return tuple(Neighbour(self.names[each], self.labels[each], float(likeness[each])) for each in places)

    def to_json(self) -> str:
        """All that is needed to suggest the same again. Numbers are rounded to seven digits."""
        return json.dumps(
            {
                "version": 1,
                "columns": self.columns.tolist(),
                "weight": np.round(self.model.weight, 7).tolist(),
                "temperature": self.temperature,
                "names": self.names,
                "labels": self.labels,
                "texts": [_sparse(row) for row in self.texts],
                "past": [[*signature, dict(counts)] for signature, counts in self.past.items()],
                "without": self.without,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Labeller":
        """What `to_json` gave. Raises ScoringError for anything else."""
        try:
            return _read(cls, json.loads(text))
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise ScoringError("this is no labeller of this version: fit it again") from error


def train(
    labelled: Sequence[Labelled], without: Collection[str] = (), temperature: float | None = None
) -> Labeller | None:
    """Fit on every labelled group and calibrate on each release from those before it; None of fewer than LEAST.

    What is known of a signature's past is, for each group, what was known before its release. With a `temperature`,
    as an earlier fit has it, nothing is calibrated: that takes a fit a release.
    """
    if len(labelled) < LEAST or len({each.label for each in labelled}) < 2:
        return None
    rows = rows_of(labelled, without)
    design = np.stack([each.design for each in rows])
    columns = np.flatnonzero(np.ptp(design, axis=0) > 0)
    model = _fitted(design[:, columns], labelled)
    return Labeller(
        model,
        columns,
        temperature or _temperature(design[:, columns], labelled),
        tuple(each.group.id for each in labelled),
        tuple(each.label for each in labelled),
        np.stack([each.text for each in rows]),
        past_of(labelled),
        tuple(without),
    )


def past_of(labelled: Sequence[Labelled]) -> dict[Signature, Counter[Label]]:
    """signature -> how many releases called it what."""
    past: dict[Signature, Counter[Label]] = {}
    for each in labelled:
        past.setdefault(each.group.key.signature, Counter())[each.label] += 1
    return past


def rows_of(labelled: Sequence[Labelled], without: Collection[str] = ()) -> list[Row]:
    """One row a group, each with the past of its signature as it was before its release."""
    rows: dict[int, Row] = {}
    for release in sorted({each.release for each in labelled}):
        past = past_of([each for each in labelled if each.release < release])
        now = [place for place, each in enumerate(labelled) if each.release == release]
        rows.update((place, row_of(labelled[place].group, past, without)) for place in now)
    return [rows[place] for place in range(len(labelled))]


def row_of(group: Group, past: Past, without: Collection[str] = ()) -> Row:
    return Row(text_vector(group, without), facts(group, past.get(group.key.signature, {})))


def _fitted(design: Floats, labelled: Sequence[Labelled]) -> Softmax:
    label = np.array([CLASSES.index(each.label) for each in labelled])
    share = np.array([1.0 + np.log(each.group.count) for each in labelled], dtype=np.float32)
    return fit(design, label, len(CLASSES), share / share.mean(), STRENGTH)


def _temperature(design: Floats, labelled: Sequence[Labelled]) -> float:
    """What logits are divided by: the best for releases that were predicted from those before. 1.5 of one release."""
    logits, label = [], []
    releases = np.array([each.release for each in labelled])
    for release in sorted(set(releases.tolist()))[1:]:
        before, now = (np.flatnonzero(each).tolist() for each in (releases < release, releases == release))
        if len(before) >= LEAST and len({labelled[each].label for each in before}) > 1:
            model = _fitted(design[before], [labelled[each] for each in before])
            logits.append(model.logits(design[now]))
            label += [CLASSES.index(labelled[each].label) for each in now]
    if not logits:
        return 1.5
    return tempered(np.concatenate(logits), np.array(label))


def tempered(logits: NDArray[np.float64], label: NDArray[np.intp]) -> float:
    """The temperature of the least log loss (Guo et al., 2017), with one certain miss counted in; 0.3 to 10."""

    def loss(temperature: float) -> float:
        chances = probabilities(logits, temperature)
        missed = float(np.log(np.clip(1 - chances.max(axis=1), 1e-9, 1)).mean())
        return -float(np.log(np.clip(chances[np.arange(len(label)), label], 1e-9, 1)).sum()) - missed

    grid = np.exp(np.linspace(np.log(0.3), np.log(10.0), 60))
    return float(min(grid, key=loss))


def _sparse(row: Floats) -> list[tuple[int, float]]:
    return [(int(place), round(float(row[place]), 5)) for place in np.flatnonzero(row)]


def _read(cls: type[Labeller], shown: Mapping[str, Any]) -> Labeller:
    texts = np.zeros((len(shown["texts"]), WIDTH), dtype=np.float32)
    for place, row in enumerate(shown["texts"]):
        for column, value in row:
            texts[place, column] = value
    past = {
        Signature(*entry[:4]): {Label(name): int(count) for name, count in entry[4].items()} for entry in shown["past"]
    }
    return cls(
        Softmax(np.array(shown["weight"], dtype=np.float64)),
        np.array(shown["columns"], dtype=np.intp),
        float(shown["temperature"]),
        tuple(map(str, shown["names"])),
        tuple(map(Label, shown["labels"])),
        texts,
        past,
        tuple(shown["without"]),
    )
