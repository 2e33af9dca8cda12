"""Wall times on the days on which clocks are changed, one by one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.policy.calendar.instants import instant
from bot.policy.calendar.spans import Span, cut, join
from bot.policy.calendar.times import Carved, wall_span


@pytest.mark.parametrize(
    ("zone", "wall", "first", "second"),
    [
        ("Europe/Berlin", "2026-11-21 12:00", "2026-11-21 11:00", "2026-11-21 11:00"),
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00", "2026-03-29 01:00"),  # skipped: the jump
        ("Europe/Berlin", "2026-03-29 02:59", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),  # twice
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30", "2026-10-03 15:30"),  # half an hour
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
        ("Pacific/Apia", "2011-12-30 00:00", "2011-12-30 10:00", "2011-12-30 10:00"),  # the day that never was
        ("Pacific/Apia", "2011-12-30 23:59", "2011-12-30 10:00", "2011-12-30 10:00"),
        ("Pacific/Apia", "2011-12-31 00:00", "2011-12-30 10:00", "2011-12-30 10:00"),
        ("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 01:30", "2026-02-15 02:30"),  # back for Ramadan
        ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22 02:00", "2026-03-22 02:00"),
        ("America/Sao_Paulo", "2017-10-15 00:30", "2017-10-15 03:00", "2017-10-15 03:00"),  # midnight is skipped
        ("America/New_York", "2026-11-01 01:00", "2026-11-01 05:00", "2026-11-01 06:00"),
        ("UTC", "2028-02-29 00:00", "2028-02-29 00:00", "2028-02-29 00:00"),
    ],
)
def test_a_wall_time_means_one_instant(zone: str, wall: str, first: str, second: str):
    moment, clock = datetime.fromisoformat(wall), ZoneInfo(zone)
    assert f"{instant(moment, clock):%Y-%m-%d %H:%M}" == first
    assert f"{instant(moment, clock, second=True):%Y-%m-%d %H:%M}" == second


def test_a_time_with_an_offset_is_an_instant_already():
    assert instant(datetime.fromisoformat("2026-11-21T12:00+05:45"), ZoneInfo("UTC")).hour == 6


def span(start: int, end: int, name: str = "") -> Span:
    return Span(datetime(2026, 1, start, tzinfo=UTC), datetime(2026, 1, end, tzinfo=UTC), name)


def test_spans_that_touch_become_one_and_empty_ones_vanish():
    assert join([span(3, 4), span(1, 2), span(2, 3), span(6, 6), span(8, 9)]) == (span(1, 4), span(8, 9))
    assert join([span(1, 9), span(2, 3)]) == (span(1, 9),)
    assert join([span(1, 5, "a"), span(2, 6, "b"), span(5, 7, "a")]) == (span(1, 7, "a"), span(2, 6, "b"))


def test_an_exception_is_cut_out_wherever_it_stands():
    assert cut([span(1, 9)], [span(3, 4), span(6, 6)]) == (span(1, 3), span(4, 9))
    assert cut([span(1, 9)], [span(1, 4)]) == (span(4, 9),)
    assert cut([span(1, 9)], [span(5, 9)]) == (span(1, 5),)
    assert cut([span(3, 5)], [span(1, 9)]) == ()
    assert cut([span(3, 5)], [span(5, 9), span(1, 3)]) == (span(3, 5),)


def test_an_exception_is_never_longer_than_the_clock_says_and_a_window_never_shorter():
    twice, berlin = datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin")
    noon = datetime(2026, 10, 25, 12)

    def hours(start: datetime, end: datetime) -> tuple[float, float]:
        spans = (Carved(start, end).span(berlin), wall_span(start, end, berlin))
        hole, window = ((span.end - span.start).total_seconds() / 3600 for span in spans)
        return hole, window

    assert hours(twice, noon) == (9.5, 10.5)
    assert hours(datetime(2026, 10, 25), twice) == (2.5, 3.5)
    assert Carved(None, None).span(berlin) == wall_span(None, None, berlin)
