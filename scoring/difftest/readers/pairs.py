"""What was recorded apart and belongs together, paired while it is read."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar

T = TypeVar("T")
WAITING = 20_000  # of one side at most, until the oldest is given up


def paired(streams: list[Iterable[tuple[str, T]]]) -> Iterator[tuple[T, ...] | int]:
    """One item of each stream by key, the first with the first; at the end how many stayed alone.

    Streams are read in step, so what was replayed in order needs no memory.
    """
    waiting: list[OrderedDict[str, deque[T]]] = [OrderedDict() for _ in streams]
    alone = 0
    for row in zip_longest(*streams):
        for side, item in enumerate(row):
            if item is not None:
                waiting[side].setdefault(item[0], deque()).append(item[1])
        for key in {item[0] for item in row if item is not None}:
            while all(key in each for each in waiting):
                yield tuple(_next(each, key) for each in waiting)
        for each in waiting:
            while len(each) > WAITING:
                alone += len(each.popitem(last=False)[1])
    yield alone + sum(len(queue) for each in waiting for queue in each.values())


def _next(waiting: OrderedDict[str, deque[T]], key: str) -> T:
    queue = waiting[key]
    item = queue.popleft()
    if not queue:
        del waiting[key]
    return item
