"""When a window is open: one small value for each way to say it, each able to list its spans.

`spans(first, last, zone)` yields every span that may touch the local days from `first` to `last`, in any order,
with an ambiguous start at its first occurrence and an ambiguous end at its second.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy.calendar.feed import Feed
from bot.policy.calendar.instants import DAY, EVER, NEVER, at_minute, instant
from bot.policy.calendar.recurring import PublicHolidays, Rule
from bot.policy.calendar.spans import Span

WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week: pairs of minutes since Monday 00:00, the start below 10080, the end above it by up to a week."""

    pairs: tuple[tuple[int, int], ...]

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        monday = first - timedelta(days=first.weekday() + 14)
        while monday <= last:
            for start, end in self.pairs:
                yield wall_span(at_minute(monday, start), at_minute(monday, end), zone)
            monday += timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Dated:
    """Once, from one wall time to another; None is since ever, or without end."""

    start: datetime | None
    end: datetime | None

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        yield wall_span(self.start, self.end, zone)


@dataclass(frozen=True, slots=True)
class Carved:
    """A hole in one window. Never longer than the wall clock says: ambiguous ends the other way round."""

    start: datetime | None
    end: datetime | None
    reason: str = ""

    def span(self, zone: ZoneInfo) -> Span:
        return Span(
            EVER if self.start is None else instant(self.start, zone, second=True),
            NEVER if self.end is None else instant(self.end, zone),
        )


Times = Weekly | Dated | Rule | PublicHolidays | Feed


def wall_span(start: datetime | None, end: datetime | None, zone: ZoneInfo) -> Span:
    """A freeze is never shorter than the wall clock says."""
    return Span(
        EVER if start is None else instant(start, zone),
        NEVER if end is None else instant(end, zone, second=True),
    )
