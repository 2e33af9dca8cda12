"""What people will do, by when; in the order in which it was planned where the times are equal."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime


class Plan:
    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = itertools.count()

    def at(self, moment: datetime, step: Callable[[], object]) -> None:
        heapq.heappush(self._steps, (moment, next(self._count), step))

    def next(self) -> datetime | None:
        return self._steps[0][0] if self._steps else None

    def take(self) -> Callable[[], object]:
        return heapq.heappop(self._steps)[2]

    def __len__(self) -> int:
        return len(self._steps)
