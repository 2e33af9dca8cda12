"""What the Calendar page paints is what brute force finds, minute by minute, around the oddest clock changes."""

from collections.abc import Iterable
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.calendar import Calendar, Level, Scope, Window
from bot.policy.calendar.export import Published, to_ics
from bot.policy.calendar.feed import Feed
from bot.policy.calendar.instants import NEVER
from bot.policy.config import Config
from bot.web.difference import MOST, difference
from bot.web.months import Bar, Day, following, paint
from tests.bot.policy.calendar_oracle import (
    DAYS,
    LEVELS,
    MINUTE,
    PLACES,
    Drawn,
    in_sight,
    moment,
    strictest,
    wall_of,
    windows,
)

GREEN = Level("green", 0.0)


def minutes_of(day: Day, zone: str, around: date) -> range:
    """The indexes of the minutes at which a clock on the wall shows that day."""
    shows = wall_of(zone, around).shows
    low, high = in_sight(around)
    some = [index for index in range(low - 1440, high + 1440) if shows[index].date() == day.date]
    return range(some[0], some[-1] + 1) if some else range(0)


def at(bars: Iterable[Bar], minute: int) -> Level:
    return next((Level(bar.level, bar.share) for bar in bars if bar.start <= minute < bar.end), GREEN)


@pytest.mark.parametrize(("zone", "day"), PLACES[::2])
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_what_is_painted_held_is_held_and_nothing_else(zone: str, day: date, data: st.DataObject) -> None:
    calendar, drawn = drawn_calendar(data, zone, day)
    firsts = (day.replace(day=1), following(day.replace(day=1)))
    months = [paint(calendar, first, day, Scope()) for first in firsts]
    for month in months:
        for cell in (cell for week in month.weeks for cell in week if cell is not None):
            if not timedelta() <= cell.date - day < timedelta(days=DAYS):
                continue
            indexes = minutes_of(cell, zone, day)
            assert cell.length == len(indexes)
            held = [strictest(drawn, index) for index in indexes]
            assert [at(cell.force, minute) for minute in range(len(indexes))] == [
                level if level.share > 0 else GREEN for level in held
            ]
            for name, lane in zip(month.windows, cell.lanes, strict=True):
                _, _, open_ = drawn[int(name[1:])][0]
                assert [at(lane, minute) is not GREEN for minute in range(len(indexes))] == [
                    open_.has(index) for index in indexes
                ]


def drawn_calendar(data: st.DataObject, zone: str, day: date) -> tuple[Calendar, Drawn]:
    drawn = data.draw(st.lists(st.tuples(windows(zone, day), st.sampled_from(LEVELS)), min_size=1, max_size=3))
    listed = [Window(f"w{at}", level, times, zone, carved=holes) for at, ((times, holes, _), level) in enumerate(drawn)]
    return Calendar(tuple(listed), zone=zone), drawn


@pytest.mark.parametrize(("zone", "day"), PLACES[::3])
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_what_a_proposal_changes_is_where_brute_force_finds_two_levels(
    zone: str, day: date, data: st.DataObject
) -> None:
    (before, old), (after, new) = (drawn_calendar(data, zone, day) for _ in range(2))
    low, high = in_sight(day)
    configs = [Config(timezone=zone, calendar=each) for each in (before, after)]
    compared = difference("x", configs[0], configs[1], Scope(), (), moment(zone, day, low))
    spans = [(shift.since.astimezone(UTC), (shift.until or NEVER).astimezone(UTC)) for shift in compared.shifts]
    last = high if compared.shifted <= MOST else min(high, low + int((spans[-1][1] - moment(zone, day, low)) / MINUTE))
    for index in range(low, last, 7):
        at_minute = moment(zone, day, index)
        differs = strictest(old, index) != strictest(new, index)
        assert any(since <= at_minute < until for since, until in spans) == differs, at_minute


@pytest.mark.parametrize(("zone", "day"), PLACES[1::3])
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_a_calendar_program_reads_as_held_what_is_held(zone: str, day: date, data: st.DataObject) -> None:
    calendar, drawn = drawn_calendar(data, zone, day)
    low, high = in_sight(day)
    text = to_ics(calendar, moment(zone, day, low), Scope(), published=Published(endless=True))
    read = Feed("", text).read(day, day + timedelta(days=DAYS), "UTC")
    assert (read.wrong, read.left_out) == (None, ())
    for index in range(low, high, 7):
        at_minute = moment(zone, day, index)
        held = strictest(drawn, index).share > 0
        assert any(span.start <= at_minute < span.end for span in read.spans) == held, at_minute
