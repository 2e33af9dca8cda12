"""What people said of groups, and what holds: one answer labels, two may disagree, a third settles, each takes back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scoring.difftest.labels import Label, NoiseReason

PAUSE = timedelta(minutes=5)  # a longer gap between two answers is no work on them


@dataclass(frozen=True, slots=True)
class Answer:
    """`label` is None where somebody takes back what they said of the group."""

    group: str
    label: Label | None
    by: str
    at: datetime
    why: str = ""
    noise_reason: NoiseReason | None = None


class State(StrEnum):
    OPEN = "open"
    LABELLED = "labelled"
    DISPUTED = "disputed"
    SETTLED = "settled"
    AGAIN = "again"  # labelled on an earlier build that shows the same


@dataclass(frozen=True, slots=True)
class Standing:
    """`label` is None while it is open or disputed. `at`: since when it holds."""

    state: State = State.OPEN
    label: Label | None = None
    by: tuple[str, ...] = ()
    at: datetime | None = None


OPEN = Standing()


def standings(answers: Iterable[Answer]) -> dict[str, Standing]:
    """group -> what holds after all answers, which are in the order in which they were given."""
    spoken: dict[str, list[Answer]] = {}
    for each in answers:
        spoken.setdefault(each.group, []).append(each)
    return {group: _standing(each) for group, each in spoken.items()}


def _standing(answers: Sequence[Answer]) -> Standing:
    """Each person's last word counts. Of two who disagree neither is right; then most voices are."""
    spoken = voices(answers)
    counts = Counter(each.label for each in spoken.values())
    if not counts:
        return OPEN
    by, at = tuple(sorted(spoken)), max(each.at for each in spoken.values())
    (label, most), *others = counts.most_common()
    if not others:
        return Standing(State.LABELLED, label, by, at)
    if most == others[0][1]:
        return Standing(State.DISPUTED, None, by, at)
    return Standing(State.SETTLED, label, by, at)


def voices(answers: Iterable[Answer]) -> dict[str, Answer]:
    """person -> their last word on one group that they did not take back."""
    return {by: said[-1] for by, said in _said(answers).items() if said}


def alarms_alone(answers: Sequence[Answer], by: str) -> list[Answer]:
    """What was said, and of what one person said only what they call a regression now."""
    mine: dict[str, list[Answer]] = {}
    for each in answers:
        if each.by == by:
            mine.setdefault(each.group, []).append(each)
    alarms = [said for each in mine.values() for said in voices(each).values() if said.label is Label.REGRESSION]
    return [*(each for each in answers if each.by != by), *alarms]


def last_of(answers: Iterable[Answer], by: str, group: str | None = None) -> Answer | None:
    """What somebody said last and has not taken back, of `group` or at all."""
    spoken: dict[str, list[Answer]] = {}
    for each in answers:
        if each.by == by and group in (None, each.group):
            spoken.setdefault(each.group, []).append(each)
    standing = [said[-1] for each in spoken.values() for said in _said(each).values() if said]
    return max(standing, key=lambda each: each.at, default=None)


def taken_back(answers: Sequence[Answer], last: Answer, at: datetime) -> list[Answer]:
    """What takes `last` back, and what the same person said in the same moment: one answer may be of many groups."""
    same = [each for each in answers if (each.by, each.at) == (last.by, last.at) and each.label is not None]
    return [Answer(each.group, None, last.by, at) for each in same if last_of(answers, last.by, each.group) == each]


def _said(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """person -> what they said of one group and did not take back; taking back uncovers what was said before."""
    said: dict[str, list[Answer]] = {}
    for each in answers:
        mine = said.setdefault(each.by, [])
        if each.label is not None:
            mine.append(each)
        elif mine:
            mine.pop()
    return said


@dataclass(frozen=True, slots=True)
class Pace:
    """How much was answered and how long it took; pauses are left out, and the first answer took what others did."""

    answers: int
    minutes: float

    @property
    def an_hour(self) -> float | None:
        return 60 * self.answers / self.minutes if self.minutes else None


def pace(answers: Iterable[Answer]) -> Pace:
    """Over everybody who answered, each by their own clock. The time of a person's single answer is unknown."""
    people: dict[str, list[datetime]] = {}
    for each in answers:
        people.setdefault(each.by, []).append(each.at)
    gaps = [
        later - earlier
        for moments in people.values()
        for earlier, later in zip(sorted(moments), sorted(moments)[1:], strict=False)
        if later - earlier <= PAUSE
    ]
    spent = sum(gaps, timedelta()).total_seconds() / 60
    count = sum(len(each) for each in people.values())
    return Pace(count, spent * count / len(gaps) if gaps else 0.0)
