"""A change as windows of tokens, by hunk: each begins with what the author says, and none loses its markers."""

from scoring.text.reading import Reading
from scoring.text.record import GAP, Hunk, Record, joined
from scoring.text.tokens import Tokens

HEAD = 4  # what the author says takes at most one part in so many of a window
_CHARACTERS = 6  # of a token at most, about: what is longer for sure is cut before it is read


def windows(record: Record, reading: Reading, tokens: Tokens) -> list[list[int]]:
    """The tokens of each window, between the markers; at least one, also of an empty change.

    Hunks are packed in their order, a hunk that fits into no window loses its middle, and of more windows than are
    read the middle ones go.
    """
    gap = tokens.ids(f"\n{GAP}\n")
    head = _cut(tokens.ids(record.head(reading)[: reading.tokens * _CHARACTERS]), reading.tokens // HEAD, gap)
    room = reading.tokens - len(head) - 3  # the markers, and the token that says how it ended
    packed = _packed(_ends(record.shown(reading), reading, room), room, tokens, gap)
    front, back = (reading.windows + 1) // 2, reading.windows // 2
    chosen = packed if len(packed) <= reading.windows else packed[:front] + packed[len(packed) - back :]
    return [[tokens.open, *head, *body, tokens.close] for body in chosen or [[]]]


def _ends(hunks: tuple[Hunk, ...], reading: Reading, room: int) -> tuple[Hunk, ...]:
    """The hunks that can be in a window at all: however large a change is, so much of it is read."""
    enough = 2 * reading.windows * room * _CHARACTERS
    if sum(len(hunk.file) + len(hunk.text) for hunk in hunks) <= 2 * enough:
        return hunks
    front = _while(hunks, enough)
    back = _while(hunks[: len(front) - 1 : -1], enough)
    return (*front, *back[::-1])


def _while(hunks: tuple[Hunk, ...], characters: int) -> tuple[Hunk, ...]:
    for place, hunk in enumerate(hunks):
        characters -= len(hunk.file) + len(hunk.text)
        if characters < 0:
            return hunks[: place + 1]
    return hunks


def _packed(hunks: tuple[Hunk, ...], room: int, tokens: Tokens, gap: list[int]) -> list[list[int]]:
    """Bodies of windows; a window begins with the name of its file."""
    packed: list[list[int]] = []
    file = None
    for hunk in hunks:
        same = tokens.ids("\n" + joined((Hunk("", hunk.text),)).lstrip("\n")) if hunk.text else []
        named = tokens.ids("\n" + joined((hunk,)))
        if packed and hunk.file == file and len(packed[-1]) + len(same) <= room:
            packed[-1] += same
        elif packed and hunk.file != file and len(packed[-1]) + len(named) <= room:
            packed[-1] += named
        else:
            packed.append(_cut(named, room, gap))
        file = hunk.file
    return packed


def _cut(ids: list[int], most: int, gap: list[int]) -> list[int]:
    """At most so many tokens: the begin and the end, with a gap between."""
    if len(ids) <= most:
        return ids
    kept = max(0, most - len(gap))
    front = (kept + 1) // 2
    return [*ids[:front], *gap, *ids[len(ids) - (kept - front) :]][:most]
