"""How well labels of the next release are suggested from those before it: the only split that says something.

A random split puts the same difference of the same release on both sides: .996 where the next release gives .61 to
.97 (docs/difftest.md). Each group is on one side; labels count that were known before the release was first seen.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from scoring.difftest import rules
from scoring.difftest.automation import Bars, Precedent, automatic
from scoring.difftest.chat import ChatLabeller, Model
from scoring.difftest.embedding import Cached, Embedder, Hashed
from scoring.difftest.examples import Dynamic, static
from scoring.difftest.groups import Group
from scoring.difftest.labeller import Labelled, Labeller, train
from scoring.difftest.labels import Label
from scoring.difftest.measures import Measures, Pair, measure
from scoring.difftest.reliability import Reliability, reliability
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.workload import Walked, Work, work
from scoring.errors import ScoringError
from scoring.learning.metrics import Interval

ROUNDS = 1_000
BASELINES = ("majority", "rules", "nearest")
Suggest = Callable[[Group], Suggestion]
Models = Mapping[str, Model]


class Ready(Protocol):
    """A labeller that was fitted before, and elsewhere."""

    @property
    def name(self) -> str: ...

    def suggest(self, group: Group) -> Suggestion: ...

    def learnt_from(self, builds: Collection[str]) -> bool:
        """Whether it saw labels of one of these."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is measured beside the local labeller and the baselines, on the same groups.

    Each of `models` is asked with static and with dynamic examples, all with the same prompts; what is nearest is
    found by each of `embedders`, and by hashed words where there is none; each of `ready` is measured on releases
    later than all that it learnt from.
    """

    models: Models = field(default_factory=dict)
    embedders: Sequence[Embedder] = ()
    ready: Sequence[Ready] = ()


@dataclass(frozen=True, slots=True)
class Predicted:
    """One group of a release that was not learnt from. `past`: what its signature was called in earlier ones."""

    labelled: Labelled
    suggestion: Suggestion
    past: tuple[Precedent, ...] = ()
    carried: str = ""

    @property
    def seen(self) -> bool:
        return bool(self.past)

    def carried_by(self, bars: Bars) -> "Predicted":
        """The same where the team's bars are others."""
        return replace(self, carried=automatic(self.labelled.group, self.suggestion, self.past, bars))


