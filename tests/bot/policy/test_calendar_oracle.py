"""The calendar against brute force: every minute of two weeks around the oddest clock changes, looked up one by one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from calendar_oracle import (
    DAYS,
    LEVELS,
    MINUTE,
    PLACES,
    in_sight,
    midnight,
    moment,
    strictest,
    walls,
    windows,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.calendar import Calendar, Level, Window
from bot.policy.calendar.times import Dated


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
        return strictest(drawn, index)

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
