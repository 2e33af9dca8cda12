"""Texts of changes as one long row of tokens on disk, and batches of it by their number."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.text.tokens import Tokens

_AT_ONCE = 256
Ids = NDArray[np.uint32]


def write(texts: Iterable[str], tokens: Tokens, path: Path, report: Callable[[int], None] = lambda done: None) -> int:
    """Write the tokens of all texts, each closed by the end token; returns how many. Replaces the file whole."""
    written = done = 0
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file:
        for block in _batches(texts):
            for ids in tokens.many(block):
                np.array([*ids, tokens.end], dtype=np.uint32).tofile(file)
                written += len(ids) + 1
            done += len(block)
            report(done)
    draft.replace(path)
    return written


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for text in texts:
        group.append(text)
        if len(group) == _AT_ONCE:
            yield group
            group = []
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class Stream:
    """A row of tokens, cut into windows that are drawn in another order every time through."""

    row: Ids
    window: int
    seed: int = 7

    def __len__(self) -> int:
        """How many windows it has."""
        return len(self.row) // self.window

    def windows(self, first: int, count: int) -> NDArray[np.int64]:
        """So many windows, from the place `first` on in the order they are drawn in."""
        places = [divmod(first + place, len(self)) for place in range(count)]
        orders = {time: self._order(time) for time in {time for time, _ in places}}
        starts = [int(orders[time][place]) * self.window for time, place in places]
        return np.stack([self.row[start : start + self.window].astype(np.int64) for start in starts])

    def _order(self, time: int) -> Any:
        return np.random.default_rng((self.seed, time)).permutation(len(self))


def opened(path: Path, window: int, held_out: float = 0.02) -> tuple[Stream, Stream]:
    """What is learned from, and the end that is looked at only."""
    row = np.memmap(path, dtype=np.uint32, mode="r")
    last = max(window, int(len(row) * held_out) // window * window)
    if len(row) < 2 * window:
        return Stream(row, min(window, len(row))), Stream(row, min(window, len(row)))
    return Stream(row[: len(row) - last], window), Stream(row[len(row) - last :], window)
