"""Which removed lines of a change came back as added ones: moved code, told as moved and counted once.

Like `git diff --color-moved=blocks`, but each removed line pairs with one added line at most, so that a block pasted
twice is once moved and once new. docs/history.md gives the steps.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

LETTERS = 20  # letters and digits that a block must hold (git's own number)
CANDIDATES = 64  # places of one removed line that are looked at: a bound on time
END = b"\0"  # the line that ends each hunk
Lines = Sequence[bytes]  # of one file, stripped; b"" is no line

_ALNUM = re.compile(rb"[A-Za-z0-9]")
_OTHERS = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))


def moved(removed: Sequence[Lines], added: Sequence[Lines]) -> tuple[list[set[int]], list[set[int]]]:
    """For each file the places of moved lines: among its removed and among its added lines."""
    gone: list[set[int]] = [set() for _ in removed]
    come: list[set[int]] = [set() for _ in added]
    common = set().union(*removed) & set().union(*added) - {b"", END}
    if any(map(_ALNUM.search, common)):
        _pair(_Removed(removed, gone, common), added, come)
    return gone, come


class _Removed:
    """The removed lines that may pair: without blank ones, the ends of hunks between them."""

    def __init__(self, files: Sequence[Lines], taken: list[set[int]], common: set[bytes]) -> None:
        self.lines = [line for lines in files for line in lines if line]
        self.origin = [(file, at) for file, lines in enumerate(files) for at, line in enumerate(lines) if line]
        self.free = [line in common for line in self.lines]
        self.places: dict[bytes, list[int]] = {}
        self.taken = taken
        for place, line in enumerate(self.lines):
            if self.free[place]:
                self.places.setdefault(line, []).append(place)

    def run(self, at: int, lines: Lines, start: int) -> int:
        """How many lines from `start` on equal the free lines from `at` on."""
        length = 0
        most = min(len(lines) - start, len(self.lines) - at)
        while length < most and self.free[at + length] and self.lines[at + length] == lines[start + length]:
            length += 1
        return length

    def candidates(self, line: bytes) -> Sequence[int]:
        """The first free places of a line."""
        places = self.places[line]
        free = list(islice((at for at in places if self.free[at]), CANDIDATES))
        looked = bisect_right(places, free[-1]) if len(free) == CANDIDATES else len(places)
        if looked > 2 * len(free) + CANDIDATES:
            # those taken are passed once, not for each line of the same text: a change may have a hundred thousand
            places[:looked] = free
        return free

    def take(self, at: int, length: int) -> None:
        """Pair these lines: they are free no more."""
        for place in range(at, at + length):
            self.free[place] = False
            file, line = self.origin[place]
            self.taken[file].add(line)


def _pair(removed: _Removed, added: Sequence[Lines], come: list[set[int]]) -> None:
    for file, lines in enumerate(added):
        full = [(place, line) for place, line in enumerate(lines) if line]
        texts = [line for _, line in full]
        start = 0
        while start < len(texts):
            length, at = _longest(removed, texts, start) if texts[start] in removed.places else (0, 0)
            if length:
                removed.take(at, length)
                come[file].update(place for place, _ in full[start : start + length])
            start += length or 1


def _longest(removed: _Removed, texts: Lines, start: int) -> tuple[int, int]:
    """Length and place of the longest block from `start` on, the first of equals; 0 when it is too small."""
    if not _ALNUM.search(texts[start]):
        return 0, 0
    best, place = 0, 0
    for at in removed.candidates(texts[start]):
        length = removed.run(at, texts, start)
        if length > best:
            best, place = length, at
    letters = sum(len(line.translate(None, _OTHERS)) for line in texts[start : start + best])
    return (best, place) if letters >= LETTERS else (0, 0)
