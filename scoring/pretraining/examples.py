"""Labelled changes as windows of tokens, and batches of them by their number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.text.reading import Reading
from scoring.text.record import Record
from scoring.text.tokens import Tokens
from scoring.text.windows import windows


@dataclass(frozen=True, slots=True)
class Example:
    """One change: its windows, and whether it was at fault."""

    windows: tuple[tuple[int, ...], ...]
    fault: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Windows that are computed at once, filled up to one length; rows are parallel."""

    ids: Any  # (rows, longest)
    there: Any  # (rows, longest): 1 where a token is
    last: Any  # (rows,): the place of the closing marker
    fault: Any  # (rows,): 0 or 1
    weight: Any  # (rows,): adds up to 1 for each change


def examples(labelled: Iterable[tuple[Record, bool]], reading: Reading, tokens: Tokens) -> list[Example]:
    """Every change as a model reads it."""
    return [Example(tuple(map(tuple, windows(record, reading, tokens))), fault) for record, fault in labelled]


def drawn(known: Sequence[Example], step: int, batch: int, seed: int) -> list[Example]:
    """The changes of a step: all of them once before any comes again, in another order every time through."""
    places = [divmod(step * batch + place, len(known)) for place in range(batch)]
    orders = {
        time: np.random.default_rng((seed, time)).permutation(len(known)) for time in {time for time, _ in places}
    }
    return [known[int(orders[time][place])] for time, place in places]


def parts(chosen: Sequence[Example], pad: int, most: int, where: Any) -> Iterator[Part]:
    """The windows of the changes, those of about one length together, at most `most` tokens at once."""
    rows = [(window, each.fault, 1 / len(each.windows)) for each in chosen for window in each.windows]
    group: list[tuple[tuple[int, ...], bool, float]] = []
    for row in sorted(rows, key=lambda row: len(row[0])):
        if group and len(row[0]) * (len(group) + 1) > most:
            yield _part(group, pad, where)
            group = []
        group.append(row)
    if group:
        yield _part(group, pad, where)


def _part(rows: Sequence[tuple[tuple[int, ...], bool, float]], pad: int, where: Any) -> Part:
    import torch

    longest = max(len(window) for window, _, _ in rows)
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    there = torch.zeros((len(rows), longest), dtype=torch.long)
    for place, (window, _, _) in enumerate(rows):
        ids[place, : len(window)] = torch.tensor(window)
        there[place, : len(window)] = 1
    fault = torch.tensor([int(fault) for _, fault, _ in rows])
    weight = torch.tensor([weight for _, _, weight in rows])
    return Part(ids.to(where), there.to(where), there.sum(1).to(where) - 1, fault.to(where), weight.to(where))
