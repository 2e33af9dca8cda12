"""The calendar against brute force: every minute of two weeks around the oddest clock changes, looked up one by one.

The oracle knows nothing of offsets: it walks through UTC minutes, writes down what a clock on the wall shows, and finds
wall times in that list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.calendar import Calendar, Level, Window
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


@pytest.mark.parametrize(("zone", "day"), PLACES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_window_opens_and_closes_at_the_minutes_that_brute_force_finds(zone: str, day: date, data: st.DataObject):
    times, holes, expected = data.draw(windows(zone, day))
    calendar = Calendar((Window("w", Level("red", 0.5), times, zone, carved=holes),))
    low, high = in_sight(day)
    edges = expected.edges(low, high)
    shown = calendar.edges(moment(zone, day, low) - MINUTE, moment(zone, day, high - 1))
    assert shown == tuple(moment(zone, day, index) for index in edges)
    for index in {low, high - 1, *edges}:
        assert bool(calendar.open_at(moment(zone, day, index))) == expected.has(index)
        just_before = moment(zone, day, index) - timedelta(microseconds=1)
        assert bool(calendar.open_at(just_before)) == expected.has(index - 1)


def utc(local: datetime | None) -> datetime:
    """An ambiguous local time equals no time of another zone, says Python; in UTC it does."""
    assert local is not None
    return local.astimezone(UTC)


LEVELS = [Level("weekend", 0.05), Level("yellow", 0.1), Level("launch", 0.1), Level("red", 0.5), Level("green", 0.0)]


@pytest.mark.parametrize(("zone", "day"), PLACES[::3])
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_the_strictest_window_open_is_in_force_and_the_first_listed_of_equals(
    zone: str, day: date, data: st.DataObject
):
    drawn = data.draw(st.lists(st.tuples(windows(zone, day), st.sampled_from(LEVELS)), min_size=1, max_size=4))
    calendar = Calendar(
        tuple(Window(f"w{at}", level, times, zone, carved=holes) for at, ((times, holes, _), level) in enumerate(drawn))
    )

    def expected(index: int) -> Level:
        strictest = Level("green", 0.0)
        for (_, _, minutes), level in reversed(drawn):
            if minutes.has(index) and level.share >= strictest.share:
                strictest = level
        return strictest

    low, high = in_sight(day)
    edges = sorted({edge for (_, _, minutes), _ in drawn for edge in minutes.edges(low + 1, high)})
    changes = [index for index in edges if expected(index) != expected(index - 1)]
    for index in {low, *changes}:
        stretch = calendar.level_at(moment(zone, day, index))
        assert Level(stretch.level, stretch.share) == expected(index)
        later = [change for change in changes if change > index]
        if later:
            assert utc(stretch.until) == moment(zone, day, later[0])
        if index in changes:
            assert utc(stretch.since) == moment(zone, day, index)
            before = calendar.level_at(moment(zone, day, index) - timedelta(microseconds=1))
            assert utc(before.until) == moment(zone, day, index)


@pytest.mark.parametrize(("zone", "day"), PLACES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_windows_that_touch_leave_no_gap_and_one_level_throughout(zone: str, day: date, data: st.DataObject):
    """One window, and the same cut in three, wherever the clock may jump."""
    walls_ = sorted({data.draw(walls(day)) for _ in range(4)} | {midnight(day), midnight(day + timedelta(days=DAYS))})
    red = Level("red", 0.5)
    whole = Calendar((Window("w", red, Dated(walls_[0], walls_[-1]), zone),))
    parts = [Window(f"p{at}", red, Dated(*pair), zone) for at, pair in enumerate(pairwise(walls_))]
    pieces = Calendar(tuple(data.draw(st.permutations(parts))))
    low, high = in_sight(day)
    at = moment(zone, day, data.draw(st.integers(low, high - 1)))
    one, many = whole.level_at(at), pieces.level_at(at)
    shown = [(each.level, each.since and utc(each.since), each.until and utc(each.until)) for each in (one, many)]
    assert shown[0] == shown[1]
