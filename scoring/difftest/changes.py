"""What changed between two values: the highest subtree, its kind, and both sides.

A mask never removes a difference: two values of one type that differ are one of kind `masked`. What a mask could hide
has kinds of its own: `format`, `swapped` (an identifier exchanged for another one that is known), `relation` (a time
that comes before another where it came after, or much nearer to it), `removed`, `type`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoring.difftest.canonical import canonical, claims, type_name
from scoring.difftest.masks import bare, identifiers, masked
from scoring.difftest.relations import broken
from scoring.difftest.substitution import Substitution

WIDE = 12  # fields of one object that change together are one difference
_NAMES = ("id", "uuid", "key", "name", "slug", "href", "path")


@dataclass(frozen=True, slots=True)
class Change:
    """`inside`: the kinds of what a whole subtree stands for."""

    path: str
    kind: str
    left: Any = None
    right: Any = None
    inside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a team says of its fields. A field is named by its path, as differences show it."""

    unordered: frozenset[str] = frozenset()
    numbers: Mapping[str, float] = field(default_factory=dict)  # path -> relative

    def allows(self, path: str, left: float, right: float) -> bool:
        return abs(left - right) <= self.numbers.get(path, 0.0) * max(abs(left), abs(right))


@dataclass(frozen=True, slots=True)
class Context:
    """What one exchange shares. `answered`: when each side answered, where both say so."""

    ids: Substitution = field(default_factory=Substitution)
    tolerance: Tolerance = field(default_factory=Tolerance)
    answered: tuple[str, str] | None = None


def changes(path: str, left: Any, right: Any, within: Context) -> list[Change]:
    """Every change between two values, each place of a list under the same path "[*]"."""
    return list(_value(path, left, right, within))


def _value(path: str, left: Any, right: Any, within: Context) -> Iterator[Change]:
    match left, right:
        case dict(), dict():
            yield from _object(path, left, right, within)
        case list(), list():
            yield from _list(path, left, right, within)
        case str(), str():
            yield from _text(path, left, right, within)
        case _ if type_name(left) != type_name(right):
            numbers = {type_name(left), type_name(right)} == {"integer", "number"}
            yield Change(path, "format" if numbers and left == right else "value" if numbers else "type", left, right)
        case _ if left != right:
            yield from _scalar(path, left, right, within)


def _scalar(path: str, left: Any, right: Any, within: Context) -> Iterator[Change]:
    if isinstance(left, bool) or left is None or not within.tolerance.allows(path, left, right):
        same = isinstance(left, int) and masked(str(left)) == masked(str(right)) != str(left)
        yield Change(path, "masked" if same else "value", left, right)


def _text(path: str, left: str, right: str, within: Context) -> Iterator[Change]:
    if left == right:
        within.ids.same(left)
        return
    inner = claims(left), claims(right)
    if inner[0] is not None and inner[1] is not None:
        yield from _object(f"{path}.claims", inner[0], inner[1], within)
    shapes = masked(left), masked(right)
    if shapes[0] != shapes[1]:
        yield Change(path, "format" if bare(shapes[0]) == bare(shapes[1]) else "value", left, right)
    elif shapes[0] == left:
        yield Change(path, "value", left, right)  # the same mask of different texts holds a type
    elif inner[0] is None and not within.ids.exchange(identifiers(left), identifiers(right)):
        yield Change(path, "swapped", left, right)
    else:
        yield Change(path, "masked", left, right)


def _object(path: str, left: Mapping[str, Any], right: Mapping[str, Any], within: Context) -> Iterator[Change]:
    inner = [
        change
        for name, one, other in _pairs(left, right)
        for change in _member(f"{path}.{name}" if path else name, one, other, within)
    ]
    inner += [Change(f"{path}.{name}", "relation", *sides) for name, sides in broken(left, right, within.answered)]
    names = {change.path for change in inner}
    if len(names) > WIDE and 2 * len(names) > len(left):
        yield Change(path, "subtree", left, right, frozenset(change.kind for change in inner))
    else:
        yield from inner


_ABSENT = object()


def _member(path: str, left: Any, right: Any, within: Context) -> Iterator[Change]:
    if left is _ABSENT:
        yield Change(path, "added", None, right)
    elif right is _ABSENT:
        yield Change(path, "removed", left, None)
    else:
        yield from _value(path, left, right, within)


def _pairs(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Members by name; names that are values themselves by their type and place."""
    spare = [name for name in right if name not in left]
    for name, value in left.items():
        if name in right:
            yield _shown(name), value, right[name]
            continue
        shape = masked(name)
        twin = next((each for each in spare if shape != name and masked(each) == shape), None)
        if twin is not None:
            spare.remove(twin)
        yield _shown(name), value, _ABSENT if twin is None else right[twin]
    yield from ((_shown(name), _ABSENT, right[name]) for name in spare)


def _shown(name: str) -> str:
    shape = masked(name)[:80]
    return "{" + shape + "}" if shape != name[:80] else shape


def _list(path: str, left: list[Any], right: list[Any], within: Context) -> Iterator[Change]:
    ours, theirs = [canonical(each) for each in left], [canonical(each) for each in right]
    more, fewer = Counter(theirs) - Counter(ours), Counter(ours) - Counter(theirs)
    if not more and not fewer:
        if ours != theirs and path not in within.tolerance.unordered:
            yield Change(path, "order", left, right)
        return
    if set(ours) == set(theirs):
        yield Change(path, "repetition", left, right)
        return
    yield from _elements(f"{path}[*]", _rest(left, ours, fewer), _rest(right, theirs, more), within)


def _rest(values: Sequence[Any], texts: Sequence[str], spare: Counter[str]) -> list[Any]:
    """The elements that the other side has not, in order."""
    counts, rest = Counter(spare), []
    for value, text in zip(values, texts, strict=True):
        if counts[text] > 0:
            counts[text] -= 1
            rest.append(value)
    return rest


def _elements(path: str, left: list[Any], right: list[Any], within: Context) -> Iterator[Change]:
    """Pairs by what names them, else by place; each place and kind is told once."""
    seen: dict[tuple[str, str], Change] = {}
    for one, other in _matched(left, right):
        for change in _member(path, one, other, within):
            seen.setdefault((change.path, change.kind), change)
    yield from seen.values()


def _matched(left: list[Any], right: list[Any]) -> Iterator[tuple[Any, Any]]:
    named = _naming(left, right)
    if named is None:
        for place in range(max(len(left), len(right))):
            yield left[place] if place < len(left) else _ABSENT, right[place] if place < len(right) else _ABSENT
        return
    others = {canonical(each[named]): each for each in right}
    for one in left:
        yield one, others.pop(canonical(one[named]), _ABSENT)
    yield from ((_ABSENT, each) for each in others.values())


def _naming(left: list[Any], right: list[Any]) -> str | None:
    """The member that names each element on both sides, where some name is on both."""
    if not left or not right or not all(isinstance(each, dict) for each in (*left, *right)):
        return None
    for name in _NAMES:
        sides = [{canonical(each.get(name)) for each in side if name in each} for side in (left, right)]
        if len(sides[0]) == len(left) and len(sides[1]) == len(right) and sides[0] & sides[1]:
            return name
    return None
