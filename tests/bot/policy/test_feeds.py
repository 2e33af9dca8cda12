"""Windows from iCalendar feeds and public holidays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from policy_world import SATURDAY, TUESDAY, state

from bot.policy.actions import SetCheck
from bot.policy.calendar.feed import MAX_CHARS, Copy, check_feed
from bot.policy.config import Config, parse
from bot.policy.decide import decide
from bot.policy.events import Tick
from bot.policy.opinion import Verdict

CONFIG = """\
version: 1
timezone: Europe/Berlin
windows:
  - {name: On-call, level: yellow, ics: .github/on-call.ics}
"""
BERLIN = ZoneInfo("Europe/Berlin")


def feed(*events: str, head: str = "") -> str:
    inner = "\r\n".join(
        f"BEGIN:VEVENT\r\nUID:{at}@x\r\nDTSTAMP:20260101T000000Z\r\n{event}\r\nEND:VEVENT"
        for at, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{head}{inner}\r\nEND:VCALENDAR\r\n"


def with_feed(text: str | None) -> Config:
    return parse(CONFIG).with_feeds({".github/on-call.ics": Copy(text)}, TUESDAY)


def opened(text: str, at: datetime) -> list[tuple[str, str, str]]:
    return [
        (window.name, f"{window.since:%d %H:%M}", f"{window.until:%d %H:%M}")
        for window in with_feed(text).calendar.open_at(at.astimezone(UTC))
        if window.since and window.until
    ]


def test_every_event_is_a_window_with_its_own_name():
    text = feed(
        "SUMMARY:Launch\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T140000Z",
        "DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125",
    )
    assert opened(text, datetime(2026, 11, 24, 12, tzinfo=UTC)) == [
        ("On-call", "24 00:00", "25 00:00"),
        ("Launch", "24 11:00", "24 15:00"),
    ]


def test_floating_times_are_in_the_windows_zone():
    text = feed("SUMMARY:x\r\nDTSTART:20261124T100000\r\nDTEND:20261124T110000")
    assert opened(text, datetime(2026, 11, 24, 10, tzinfo=BERLIN)) == [("x", "24 10:00", "24 11:00")]


def test_a_recurring_event_moves_and_drops_as_the_feed_says():
    text = feed(
        "SUMMARY:Shift\r\nDTSTART:20261102T090000Z\r\nDTEND:20261102T100000Z\r\nRRULE:FREQ=DAILY\r\nEXDATE:20261123T090000Z",
        "SUMMARY:Moved\r\nRECURRENCE-ID:20261124T090000Z\r\nDTSTART:20261124T150000Z\r\nDTEND:20261124T160000Z",
    ).replace("UID:1@x", "UID:0@x")
    assert opened(text, datetime(2026, 11, 22, 9, 30, tzinfo=UTC)) == [("Shift", "22 10:00", "22 11:00")]
    assert opened(text, datetime(2026, 11, 23, 9, 30, tzinfo=UTC)) == []
    assert opened(text, datetime(2026, 11, 24, 9, 30, tzinfo=UTC)) == []
    assert opened(text, datetime(2026, 11, 24, 15, 30, tzinfo=UTC)) == [("Moved", "24 16:00", "24 17:00")]


@pytest.mark.parametrize("mark", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "status:cancelled"])
def test_cancelled_and_transparent_events_are_no_windows(mark: str):
    text = feed(f"SUMMARY:x\r\n{mark}\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T140000Z")
    assert opened(text, datetime(2026, 11, 24, 12, tzinfo=UTC)) == []


def test_a_name_from_a_feed_is_one_short_printable_line():
    text = feed("SUMMARY:a\\n\x1b  b" + "c" * 99 + "\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T140000Z")
    ((name, _, _),) = opened(text, datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert name == ("a b" + "c" * 99)[:80]


def test_in_a_feed_a_skipped_time_is_meant_with_the_offset_before_the_jump():
    text = feed("SUMMARY:x\r\nDTSTART;TZID=Europe/Berlin:20260329T023000\r\nDTEND;TZID=Europe/Berlin:20260329T050000")
    assert opened(text, datetime(2026, 3, 29, 1, 45, tzinfo=UTC)) == [("x", "29 03:30", "29 05:00")]
    assert opened(text, datetime(2026, 3, 29, 1, 15, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it cannot be read as iCalendar: it is empty"),
        ("nonsense", "it cannot be read as iCalendar: it does not begin with BEGIN:VCALENDAR"),
        ("<html>sign in</html>", "it cannot be read as iCalendar: it is a web page, perhaps one to sign in"),
        (
            feed("DTSTART:20261124T100000Z").replace("END:VCALENDAR", ""),
            "it cannot be read as iCalendar: it ends early",
        ),
        ("x" * (MAX_CHARS + 1), "it is larger than 1024 KiB"),
        (feed(*["DTSTART:20261124T100000Z\r\nDURATION:PT1H"] * 2001), "it holds more than 2000 events a year"),
        (
            feed(*["DTSTART:20261124T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"] * 6),
            "it holds more than 2000 events a year",
        ),
        (
            feed("DTSTART:20261124T100000Z\r\nDTEND:26991124T100000Z\r\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8"),
            "it holds more than 2000 events a year",
        ),
    ],
)
def test_a_feed_that_cannot_be_used_is_refused_with_a_reason(text: str, words: str):
    assert (check_feed(text, TUESDAY) or "").startswith(words)


def test_a_missing_feed_is_told_to_everybody_and_opens_nothing():
    config = with_feed(None)
    assert [problem.words for problem in config.problems] == ["the calendar of On-call cannot be used: it is not there"]
    (check,) = [a for a in decide(Tick("sweep"), state(0.99), config, TUESDAY).actions if isinstance(a, SetCheck)]
    assert check.conclusion == "success"
    assert check.card.problems == config.problems


def test_a_broken_feed_counts_as_open_where_its_level_is_closed_on_errors():
    assert decide(Tick("sweep"), state(0.95), with_feed("nonsense"), TUESDAY).verdict is Verdict.BLOCK
    gentle = replace(parse(CONFIG.replace("yellow", "weekend"))).with_feeds(
        {".github/on-call.ics": Copy("nonsense")}, TUESDAY
    )
    assert decide(Tick("sweep"), state(0.95), gentle, TUESDAY).verdict is Verdict.PASS


def test_an_older_copy_counts_and_everybody_is_told_how_old_it_is():
    text = feed("SUMMARY:Launch\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T140000Z")
    old = Copy(text, "the host did not answer", datetime(2026, 11, 24, 9, tzinfo=BERLIN))
    config = parse(CONFIG).with_feeds({".github/on-call.ics": old}, TUESDAY)
    assert [window.name for window in config.calendar.open_at(TUESDAY)] == ["Launch"]
    (problem,) = config.problems
    assert problem.words == (
        "the calendar of On-call cannot be read now (the host did not answer); its copy of 2026-11-24 08:00 UTC counts"
    )
    assert problem.last_good
    undated = parse(CONFIG).with_feeds({".github/on-call.ics": Copy(text, "the host did not answer")}, TUESDAY)
    assert undated.problems[0].words == "the calendar of On-call cannot be read now (the host did not answer)"


def test_an_address_that_never_answered_counts_as_open_where_its_level_is_closed_on_errors():
    never = {".github/on-call.ics": Copy(None, "the host did not answer")}
    strict = parse(CONFIG).with_feeds(never, TUESDAY)
    assert [problem.words for problem in strict.problems] == [
        "the calendar of On-call cannot be used: the host did not answer"
    ]
    assert decide(Tick("sweep"), state(0.95), strict, TUESDAY).verdict is Verdict.BLOCK
    gentle = parse(CONFIG.replace("yellow", "weekend")).with_feeds(never, TUESDAY)
    assert decide(Tick("sweep"), state(0.95), gentle, TUESDAY).verdict is Verdict.PASS


def test_the_feeds_that_a_configuration_names_are_listed_once():
    text = (
        CONFIG
        + "  - {name: b, level: red, ics: .github/on-call.ics}\n  - {name: c, level: red, ics: https://example.com/a}\n"
    )
    config = parse(text)
    assert config.feeds() == (".github/on-call.ics", "https://example.com/a")
    assert config.calendar.open_at(SATURDAY) == ()
    weekend = parse("version: 1\nwindows: [{name: w, level: red, weekly: {days: [Sat]}}]").with_feeds({}, TUESDAY)
    assert weekend.problems == ()


HOLIDAYS = """\
version: 1
timezone: America/New_York
windows:
  - {name: Holidays, level: weekend, holidays: {country: US, day_before_from: "15:00"}}
