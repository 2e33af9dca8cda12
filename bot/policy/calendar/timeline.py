"""The level in force over the years around an instant, as one list of stretches, worked out once and kept."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.policy.calendar.instants import EVER, NEVER
from bot.policy.calendar.window import Level, Window


@dataclass(frozen=True, slots=True)
class Timeline:
    """`levels[i]` is in force from `starts[i]` until the next start; neighbours differ in name or share."""

    starts: tuple[datetime, ...]
    levels: tuple[Level, ...]

    def at(self, moment: datetime) -> int:
        return bisect_right(self.starts, moment) - 1

    def since(self, index: int) -> datetime | None:
        return None if self.starts[index] == EVER else self.starts[index]

    def until(self, index: int) -> datetime | None:
        return self.starts[index + 1] if index + 1 < len(self.starts) else None


@lru_cache(maxsize=256)
def timeline(windows: tuple[Window, ...], green: Level, first_year: int, last_year: int) -> Timeline:
    """Complete between the two years; of equal shares the window listed first names the level."""
    stretches = list(_changes(windows, green, first_year, last_year))
    return Timeline(tuple(start for start, _ in stretches), tuple(level for _, level in stretches))


def _changes(
    windows: Sequence[Window], green: Level, first_year: int, last_year: int
) -> Iterator[tuple[datetime, Level]]:
    edges: dict[datetime, list[tuple[int, int]]] = {EVER: []}
    for index, window in enumerate(windows):
        for span in window.spans(first_year, last_year):
            edges.setdefault(span.start, []).append((index, 1))
            edges.setdefault(span.end, []).append((index, -1))
    edges.pop(NEVER, None)
    active: Counter[int] = Counter()
    last: Level | None = None
    for edge in sorted(edges):
        for index, step in edges[edge]:
            active[index] += step
        level = _strictest(windows, sorted(index for index, count in active.items() if count), green)
        if level != last:
            yield edge, level
        last = level


def _strictest(windows: Sequence[Window], active: Sequence[int], green: Level) -> Level:
    return max((windows[index].level for index in active), key=lambda level: level.share, default=green)
