"""What a release comes to: what a check on the pull request says. It fails while a regression is open."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scoring.difftest.answers import OPEN, Standing
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label


class Conclusion(StrEnum):
    FAILURE = "failure"  # a regression that a person confirmed is there
    WAITING = "action_required"  # somebody has to answer
    SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Groups and differences by label; `suspected` of the waiting ones carry a signal or are suggested regressions."""

    conclusion: Conclusion
    groups: dict[Label, int]
    differences: dict[Label, int]
    waiting: int
    suspected: int
    automatic: int


def verdict(
    groups: Sequence[Group], standing: Mapping[str, Standing], automatic: Mapping[str, str], suspected: Sequence[str]
) -> Verdict:
    """`automatic`: group -> why it is noise without a person. `suspected`: those that may be regressions."""
    labels = {each.id: _label(each, standing, automatic) for each in groups}
    per_group = Counter(label for label in labels.values() if label is not None)
    per_difference: Counter[Label] = Counter()
    for each in groups:
        label = labels[each.id]
        if label is not None:
            per_difference[label] += each.count
    waiting = [name for name, label in labels.items() if label is None]
    conclusion = Conclusion.WAITING if waiting else Conclusion.SUCCESS
    if per_group[Label.REGRESSION]:
        conclusion = Conclusion.FAILURE
    alarming = len(set(waiting) & set(suspected))
    return Verdict(conclusion, dict(per_group), dict(per_difference), len(waiting), alarming, len(automatic))


def _label(group: Group, standing: Mapping[str, Standing], automatic: Mapping[str, str]) -> Label | None:
    label = standing.get(group.id, OPEN).label
    return label or (Label.NOISE if group.id in automatic else None)
