"""From wall time to the one instant that is meant.

A wall time that the clock skips means the moment of the jump. One that the clock shows twice means its first or its
second occurrence, as the caller says.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

EVER = datetime.min.replace(tzinfo=UTC)  # before every instant we meet
NEVER = datetime.max.replace(tzinfo=UTC)  # after every instant we meet
DAY = 24 * 60  # minutes


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every IANA zone name that is known here."""
    return frozenset(available_timezones())


def instant(wall: datetime, zone: ZoneInfo, *, second: bool = False) -> datetime:
    """The instant (UTC) at which clocks of the zone show the naive `wall`; an aware one is an instant already."""
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    before, after = _offset(early), _offset(late)
    if before < after:
        return _jump(wall - after, wall - before, zone)
    return (wall - (after if second else before)).replace(tzinfo=UTC)


def at_minute(day: date, minute: int) -> datetime:
    """The naive wall time so many minutes of the clock after midnight; 1440 is the next midnight."""
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall time


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _jump(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first second after `low` (naive UTC) at which the zone's offset is no longer that of `low`."""
    first = low.replace(tzinfo=UTC) - timedelta(seconds=1)
    before = first.astimezone(zone).utcoffset()
    reach = int((high - low).total_seconds()) + 1
    bottom, top = 0, reach
    while top - bottom > 1:
        middle = (bottom + top) // 2
        moved = (first + timedelta(seconds=middle)).astimezone(zone).utcoffset() != before
        bottom, top = (bottom, middle) if moved else (middle, top)
    return first + timedelta(seconds=top)
