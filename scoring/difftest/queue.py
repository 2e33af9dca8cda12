"""In which order people are asked: regressions that are suspected, then what the labeller is unsure of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.difftest.answers import OPEN, Standing, State
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Suggestion

ABSTAINED = Suggestion(None, None, "nobody", why_not="nobody suggested a label")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group that a person has to look at, and what is suggested."""

    group: Group
    suggestion: Suggestion
    standing: Standing

    @property
    def suspected(self) -> bool:
        """Whether it may be a regression: by a signal, by what is suggested, or because people disagree."""
        disputed = self.standing.state is State.DISPUTED
        return bool(self.group.signals) or self.suggestion.label is Label.REGRESSION or disputed


def queue(
    groups: Sequence[Group], suggestions: Mapping[str, Suggestion], standing: Mapping[str, Standing]
) -> list[Waiting]:
    """What waits, in order; what has a label is left out. Equal ones stand by how many differences they are."""
    waiting = [
        Waiting(each, suggestions.get(each.id, ABSTAINED), standing.get(each.id, OPEN))
        for each in groups
        if standing.get(each.id, OPEN).label is None
    ]
    return sorted(waiting, key=_place)


def _place(waiting: Waiting) -> tuple[int, float, int, str]:
    suggestion = waiting.suggestion
    chances = dict(suggestion.probabilities)
    sure = suggestion.confidence if suggestion.confidence is not None and not suggestion.novel else 0.0
    if waiting.suspected:
        return 0, -chances.get(Label.REGRESSION, 0.0), -waiting.group.count, waiting.group.id
    return 1, sure, -waiting.group.count, waiting.group.id
