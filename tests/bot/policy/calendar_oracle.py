"""Brute force for calendars: every minute of two weeks around the oddest clock changes, looked up one by one.

The oracle knows nothing of offsets: it walks through UTC minutes, writes down what a clock on the wall shows, and finds
wall times in that list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from hypothesis import strategies as st

from bot.policy.calendar import Level
from bot.policy.calendar.recurring import PublicHolidays, Rule
from bot.policy.calendar.times import WEEK, Carved, Dated, Times, Weekly

DAYS = 14
MARGIN = 9  # days looked at on both sides, so that what began before or ends later is known
MINUTE = timedelta(minutes=1)
PLACES = [
    ("Australia/Lord_Howe", date(2026, 3, 28)),  # back by 30 minutes on 5 April
    ("Australia/Lord_Howe", date(2026, 9, 27)),  # forward by 30 minutes on 4 October
    ("Pacific/Apia", date(2011, 12, 23)),  # 30 December never was
    ("Pacific/Apia", date(2021, 3, 28)),
    ("Africa/Casablanca", date(2026, 2, 8)),  # an hour back for Ramadan
    ("Africa/Casablanca", date(2026, 3, 15)),  # and forward after it
    ("Europe/Berlin", date(2026, 3, 22)),
    ("Europe/Berlin", date(2026, 10, 18)),
    ("America/New_York", date(2026, 3, 1)),
    ("America/New_York", date(2026, 10, 25)),
    ("America/Sao_Paulo", date(2017, 10, 8)),  # midnight is skipped
    ("America/Havana", date(2026, 10, 25)),  # midnight comes twice
    ("Asia/Kathmandu", date(2028, 2, 23)),  # no change, a leap day
    ("UTC", date(2028, 2, 23)),
]


@dataclass(frozen=True)
class Wall:
    """What the clock on the wall shows at each UTC minute."""

    first: datetime
    shows: list[datetime]
    where: dict[datetime, list[int]]

    def at(self, wall: datetime, *, last: bool) -> int:
        """The index of the minute that is meant; of a skipped wall time, the minute of the jump."""
        indices = self.where.get(wall)
        if indices:
            return indices[-1] if last else indices[0]
        jumps = (index for index in range(1, len(self.shows)) if self.shows[index - 1] < wall < self.shows[index])
        return next(jumps)


@lru_cache(maxsize=32)
def wall_of(zone: str, day: date) -> Wall:
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=MARGIN + 3)
    clock = ZoneInfo(zone)
    minutes = (DAYS + 2 * MARGIN + 6) * 1440
    shows = [(first + MINUTE * at).astimezone(clock).replace(tzinfo=None) for at in range(minutes)]
    where: dict[datetime, list[int]] = {}
    for index, shown in enumerate(shows):
        where.setdefault(shown, []).append(index)
    return Wall(first, shows, where)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def days_around(day: date) -> list[date]:
    return [day + timedelta(days=at) for at in range(-MARGIN, DAYS + MARGIN)]


class Minutes(int):
    """A bit for each UTC minute at which something is open."""

    @staticmethod
    def between(low: int, high: int) -> "Minutes":
        return Minutes(((1 << (high - low)) - 1) << low) if high > low else Minutes()

    def __or__(self, other: int) -> "Minutes":
        return Minutes(int(self) | other)

    def without(self, other: "Minutes") -> "Minutes":
        return Minutes(int(self) & ~int(other))

    def has(self, index: int) -> bool:
        return bool(int(self) >> index & 1)

    def edges(self, low: int, high: int) -> list[int]:
        changed = int(self) ^ int(self) << 1
        return [index for index in range(low, high) if changed >> index & 1]

    def __repr__(self) -> str:
        return f"<{self.bit_count()} minutes>"


def weekly_minutes(pairs: tuple[tuple[int, int], ...], zone: str, day: date) -> Minutes:
    wall, held = wall_of(zone, day), Minutes()
    for today in days_around(day):
        for start, end in pairs:
            if start // 1440 == today.weekday():
                begins = midnight(today) + MINUTE * (start % 1440)
                ends = begins + MINUTE * (end - start)
                if ends < midnight(day + timedelta(days=DAYS + MARGIN)):
                    held |= Minutes.between(wall.at(begins, last=False), wall.at(ends, last=True))
    return held


def dated_minutes(start: datetime | None, end: datetime | None, zone: str, day: date) -> Minutes:
    wall = wall_of(zone, day)
    low = 0 if start is None else wall.at(start, last=False)
    high = len(wall.shows) if end is None else wall.at(end, last=True)
    return Minutes.between(low, high)


def carved_minutes(start: datetime, end: datetime, zone: str, day: date) -> Minutes:
    """The other way round: never longer than the wall clock says."""
    wall = wall_of(zone, day)
    return Minutes.between(wall.at(start, last=True), wall.at(end, last=False))


def rule_minutes(on: Callable[[date], bool], at: int, length: timedelta, zone: str, day: date) -> Minutes:
    wall, held = wall_of(zone, day), Minutes()
    for today in days_around(day):
        if on(today):
            begins = wall.at(midnight(today) + MINUTE * at, last=False)
            held |= Minutes.between(begins, begins + round(length / MINUTE))
    return held


RULES: list[tuple[str, date | None, Callable[[date], bool]]] = [
    ("FREQ=DAILY", None, lambda day: True),
    ("FREQ=WEEKLY;BYDAY=TU,SA", None, lambda day: day.weekday() in (1, 5)),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", None, lambda day: (day + timedelta(days=1)).day == 1),
    ("FREQ=MONTHLY;BYDAY=1SU", None, lambda day: day.weekday() == 6 and day.day <= 7),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", None, lambda day: (day.month, day.day) == (2, 29)),
    ("FREQ=DAILY;INTERVAL=3", date(2011, 1, 1), lambda day: (day - date(2011, 1, 1)).days % 3 == 0),
    ("FREQ=DAILY;UNTIL=20260330", date(2011, 1, 1), lambda day: day <= date(2026, 3, 30)),
]


def feasts_minutes(feasts: frozenset[date], before: int | None, zone: str, day: date) -> Minutes:
    """Whole days on the wall, and the day before from a time on."""
    wall, held = wall_of(zone, day), Minutes()
    for today in days_around(day):
        if today in feasts:
            begins = midnight(today) if before is None else midnight(today - timedelta(days=1)) + MINUTE * before
            ends = midnight(today + timedelta(days=1))
            held |= Minutes.between(wall.at(begins, last=False), wall.at(ends, last=True))
    return held


@lru_cache(maxsize=64)
def feasts(country: str, day: date) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=range(day.year - 1, day.year + 3)))


clock_minutes = st.one_of(st.integers(0, 1439), st.sampled_from([0, 30, 90, 105, 120, 135, 150, 180, 1439]))


@st.composite
def weekly(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    if draw(st.booleans()):
        start, length = draw(st.integers(0, WEEK - 1)), draw(st.integers(1, WEEK))
        return ((start, start + length),)
    at, length = draw(clock_minutes), draw(st.integers(1, 1440))
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return tuple((day * 1440 + at, day * 1440 + at + length) for day in sorted(days))


def walls(day: date) -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda after, minute: midnight(day + timedelta(days=after)) + MINUTE * minute,
        st.one_of(st.integers(0, DAYS - 1), st.just(7)),
        clock_minutes,
    )


@st.composite
def windows(draw: st.DrawFn, zone: str, day: date) -> tuple[Times, tuple[Carved, ...], Minutes]:
    kind = draw(st.sampled_from(["weekly", "dated", "rule", "holidays"]))
    times: Times
    if kind == "weekly":
        pairs = draw(weekly())
        times, held = Weekly(pairs), weekly_minutes(pairs, zone, day)
    elif kind == "dated":
        start, end = sorted([draw(walls(day)), draw(walls(day)) + MINUTE])
        from_, to = (None if draw(st.integers(0, 4)) == 0 else value for value in (start, end))
        times, held = Dated(from_, to), dated_minutes(from_, to, zone, day)
    elif kind == "holidays":
        country, before = draw(st.sampled_from(["WS", "AU", "DE", "US", "BR", "NP"])), draw(st.none() | clock_minutes)
        times = PublicHolidays(country, None, before)
        held = feasts_minutes(feasts(country, day), before, zone, day)
    else:
        rule, first, on = draw(st.sampled_from(RULES))
        at, length = draw(clock_minutes), MINUTE * draw(st.integers(1, 3000))
        times, held = Rule(rule, first, at, length), rule_minutes(on, at, length, zone, day)
    holes = []
    for _ in range(draw(st.integers(0, 2))):
        start, end = sorted([draw(walls(day)), draw(walls(day)) + MINUTE])
        holes.append(Carved(start, end))
        held = held.without(carved_minutes(start, end, zone, day))
    return times, tuple(holes), held


def in_sight(day: date) -> tuple[int, int]:
    """The indexes of the minutes that are compared."""
    return (MARGIN + 3) * 1440, (MARGIN + 3 + DAYS) * 1440


def moment(zone: str, day: date, index: int) -> datetime:
    return wall_of(zone, day).first + MINUTE * index


LEVELS = [Level("weekend", 0.05), Level("yellow", 0.1), Level("launch", 0.1), Level("red", 0.5), Level("green", 0.0)]


Drawn = list[tuple[tuple[Times, tuple[Carved, ...], Minutes], Level]]


def strictest(drawn: Drawn, index: int) -> Level:
    """What is in force at a minute: of equals the one listed first."""
    in_force = Level("green", 0.0)
    for (_, _, minutes), level in reversed(drawn):
        if minutes.has(index) and level.share >= in_force.share:
            in_force = level
    return in_force