"""


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-07-03 12:00", True),  # the 4th is a Saturday: observed on Friday
        ("2026-07-02 14:59", False),
        ("2026-07-02 15:00", True),
        ("2026-07-04 23:59", True),
        ("2026-07-05 00:00", False),
        ("2027-12-31 12:00", True),  # 1 January 2028 is a Saturday: observed in the year before
    ],
)
def test_holidays_are_whole_local_days_with_the_afternoon_before_and_observed_days(at: str, is_open: bool):
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    assert bool(parse(HOLIDAYS).calendar.open_at(moment)) is is_open


def test_without_the_afternoon_before_a_holiday_begins_at_midnight():
    text = HOLIDAYS.replace(', day_before_from: "15:00"', "")
    (window,) = parse(text).calendar.open_at(datetime(2026, 12, 25, 17, tzinfo=UTC))
    assert str(window.since) == "2026-12-25 00:00:00-05:00"
    assert str(window.until) == "2026-12-26 00:00:00-05:00"


def test_a_rule_with_a_count_ends():
    text = """\
version: 1
windows:
  - {name: r, level: red, rrule: "RRULE:FREQ=WEEKLY;COUNT=2;", start: 2026-11-03, at: "10:00", for: 2h}
"""
    calendar = parse(text).calendar
    starts = [datetime(2026, 11, day, 10, tzinfo=UTC) for day in (3, 10)]
    assert calendar.edges(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)) == tuple(
        edge for start in starts for edge in (start, start + timedelta(hours=2))
    )
    assert date(2026, 11, 3).weekday() == 1
