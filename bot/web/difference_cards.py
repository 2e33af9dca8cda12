"""A group of differences as somebody looks at it to answer: what differs, what is suggested, what others said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.web.sides import Side, sides
from scoring.difftest.alike import alike
from scoring.difftest.answers import OPEN, Answer, Standing, State, voices
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.queue import Waiting
from scoring.difftest.record import Difference
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.views import attributes, comments_before

WHOLE = 12  # times as much of the first example, where the usual does not hold it
EARLIER = 5  # releases in which its signature was labelled
LISTED, LONG = 20, 500  # calls, tags, comments and patterns, and characters of each


@dataclass(frozen=True, slots=True)
class Near:
    """A labelled group and how like it is; its address is empty where it is another team's."""

    label: Label
    likeness: float
    group: str = ""
    endpoint: str = ""
    field: str = ""
    kind: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    request: str
    at: datetime | None
    production: Side
    candidate: Side

    @property
    def cut(self) -> bool:
        """Whether anything is left out."""
        return any(side.more or side.more_lines for side in (self.production, self.candidate))


@dataclass(frozen=True, slots=True)
class Card:
    """`label` is what holds now, `other` the likeliest label beside what is suggested, `takes` what one key takes over:
    never what may be a regression. `alike`: groups that wait and that one more answer reaches."""

    id: str
    endpoint: str
    field: str
    kind: str
    category: str
    description: str
    count: int
    snapshots: tuple[str, ...]
    signals: tuple[str, ...]
    suspected: bool
    standing: Standing
    voices: tuple[Answer, ...]
    suggestion: Suggestion
    takes: Label | None
    other: Label
    noisy: int
    asked_twice: int
    examples: tuple[Example, ...]
    whole: Example | None  # the first, where it is cut above
    insight: tuple[str, ...]
    near: tuple[Near, ...]
    earlier: tuple[tuple[Label, tuple[str, ...]], ...]
    patterns: tuple[tuple[str, int], ...]
    calls: tuple[str, ...]
    tags: tuple[str, ...]
    comments: tuple[str, ...]
    missing: tuple[str, ...]
    alike: int

    @property
    def disputed(self) -> bool:
        return self.standing.state is State.DISPUTED


def cards(wanted: Iterable[Waiting], desk: Desk, answers: Sequence[Answer]) -> tuple[Card, ...]:
    """One for each, in their order."""
    known = {each.id: each for each in desk.groups}
    said: dict[str, list[Answer]] = {}
    for each in answers:
        said.setdefault(each.group, []).append(each)
    return tuple(_card(each, desk, known, said.get(each.group.id, [])) for each in wanted)


def _card(one: Waiting, desk: Desk, known: Mapping[str, Group], said: Sequence[Answer]) -> Card:
    group, suggestion = one.group, one.suggestion
    first, signature = group.examples[0], one.group.key.signature
    examples = tuple(_example(each) for each in group.examples)
    open_ = [
        each for each in desk.of_release(group.key.release) if desk.standing.get(each.id, OPEN).state is State.OPEN
    ]
    return Card(
        id=group.id,
        endpoint=signature.endpoint,
        field=signature.field,
        kind=signature.kind,
        category=first.category,
        description=first.description,
        count=group.count,
        snapshots=tuple(sorted(filter(None, group.snapshots))),
        signals=tuple(sorted(group.signals)),
        suspected=one.suspected,
        standing=one.standing,
        voices=tuple(voices(said).values()),
        suggestion=suggestion,
        takes=takes(one),
        other=other(suggestion),
        noisy=group.noisy,
        asked_twice=group.asked_twice,
        examples=examples,
        whole=_example(first, WHOLE) if examples[0].cut else None,
        insight=tuple(attributes(group)["insight"].splitlines()),
        near=tuple(_near(each.group, each.label, each.likeness, known) for each in suggestion.neighbours),
        earlier=_earlier(group, desk),
        patterns=tuple((text[:LONG], count) for text, count in group.patterns.most_common(LISTED)),
        calls=_short(first.calls),
        tags=_short(first.tags),
        comments=_short(each.text for each in comments_before(first.comments, group.labelled_at)),
        missing=first.missing,
        alike=len(alike(group, open_)),
    )


def takes(one: Waiting) -> Label | None:
    """What one key takes over. A regression, or what carries a signal, is a person's own word."""
    return None if one.suspected else one.suggestion.label


def other(suggestion: Suggestion) -> Label:
    """The likeliest label that is not suggested; where nobody counted, what would be worst to miss."""
    left = [each for each in Label if each is not suggestion.label]
    chances = dict(suggestion.probabilities)
    worst = Label.REGRESSION if Label.REGRESSION in left else Label.NOISE
    return max(left, key=lambda each: (chances.get(each, 0.0), each is worst))


def _example(one: Difference, times: int = 1) -> Example:
    production, candidate = sides(one.left, one.right, one.prod_logs, one.test_logs, times=times)
    return Example(one.request[:LONG], one.at, production, candidate)


def _near(name: str, label: Label, likeness: float, known: Mapping[str, Group]) -> Near:
    group = known.get(name)
    if group is None:
        return Near(label, likeness)
    signature = group.key.signature
    return Near(label, likeness, name, signature.endpoint, signature.field, signature.kind, group.key.release)


def _earlier(group: Group, desk: Desk) -> tuple[tuple[Label, tuple[str, ...]], ...]:
    """What its signature was called in the builds before, the newest first."""
    place = desk.releases.index(group.key.release)
    past = [each for each in desk.labelled if each.release < place and each.group.key.signature == group.key.signature]
    names: dict[Label, list[str]] = {}
    for each in sorted(past, key=lambda each: -each.release)[:EARLIER]:
        names.setdefault(each.label, []).append(each.group.key.release)
    return tuple((label, tuple(builds)) for label, builds in names.items())


def _short(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(each[:LONG] for each in texts)[:LISTED]