@dataclass(frozen=True, slots=True)
class Scored:
    """A labeller over one release or several: by differences, by groups, and by groups of a new signature."""

    items: Measures
    groups: Measures
    unseen: Measures
    accuracy: Interval | None
    calibration: Reliability


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`releases` in order, each (name, labeller -> Scored); `all` is over them together."""

    releases: tuple[tuple[str, dict[str, Scored]], ...]
    all: dict[str, Scored]
    work: Work


def refuse_random(split: str) -> None:
    """Raises ScoringError for any split but the one by release."""
    if split != "next-release":
        raise ScoringError(
            f"a {split} split is refused: copies of one difference stand on both sides, and the figure says nothing of"
            " the next release; leave --split out"
        )


def evaluate(
    labelled: Sequence[Labelled],
    without: Collection[str] = (),
    bars: Bars | None = None,
    beside: Beside | None = None,
) -> Evaluation:
    """Predict each release but the first from those before it. Raises ScoringError of fewer than two."""
    releases = predictions(labelled, without, bars, beside)
    names = dict.fromkeys(name for _, by in releases for name in by)
    together = {name: [each for _, by in releases for each in by.get(name, ())] for name in names}
    return Evaluation(
        tuple((name, {labeller: score(each) for labeller, each in by.items()}) for name, by in releases),
        {labeller: score(each) for labeller, each in together.items()},
        work(walked(together["local"])),
    )


def predictions(
    labelled: Sequence[Labelled],
    without: Collection[str] = (),
    bars: Bars | None = None,
    beside: Beside | None = None,
) -> list[tuple[str, dict[str, list[Predicted]]]]:
    """(release, labeller -> its groups) of each release but the first. Raises ScoringError of fewer than two."""
    order = sorted({each.release for each in labelled})
    if len(order) < 2:
        raise ScoringError("two labelled releases are needed: one to learn from, and the next to be measured on")
    return [predicted_of(labelled, release, without, bars, beside) for release in order[1:]]


def predicted_of(
    labelled: Sequence[Labelled],
    release: int,
    without: Collection[str] = (),
    bars: Bars | None = None,
    beside: Beside | None = None,
) -> tuple[str, dict[str, list[Predicted]]]:
    """(release, labeller -> its groups) of one release, predicted from those before it."""
    before, now = known_before(labelled, release), [each for each in labelled if each.release == release]
    beside = beside or Beside()
    later = {each.group.key.release for each in labelled if each.release >= release}
    suggests = _labellers(before, without) | _chats(before, without, beside.models, beside.embedders)
    suggests |= {each.name: each.suggest for each in beside.ready if not each.learnt_from(later)}
    predicted = {name: _predict(suggest, before, now, bars or Bars()) for name, suggest in suggests.items()}
    return now[0].group.key.release, predicted


def known_before(labelled: Sequence[Labelled], release: int) -> list[Labelled]:
    """The groups of earlier releases whose label was there when the release was first seen, what was asked once."""
    moments = [each.group.first_at for each in labelled if each.release == release and each.group.first_at]
    cut = min(moments, default=None)
    return [
        each
        for each in labelled
        if each.release < release
        and not each.again
        and (cut is None or each.group.labelled_at is None or each.group.labelled_at < cut)
    ]


def _labellers(before: Sequence[Labelled], without: Collection[str]) -> dict[str, Suggest]:
    local = train(before, without)
    counts = Counter(each.label for each in before)
    most = max(Label, key=lambda each: counts[each])
    return {
        "local": local.suggest if local else rules.suggest,
        "majority": lambda _: Suggestion(most, None, "majority"),
        "rules": rules.suggest,
        "nearest": _nearest(local) if local else rules.suggest,
    }


def _chats(
    before: Sequence[Labelled], without: Collection[str], models: Models, embedders: Sequence[Embedder]
) -> dict[str, Suggest]:
    """Examples are of earlier releases only."""
    near = {each.name: Dynamic(before, each, without) for each in embedders}
    suggests: dict[str, Suggest] = {f"nearest {name}": each.suggest for name, each in near.items()}
    same = static(before)
    if models and not near:
        near = {"": Dynamic(before, Cached(Hashed()), without)}
    for name, model in models.items():
        suggests[f"{name} static"] = ChatLabeller(model, lambda _: same, without).suggest
        for by, each in near.items():
            suggests[f"{name} dynamic {by}".rstrip()] = ChatLabeller(model, each.of, without).suggest
    return suggests


def _nearest(local: Labeller) -> Suggest:
    def suggest(group: Group) -> Suggestion:
        near = local.suggest(group).neighbours
        return Suggestion(near[0].label if near else None, None, "nearest")

    return suggest


def _predict(suggest: Suggest, before: Sequence[Labelled], now: Sequence[Labelled], bars: Bars) -> list[Predicted]:
    past: dict[object, list[Precedent]] = {}
    for each in before:
        past.setdefault(each.group.key.signature, []).append(Precedent(each.label, frozenset(each.group.patterns)))
    rows = (Predicted(each, suggest(each.group), tuple(past.get(each.group.key.signature, ()))) for each in now)
    return [each.carried_by(bars) for each in rows]


def score(everything: Sequence[Predicted]) -> Scored:
    """Measures of what was predicted; what stands by an earlier answer was not."""
    predicted = [each for each in everything if not each.labelled.again]
    calibrated = [each for each in predicted if each.suggestion.confidence is not None]
    return Scored(
        measure(sum((_items(each) for each in predicted), Counter())),
        measure((each.labelled.label, each.suggestion.label) for each in predicted),
        measure((each.labelled.label, each.suggestion.label) for each in predicted if not each.seen),
        _interval(predicted),
        reliability(
            [float(each.suggestion.confidence or 0) for each in calibrated],
            [float(each.labelled.label is each.suggestion.label) for each in calibrated],
        ),
    )


def _items(predicted: Predicted) -> Counter[Pair]:
    """Each difference by its own label; all of a group's by the group's where they have none."""
    group, label = predicted.labelled.group, predicted.suggestion.label
    each_labelled = sum(group.labels.values()) == group.count
    truths = group.labels if each_labelled else Counter({predicted.labelled.label: group.count})
    return Counter({(truth, label): number for truth, number in truths.items()})


def _interval(predicted: Sequence[Predicted]) -> Interval | None:
    """Accuracy over differences, its 95 % interval by drawing groups: one group is right or wrong as a whole."""
    if not predicted:
        return None
    rows = [_items(each) for each in predicted]
    size = np.array([sum(each.values()) for each in rows], dtype=float)
    right = np.array([sum(n for (truth, said), n in each.items() if truth is said) for each in rows], dtype=float)
    drawn = np.random.default_rng(5).integers(0, len(rows), (ROUNDS, len(rows)))
    shares = right[drawn].sum(axis=1) / size[drawn].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return Interval(float(right.sum() / size.sum()), float(low), float(high))


def walked(predicted: Sequence[Predicted]) -> list[Walked]:
    """The same as somebody walks through it, build by build."""
    return [Walked(each.labelled, each.suggestion, each.carried) for each in predicted]
