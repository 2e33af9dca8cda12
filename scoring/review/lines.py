"""Which lines of a file changed, counted from its two contents: no text that somebody calls a diff is read.

E. W. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986), the greedy one. Where more
than MAX_EDITS lines came and went the rest counts as one stretch: all of it, so nothing is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_EDITS = 400


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines [old, old + old_count) became [new, new + new_count), counted from 0."""

    old: int
    old_count: int
    new: int
    new_count: int


def split(content: bytes) -> list[bytes]:
    """Lines with their ends, by line feeds only: joined again they are the content."""
    return content.splitlines(keepends=True) if b"\r" not in content else _by_feeds(content)


def _by_feeds(content: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in content.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def stretches(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Stretch, ...]:
    """What changed, in order. Applied to `old` they give `new`."""
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if not before and not after:
        return ()
    stayed = _stayed(before, after) if before and after else []
    return tuple(_between(stayed, start, len(before), len(after)))


def _shared(old: Sequence[bytes], new: Sequence[bytes]) -> int:
    """How many lines both begin with."""
    count = 0
    for left, right in zip(old, new, strict=False):
        if left != right:
            break
        count += 1
    return count


def _between(stayed: list[tuple[int, int]], start: int, old: int, new: int) -> Iterator[Stretch]:
    at = (0, 0)
    for left, right in [*stayed, (old, new)]:
        if (left, right) != at:
            yield Stretch(start + at[0], left - at[0], start + at[1], right - at[1])
        at = (left + 1, right + 1)


def _stayed(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs of lines that stayed, in order; none where there are too many edits."""
    furthest = {1: 0}
    rounds: list[dict[int, int]] = []
    for edits in range(min(MAX_EDITS, len(old) + len(new)) + 1):
        rounds.append(dict(furthest))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and 0 <= y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(old) and y >= len(new):
                return _walked_back(rounds, len(old), len(new))
    return []


def _walked_back(rounds: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for edits in range(len(rounds) - 1, -1, -1):
        furthest, diagonal = rounds[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
        )
        before = diagonal + 1 if down else diagonal - 1
        x_before = furthest.get(before, 0)
        y_before = x_before - before
        while x > x_before and y > y_before and x > 0 and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        if edits:
            x, y = x_before, y_before
    return pairs[::-1]
