"""One question for the groups of a build that stand and fall together: what a person is asked, and what it answers.

Groups are alike where the same change shows at several endpoints, where the same requests show them, or where they
show only in requests whose status changed. Only groups that are suggested as the same label are one question.
"""

from collections.abc import Iterable, Mapping, Sequence

from scoring.difftest.groups import FACES, Group
from scoring.difftest.labels import Label
from scoring.difftest.rules import HARMLESS

Suggested = Mapping[str, Label | None]  # group -> what is suggested


def questions(groups: Sequence[Group], suggested: Suggested) -> list[tuple[Group, ...]]:
    """The groups of one build as questions, in their order; the first of each speaks for it: a status, or the most."""
    parts = {each.id: {each.id} for each in groups}
    for label in dict.fromkeys(suggested.get(each.id) for each in groups):
        alike = [each for each in groups if suggested.get(each.id) is label]
        for one, other in (*_of_one_place(alike), *_of_the_same_requests(alike), *_of_a_status(alike)):
            if parts[one.id] is not parts[other.id]:
                joined = parts[one.id] | parts[other.id]
                parts.update(dict.fromkeys(joined, joined))
    by_part: dict[int, list[Group]] = {}
    for each in groups:
        by_part.setdefault(id(parts[each.id]), []).append(each)
    return [tuple(sorted(members, key=_first)) for members in by_part.values()]


def _first(group: Group) -> tuple[bool, bool, int]:
    return not group.key.signature.kind.startswith("status"), not group.signals, -group.count


Pairs = Iterable[tuple[Group, Group]]


def _of_one_place(groups: Sequence[Group]) -> Pairs:
    """The same change at another endpoint: field, kind, patterns, signals, and whether production does it by itself."""
    return _chained((_place(each), each) for each in groups)


def _place(group: Group) -> tuple[object, ...]:
    signature = group.key.signature
    return signature.field, signature.kind, frozenset(group.patterns), frozenset(group.signals), group.measured_noise


def _of_the_same_requests(groups: Sequence[Group]) -> Pairs:
    """But for values that are another each time: those differ wherever anything does."""
    whole = [
        each
        for each in groups
        if 0 < len(each.requests) <= FACES and not set(each.key.signature.kind.split()) <= HARMLESS
    ]
    return _chained(((frozenset(each.requests), bool(each.measured_noise), bool(each.signals)), each) for each in whole)


def _of_a_status(groups: Sequence[Group]) -> Pairs:
    """An answer with another status is another document: what differs in it differs because of that."""
    changed = [each for each in groups if each.key.signature.kind.startswith("status") and len(each.requests) <= FACES]
    for each in groups:
        if not each.measured_noise and 0 < len(each.requests) <= FACES:
            yield from ((one, each) for one in changed if one is not each and each.requests <= one.requests)


def _chained(keyed: Iterable[tuple[object, Group]]) -> Pairs:
    """Each with the one before it of the same key."""
    last: dict[object, Group] = {}
    for key, group in keyed:
        if key in last:
            yield last[key], group
        last[key] = group
