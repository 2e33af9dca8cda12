"""What the Calendar page paints is what brute force finds, minute by minute, around the oddest clock changes."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.calendar import Calendar, Level, Scope, Window
from bot.web.months import Bar, Day, following, paint
from tests.bot.policy.calendar_oracle import DAYS, LEVELS, PLACES, in_sight, moment, strictest, wall_of, windows

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
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_is_painted_held_is_held_and_nothing_else(zone: str, day: date, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.tuples(windows(zone, day), st.sampled_from(LEVELS)), min_size=1, max_size=3))
    listed = [Window(f"w{at}", level, times, zone, carved=holes) for at, ((times, holes, _), level) in enumerate(drawn)]
    calendar = Calendar(tuple(listed), zone=zone)
    firsts = (day.replace(day=1), following(day.replace(day=1)))
    months = [paint(calendar, first, moment(zone, day, 0), Scope()) for first in firsts]
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
