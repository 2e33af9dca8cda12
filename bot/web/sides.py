"""What two builds answered, side by side: which words of a text and which lines of a log are of one side only."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from scoring.difftest.logs import only

LONGEST, LINES = 1_200, 16  # characters of a value, lines of a log; how much is left out is said
CLOSE = 150  # words between the first and the last change, above which all of them count as changed
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One of a log; `alone`: the other side has none of its template."""

    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Side:
    """`value` is None where this side has nothing there; `more`, `more_lines`: what is left out."""

    value: tuple[Span, ...] | None = None
    more: int = 0
    logs: tuple[Line, ...] = ()
    more_lines: int = 0


def sides(
    left: str | None, right: str | None, prod: Sequence[str] = (), test: Sequence[str] = (), *, times: int = 1
) -> tuple[Side, Side]:
    """Of production and of the candidate, `times` as much as usual. Takes time in proportion to what is shown."""
    first, second = _compared((left or "")[: times * LONGEST], (right or "")[: times * LONGEST])
    if left is None or right is None:  # where one side has nothing, no word of the other stands out
        first, second = (tuple(Span(each.text) for each in one) for one in (first, second))
    return _side(left, first, prod, test, times), _side(right, second, test, prod, times)


def _side(text: str | None, spans: tuple[Span, ...], logs: Sequence[str], others: Sequence[str], times: int) -> Side:
    alone = Counter(only(logs, others))
    lines = [Line(each[:LONGEST], each in alone) for each in logs]
    # what is of one side only is never what is left out first
    kept = lines if len(lines) <= times * LINES else [*_some(lines, True), *_some(lines, False)][: times * LINES]
    more = max(0, len(text or "") - times * LONGEST)
    return Side(None if text is None else spans, more, tuple(kept), len(lines) - len(kept))


def _some(lines: Iterable[Line], alone: bool) -> list[Line]:
    return [each for each in lines if each.alone is alone]


def _compared(left: str, right: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Words that both begin and end with are the same; between them the longest common runs, where that is short."""
    one, other = _WORD.findall(left), _WORD.findall(right)
    begin = _common(one, other)
    end = _common(one[begin:][::-1], other[begin:][::-1])
    middle, its = one[begin : len(one) - end], other[begin : len(other) - end]
    short = max(len(middle), len(its)) <= CLOSE
    matched = SequenceMatcher(None, middle, its, autojunk=False).get_matching_blocks() if short else []
    return (
        _spans(one[:begin], middle, [(each.a, each.size) for each in matched], one[len(one) - end :]),
        _spans(other[:begin], its, [(each.b, each.size) for each in matched], other[len(other) - end :]),
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _spans(
    head: Sequence[str], middle: Sequence[str], same: Sequence[tuple[int, int]], tail: Sequence[str]
) -> tuple[Span, ...]:
    parts, place = [Span("".join(head))], 0
    for start, size in [*same, (len(middle), 0)]:
        parts += [Span("".join(middle[place:start]), True), Span("".join(middle[start : start + size]))]
        place = start + size
    return tuple(each for each in (*parts, Span("".join(tail))) if each.text)
