"""Which freeze windows are open at an instant, which level that puts in force, and when it changes.

State is a function of all windows and one instant; nothing is switched on or off. Every span is half-open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from bot.policy.calendar.feed import AHEAD, BACK
from bot.policy.calendar.instants import EVER, NEVER
from bot.policy.calendar.spans import Span
from bot.policy.calendar.timeline import Timeline, timeline
from bot.policy.calendar.window import Level, Scope, Window

__all__ = ["ANYTHING", "Calendar", "InForce", "Level", "OpenWindow", "Scope", "Window"]

ANYTHING = Scope()


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A window that is open; times in the window's own zone. None: since ever (or beyond sight), without end."""

    name: str
    level: str
    share: float
    since: datetime | None
    until: datetime | None
    zone: str = "UTC"
    file: str = ""
    line: int | None = None
    reason: str = ""
    hand: str = ""
    branches: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """The level in force during one stretch of time, and the strictest window open (None: no window is)."""

    level: str
    share: float
    window: OpenWindow | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """All windows of a repository, in the order they are listed."""

    windows: tuple[Window, ...] = ()
    green: Level = field(default=Level("green", 0.0))
    zone: str = "UTC"

    def open_at(self, now: datetime, scope: Scope = ANYTHING) -> tuple[OpenWindow, ...]:
        """The open windows that apply, strictest first; of equals the one listed first."""
        windows = [
            _shown(window, span)
            for window in _covering(self.windows, scope)
            for span in window.open_spans(now, *_years(now, now))
        ]
        return tuple(sorted(windows, key=lambda window: -window.share))

    def level_at(self, now: datetime, scope: Scope = ANYTHING) -> InForce:
        return next(self.levels(now, scope))

    def next_change(self, now: datetime, scope: Scope = ANYTHING) -> InForce | None:
        """The stretch that follows: its level's name or share differs. None: no change in sight."""
        stretches = self.levels(now, scope)
        next(stretches)
        return next(stretches, None)

    def levels(self, now: datetime, scope: Scope = ANYTHING) -> Iterator[InForce]:
        """The stretch of time that holds `now`, then those that follow, for at least 400 days."""
        line = timeline(_covering(self.windows, scope), self.green, *_years(now, now))
        first = line.at(now)
        yield self._stretch(line, first, now, scope)
        for index in range(first + 1, len(line.starts)):
            yield self._stretch(line, index, line.starts[index], scope)

    def edges(self, after: datetime, until: datetime, scope: Scope = ANYTHING) -> tuple[datetime, ...]:
        """Every instant in (after, until] at which some window that applies opens or closes, in UTC, sorted."""
        windows = _covering(self.windows, scope)
        spans = chain.from_iterable(window.spans(*_years(after, until)) for window in windows)
        return tuple(sorted({edge for span in spans for edge in (span.start, span.end) if after < edge <= until}))

    def _stretch(self, line: Timeline, index: int, at: datetime, scope: Scope) -> InForce:
        window = next(iter(self.open_at(at, scope)), None)
        zone = self.zone if window is None else window.zone
        level = line.levels[index]
        return InForce(
            level.name, level.share, window, _in_zone(line.since(index), zone), _in_zone(line.until(index), zone)
        )


@lru_cache(maxsize=64)
def _covering(windows: tuple[Window, ...], scope: Scope) -> tuple[Window, ...]:
    """One decision asks several times about one pull request, which may have thousands of paths."""
    return tuple(window for window in windows if window.covers(scope))


def _shown(window: Window, span: Span) -> OpenWindow:
    return OpenWindow(
        name=span.name or window.name,
        level=window.level.name,
        share=window.level.share,
        since=_in_zone(None if span.start == EVER else span.start, window.zone),
        until=_in_zone(None if span.end == NEVER else span.end, window.zone),
        zone=window.zone,
        file=window.file,
        line=window.line,
        reason=window.reason,
        hand=window.hand,
        branches=window.branches,
        paths=window.paths,
    )


def _in_zone(moment: datetime | None, zone: str) -> datetime | None:
    return None if moment is None else moment.astimezone(ZoneInfo(zone))


def _years(first: datetime, last: datetime) -> tuple[int, int]:
    return first.astimezone(UTC).year - BACK, last.astimezone(UTC).year + AHEAD
