"""What a model is shown: every changed stretch with the lines around it, in pieces by file, and nothing cut off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.reviewer.clean import Flagged, visible
from bot.reviewer.redact import masked, masked_line
from scoring.review.lines import Stretch, split, stretches

CONTEXT = 3  # lines on each side
MOST_BYTES = 24_000  # of one piece
MOST_STRETCHES = 40  # in one piece: each needs its own verdict
Sign = Literal[" ", "-", "+"]


class Unsendable(Exception):
    """Something in the change cannot, or may not, be shown; the message is one clause for people."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A file at base and at head; None where it is not there."""

    path: str
    old: bytes | None
    new: bytes | None


@dataclass(frozen=True, slots=True)
class Line:
    number: int  # within its piece, from 1: what evidence names
    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class ShownStretch:
    """`id` is counted over the whole change, from 1."""

    id: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    path: str
    stretches: tuple[ShownStretch, ...]

    @property
    def bytes(self) -> int:
        return sum(len(line.text.encode()) + 8 for each in self.stretches for line in each.lines)


def pieces(files: Sequence[Sides]) -> tuple[Piece, ...]:
    """Raises Unsendable where a stretch would be left out or cut: what is not seen is for a person."""
    made: list[Piece] = []
    first = 1
    for file in files:
        shown = list(_stretches(file))
        made += _packed(visible(file.path).text, shown, first)
        first += len(shown)
    return tuple(made)


def _stretches(file: Sides) -> Iterator[list[tuple[Sign, str]]]:
    lines = split(_text(file.old).encode()), split(_text(file.new).encode())
    changed = stretches(*lines)
    if not changed:
        raise Unsendable("a file changed in a way that its lines do not show")
    for index, each in enumerate(changed):
        before = changed[index - 1] if index else None
        after = changed[index + 1] if index + 1 < len(changed) else None
        yield [(sign, masked_line(file.path, text)) for sign, text in _shown(lines, each, before, after)]


def _text(content: bytes | None) -> str:
    try:
        text = (content or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise Unsendable("a file of it is no text") from None
    if "\0" in text:
        raise Unsendable("a file of it is no text")
    return masked(text)


def _shown(
    lines: tuple[list[bytes], list[bytes]], each: Stretch, before: Stretch | None, after: Stretch | None
) -> Iterator[tuple[Sign, str]]:
    old, new = lines
    start = max(each.old - CONTEXT, before.old + before.old_count if before else 0)
    end = min(each.old + each.old_count + CONTEXT, after.old if after else len(old))
    yield from ((" ", _around(line)) for line in old[start : each.old])
    yield from (("-", _changed(line)) for line in old[each.old : each.old + each.old_count])
    yield from (("+", _changed(line)) for line in new[each.new : each.new + each.new_count])
    yield from ((" ", _around(line)) for line in old[each.old + each.old_count : end])


def _around(line: bytes) -> str:
    return visible(line.decode()).text


def _changed(line: bytes) -> str:
    shown: Flagged = visible(line.decode())
    if shown.hidden:
        raise Unsendable("a changed line holds what people do not see")
    return shown.text


def _packed(path: str, shown: list[list[tuple[Sign, str]]], first: int) -> Iterator[Piece]:
    held: list[ShownStretch] = []
    number = 1
    for at, lines in enumerate(shown):
        piece = Piece(path, (*held, _numbered(first + at, lines, number)))
        if held and (piece.bytes > MOST_BYTES or len(piece.stretches) > MOST_STRETCHES):
            yield Piece(path, tuple(held))
            held, number = [], 1
            piece = Piece(path, (_numbered(first + at, lines, 1),))
        if piece.bytes > MOST_BYTES:
            raise Unsendable("a changed stretch of it is longer than is shown at once")
        held = list(piece.stretches)
        number += len(lines)
    yield Piece(path, tuple(held))


def _numbered(at: int, lines: list[tuple[Sign, str]], first: int) -> ShownStretch:
    return ShownStretch(at, tuple(Line(first + index, sign, text) for index, (sign, text) in enumerate(lines)))
