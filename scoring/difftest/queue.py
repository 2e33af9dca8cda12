"""In which order people are asked: regressions that are suspected, then what the labeller is unsure of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scoring.difftest.answers import OPEN, Answer, Standing, State
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label, NoiseReason
from scoring.difftest.questions import questions
from scoring.difftest.suggestion import Suggestion

ABSTAINED = Suggestion(None, None, "nobody", why_not="nobody suggested a label")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group that a person has to look at, and what is suggested.

    `alike`: other groups that stand and fall with it. One answer is of all of them (`answers`).
    """

    group: Group
    suggestion: Suggestion
    standing: Standing
    alike: tuple[Group, ...] = ()

    @property
    def suspected(self) -> bool:
        """Whether it may be a regression: by a signal, by what is suggested, or because people disagree."""
        disputed = self.standing.state is State.DISPUTED
        signalled = any(each.signals for each in (self.group, *self.alike))
        return signalled or self.suggestion.label is Label.REGRESSION or disputed

    @property
    def count(self) -> int:
        """Differences that one answer labels."""
        return self.group.count + sum(each.count for each in self.alike)

    def answers(
        self, label: Label, by: str, at: datetime, why: str = "", reason: NoiseReason | None = None
    ) -> list[Answer]:
        """What somebody says of it, an answer a group."""
        return [Answer(each.id, label, by, at, why, reason) for each in (self.group, *self.alike)]


def asked(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The queue as questions, in its order: what stands and falls with a group waits with it. Disputes stand alone."""
    of = {each.group.id: each for each in waiting}
    open_ = [each.group for each in waiting if each.standing.state is State.OPEN]
    together = questions(open_, {each.group.id: each.suggestion.label for each in waiting})
    leads = {members[0].id: replace(of[members[0].id], alike=members[1:]) for members in together}
    placed = {min(_place(of[each.id]) for each in members): members[0].id for members in together}
    alone = [each for each in waiting if each.standing.state is not State.OPEN]
    ordered = [*((place, leads[name]) for place, name in placed.items()), *((_place(each), each) for each in alone)]
    return [each for _, each in sorted(ordered, key=lambda pair: pair[0])]


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
