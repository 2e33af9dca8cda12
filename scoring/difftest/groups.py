"""One answer for all that is the same: groups by release, endpoint template, field and kind."""

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from scoring.difftest.endpoints import template
from scoring.difftest.labels import Label
from scoring.difftest.noise import Measured
from scoring.difftest.record import DECLARED, Difference
from scoring.difftest.signals import Signal, signals

EXAMPLES = 3
PATTERNS = 50
FACES = 200  # of one group, beyond which nobody can say that it is the same again
WHOLE_TEXT, WHOLE_LIST = 3_500, 20  # characters and members that a record surely holds all of
_SIZE = re.compile(r"\b(?:list|dict) of (\d{1,9})\b")
Seen = tuple[str, str, Measured]  # of a team and a release


class Signature(NamedTuple):
    """What a group has in common with one of another release."""

    team: str
    endpoint: str
    field: str
    kind: str


class Key(NamedTuple):
    release: str
    signature: Signature

    @property
    def id(self) -> str:
        """A short name of the group, the same at each reading."""
        return hashlib.sha256("\x1f".join((self.release, *self.signature)).encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(slots=True)
class Group:
    """`count` differences of `key`, of which the first few are `examples`; `labels` are what was imported with them.

    `asked_twice` is of how many production answered twice, `noisy` of how many it differed there itself, `declared`
    how many were called noise when they were recorded. `faces` are what its differences look like (`face_of`),
    `requests` those that show it, as numbers, FACES + 1 of each at most.
    """

    key: Key
    count: int = 0
    asked_twice: int = 0
    noisy: int = 0
    signals: set[Signal] = field(default_factory=set)
    patterns: Counter[str] = field(default_factory=Counter)
    labels: Counter[Label] = field(default_factory=Counter)
    snapshots: set[str] = field(default_factory=set)
    declared: int = 0
    examples: list[Difference] = field(default_factory=list)
    faces: set[int] = field(default_factory=set)
    requests: set[int] = field(default_factory=set)
    first_at: datetime | None = None
    labelled_at: datetime | None = None
    measured: Measured | None = None
    denied: bool = False  # one upload of several says that production does not differ there by itself

    @property
    def id(self) -> str:
        return self.key.id

    @property
    def label(self) -> Label | None:
        """What most of its differences were called where they came from; one regression among them makes it one."""
        if self.labels[Label.REGRESSION]:
            return Label.REGRESSION
        return max(self.labels, key=lambda each: (self.labels[each], each)) if self.labels else None

    @property
    def baseline(self) -> str:
        """The build in production that it was compared with, "" where nobody said, or not always the same."""
        said = {each.origin.baseline for each in self.examples}
        return said.pop() if len(said) == 1 else ""

    def beyond(self, known: Iterable[str]) -> bool:
        """Whether it shows patterns that are not known; past PATTERNS nobody counts which."""
        return not set(self.patterns) <= set(known) or sum(self.patterns.values()) < self.count

    @property
    def measured_noise(self) -> bool | None:
        """Whether production differs there by itself as often; None where it was never asked twice."""
        if self.denied:
            return False
        if self.measured is not None:
            return self.measured.is_noise
        return 2 * self.noisy >= self.asked_twice > 0 if self.asked_twice else None

    def add(self, difference: Difference) -> None:
        self.count += 1
        self.signals |= (seen := signals(difference))
        if len(self.faces) <= FACES:
            self.faces.add(face_of(difference, strict=bool(seen)))
        if len(self.requests) <= FACES:
            self.requests.add(zlib.crc32(_bytes(difference.request)))
        self.snapshots.add(difference.origin.snapshot)
        self.declared += DECLARED in difference.tags
        if difference.noisy is not None:
            self.asked_twice, self.noisy = self.asked_twice + 1, self.noisy + difference.noisy
        if difference.pattern in self.patterns or len(self.patterns) < PATTERNS:
            self.patterns[difference.pattern] += 1
        if difference.label is not None:
            self.labels[difference.label] += 1
            self.labelled_at = earlier(self.labelled_at, difference.labelled_at)
        self.first_at = earlier(self.first_at, difference.at)
        if len(self.examples) < EXAMPLES:
            self.examples.append(difference)


class Groups:
    """Grows with each difference; keeps a few of each group, so that any number goes in."""

    def __init__(self) -> None:
        self._groups: dict[Key, Group] = {}
        self._measured: list[Seen] = []

    @classmethod
    def of(cls, groups: Iterable[Group]) -> "Groups":
        """Groups that are there already, to grow further."""
        made = cls()
        made._groups = {each.key: each for each in groups}
        return made

    def add(self, difference: Difference) -> Group:
        key = key_of(difference)
        group = self._groups.setdefault(key, Group(key))
        group.add(difference)
        return group

    def measure(self, team: str, release: str, measured: Measured) -> None:
        self._measured.append((team, release, measured))

    def all(self) -> list[Group]:
        """In the order in which they were first seen."""
        return measured(self._groups.values(), self._measured)


def measured(groups: Iterable[Group], seen: Iterable[Seen]) -> list[Group]:
    """The groups with what was measured of their endpoint and field: what was measured last, but that it is no noise
    holds whatever else was handed in."""
    places: dict[tuple[str, str, str, str], Measured] = {}
    for team, release, each in seen:
        place = (team, release, each.endpoint, each.field)
        if place not in places or places[place].is_noise or not each.is_noise:
            places[place] = each
    listed = list(groups)
    for group in listed:
        signature = group.key.signature
        group.measured = places.get((signature.team, group.key.release, signature.endpoint, signature.field))
    return listed


def grouped(differences: Iterable[Difference]) -> list[Group]:
    groups = Groups()
    for each in differences:
        groups.add(each)
    return groups.all()


def key_of(difference: Difference) -> Key:
    """The group that a difference is in."""
    home = difference.origin
    signature = Signature(home.team, template(difference.endpoint), difference.field, difference.kind)
    return Key(home.build or home.snapshot, signature)


def face_of(difference: Difference, *, strict: bool) -> int:
    """A number of what a difference looks like: both sides, or their types where production differs there by itself.

    A mask alone does not say that a value is another each time: a checksum is the same as long as its answer is.
    `strict`: and what was asked. What was cut short looks like nothing else: nobody knows what is behind the cut.
    """
    sides = (difference.left or "", difference.right or "")
    many = any(int(each) > WHOLE_LIST for each in _SIZE.findall(difference.pattern))
    cut = "subtree" in difference.kind or many or max(map(len, sides)) >= WHOLE_TEXT
    volatile = "masked" in difference.kind.split() and difference.noisy
    parts = (
        difference.pattern, *(() if volatile else sides), *(difference.calls if strict else ()),
        *((difference.id,) if cut else ()),
    )  # fmt: skip
    return int.from_bytes(hashlib.blake2b(_bytes("\x1f".join(parts)), digest_size=8).digest())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def earlier(first: datetime | None, second: datetime | None) -> datetime | None:
    return min(first, second) if first and second else first or second
