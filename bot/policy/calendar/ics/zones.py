"""Which clock a time is on: IANA names, what Outlook and others write, and zones that a calendar defines itself."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bot.policy.calendar.ics.lines import Component, Odd, Steps
from bot.policy.calendar.ics.rule import repeat
from bot.policy.calendar.ics.values import moment, moments
from bot.policy.calendar.instants import zones

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})(?::?(\d{2}))?", re.ASCII)
_FIXED = re.compile(r"\(?(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d{2}))?\)?", re.ASCII | re.IGNORECASE)
MOST_ONSETS = 200  # of one zone in the years in sight; a real one has two a year


class Clock(Protocol):
    def utc(self, wall: datetime) -> datetime:
        """The instant at which a clock shows the naive `wall`: of two the first, of a skipped one as before."""
        ...

    def wall(self, instant: datetime) -> datetime:
        """What the clock shows at an instant, naive."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    zone: tzinfo

    def utc(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Defined:
    """A VTIMEZONE: offsets, each from a wall time on. The wall times are those at which the clock has moved already."""

    before: timedelta
    onsets: tuple[datetime, ...]
    offsets: tuple[timedelta, ...]

    def utc(self, wall: datetime) -> datetime:
        at = bisect_right(self.onsets, wall)
        return (wall - (self.offsets[at - 1] if at else self.before)).replace(tzinfo=UTC)

    def wall(self, instant: datetime) -> datetime:
        plain = instant.replace(tzinfo=None)
        shown = (plain + offset for offset in dict.fromkeys(self.offsets))
        return next((wall for wall in shown if self.utc(wall) == instant), plain + self.before)


class Clocks:
    """`own`: the clock of whole days and of times without a zone. Definitions are worked out when a time needs them."""

    def __init__(self, default: Clock, defined: Iterable[Component], years: tuple[int, int], steps: Steps) -> None:
        self.default = default
        self._defined = {zone.text("TZID"): zone for zone in defined}
        self._years, self._steps = years, steps
        self._known: dict[str, Clock | None] = {}

    def named(self, name: str) -> Clock | None:
        """None: nobody knows this zone."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> Clock | None:
        zone = known(name)
        if zone is not None:
            return Named(zone)
        definition = self._defined.get(name)
        if definition is None:
            return None
        place = known(definition.text("X-LIC-LOCATION"))
        return Named(place) if place else _defined(definition, self._years, self._steps)


@lru_cache(maxsize=256)
def known(name: str) -> tzinfo | None:
    """By its IANA name (any case, also behind a prefix as Mozilla and Evolution write), Windows' name or an offset."""
    if len(name) > 100:
        return None
    names = _by_lower_case()
    parts = name.strip().strip("/").split("/")
    for size in range(min(3, len(parts)), 0, -1):
        canonical = names.get("/".join(parts[-size:]).lower()) if name.startswith("/") or size == len(parts) else None
        if canonical:
            return ZoneInfo(canonical)
    windows = WINDOWS_TO_OLSON.get(name.strip())
    if windows in zones():
        return ZoneInfo(windows)
    fixed = _FIXED.fullmatch(name.strip())
    if fixed is None:
        return None
    minutes = int(fixed[2]) * 60 + int(fixed[3] or 0)
    return timezone(timedelta(minutes=minutes if fixed[1] == "+" else -minutes)) if minutes < 24 * 60 else None


@lru_cache(maxsize=1)
def _by_lower_case() -> Mapping[str, str]:
    return {name.lower(): name for name in zones()} | {"z": "UTC"}


def _defined(zone: Component, years: tuple[int, int], steps: Steps) -> Clock | None:
    """None: its definition cannot be used either."""
    try:
        onsets = [onset for part in zone.inside for onset in _onsets(part, years, steps)]
    except (Odd, OverflowError):
        return None
    if not onsets:
        return None
    onsets.sort()
    moved = tuple(wall + max(timedelta(), after - before) for wall, before, after in onsets)
    return Defined(onsets[0][1], moved, tuple(after for _, _, after in onsets))


def _onsets(part: Component, years: tuple[int, int], steps: Steps) -> list[tuple[datetime, timedelta, timedelta]]:
    """Wall times, on the clock until then, at which the offset before becomes the one after. Raises Odd."""
    start, rule = part.first("DTSTART"), part.first("RRULE")
    if start is None:
        raise Odd("has a zone without a beginning")
    first = moment(start).wall
    before, after = _offset(part.text("TZOFFSETFROM")), _offset(part.text("TZOFFSETTO"))
    walls = {first, *(one.wall for line in part.lines.get("RDATE", ()) for one in moments(line))}
    if rule is not None:
        repeats = repeat(rule)
        last = datetime(years[1] + 1, 12, 31)  # noqa: DTZ001 - a wall time
        if repeats.until is not None:
            last = min(last, repeats.until.wall + timedelta(days=1))
        low = min(datetime(years[0] - 1, 1, 1), last - timedelta(days=800))  # noqa: DTZ001
        walls |= {wall for wall in repeats.walls(first, max(first, low), last, steps) if wall >= low}
    if len(walls) > MOST_ONSETS:
        raise Odd("has a zone that changes all the time")
    return [(wall, before, after) for wall in walls]


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > 23:
        raise Odd("has a zone without an offset")
    sign, hours, minutes, seconds = match[1], int(match[2]), int(match[3]), int(match[4] or 0)
    lasts = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return lasts if sign == "+" else -lasts
