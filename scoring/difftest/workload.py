"""What people would have been asked, build by build, and what their answers would have come to.

Each build is walked through as the desk does it: what an earlier build was answered against the same baseline stands
again, noise of earlier releases is carried, the rest is asked, one question for what stands and falls together. Who is
asked answers rightly of the group that speaks for the question, and the answer is of all its groups, right or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from scoring.difftest.again import answered_before
from scoring.difftest.groups import Group, Signature
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.questions import questions
from scoring.difftest.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Walked:
    """A group of a build with its true label. `carried`: why it is noise without a person."""

    labelled: Labelled
    suggestion: Suggestion
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """What a group was called in the end. `how`: "asked", "alike" (by the answer to another), "again", "carried"."""

    walked: Walked
    label: Label
    how: str

    @property
    def right(self) -> bool:
        return self.label is self.walked.labelled.label

    @property
    def hidden(self) -> bool:
        """A regression that nobody called one."""
        return self.walked.labelled.label is Label.REGRESSION is not self.label


@dataclass(frozen=True, slots=True)
class Work:
    """`items` are differences, `asked` answers, all else groups. `hidden`: regressions that came to another label."""

    items: int
    asked: int
    carried: int
    carried_right: int
    carried_regressions: int
    alike: int = 0
    alike_right: int = 0
    again: int = 0
    again_right: int = 0
    hidden: int = 0

    @property
    def share(self) -> float | None:
        """Answers of differences, 0 to 1."""
        return self.asked / self.items if self.items else None


def walk(groups: Sequence[Walked]) -> Iterator[Called]:
    """Every group as it would have been called, builds in the order in which they came."""
    past: dict[tuple[str, Signature], list[tuple[Group, Label]]] = {}
    for _, of_build in groupby(sorted(groups, key=_when), key=_when):
        for called in _build(list(of_build), past):
            if called.how in ("asked", "alike"):
                group = called.walked.labelled.group
                past.setdefault((group.baseline, group.key.signature), []).append((group, called.label))
            yield called


def work(groups: Sequence[Walked]) -> Work:
    """What `walk` comes to."""
    called = list(walk(groups))
    of = {how: [each for each in called if each.how == how] for how in ("asked", "alike", "again", "carried")}
    right = {how: sum(each.right for each in members) for how, members in of.items()}
    return Work(
        items=sum(each.walked.labelled.group.count for each in called),
        asked=len(of["asked"]),
        carried=len(of["carried"]),
        carried_right=right["carried"],
        carried_regressions=sum(each.hidden for each in of["carried"]),
        alike=len(of["alike"]),
        alike_right=right["alike"],
        again=len(of["again"]),
        again_right=right["again"],
        hidden=sum(each.hidden for each in called),
    )


def _when(walked: Walked) -> tuple[int, str, str]:
    group = walked.labelled.group
    return walked.labelled.release, str(group.first_at or ""), group.key.release


def _build(groups: Sequence[Walked], past: Mapping[tuple[str, Signature], list[tuple[Group, Label]]]) -> list[Called]:
    called, waiting = [], []
    for each in groups:
        group = each.labelled.group
        label = answered_before(group, past.get((group.baseline, group.key.signature), ())) if group.baseline else None
        if label is not None:
            called.append(Called(each, label, "again"))
        elif each.carried:
            called.append(Called(each, Label.NOISE, "carried"))
        else:
            waiting.append(each)
    return called + _answered(waiting)


def _answered(waiting: Sequence[Walked]) -> list[Called]:
    of = {each.labelled.group.id: each for each in waiting}
    together = questions(
        [each.labelled.group for each in waiting], {name: each.suggestion.label for name, each in of.items()}
    )
    return [
        Called(of[each.id], of[members[0].id].labelled.label, "alike" if place else "asked")
        for members in together
        for place, each in enumerate(members)
    ]
