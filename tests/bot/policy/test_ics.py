"""Calendars as they really are: each event judged by itself, what is left out counted and said, nothing without end."""

# ruff: noqa: E501 - tables, a case a line

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from policy_world import TUESDAY, state

from bot.policy.calendar.feed import Copy, check_feed, in_sight
from bot.policy.calendar.ics.lines import MAX_CHARS, Line, Odd, Steps, TooMuch
from bot.policy.calendar.ics.reading import MAX_A_YEAR, STEPS, Reading, reading
from bot.policy.calendar.ics.rule import repeat
from bot.policy.calendar.ics.zones import Named
from bot.policy.config import Config, parse
from bot.policy.decide import case_of

BERLIN = ZoneInfo("Europe/Berlin")


def feed(*events: str, head: str = "") -> str:
    """Each event with an id of its own unless it has one; line ends as they come."""
    inner = "".join(
        f"BEGIN:VEVENT\r\n{'' if 'UID:' in event else f'UID:{at}@x' + chr(13) + chr(10)}{event}\r\nEND:VEVENT\r\n"
        for at, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{head}{inner}END:VCALENDAR\r\n"


def read(text: str, zone: str = "Europe/Berlin", *, fixed: bool = False) -> Reading:
    return reading(text, *in_sight(TUESDAY), zone, fixed=fixed)


def spans(text: str, zone: str = "Europe/Berlin", *, fixed: bool = False) -> list[str]:
    """In UTC, as "name: from / to", those that begin in 2026."""
    reading = read(text, zone, fixed=fixed)
    assert reading.wrong is None
    return [
        f"{span.name}: {span.start:%m-%d %H:%M} / {span.end:%m-%d %H:%M}"
        for span in sorted(reading.spans)
        if span.start.year == 2026
    ]


def left_out(text: str) -> list[tuple[str, int]]:
    return [(one.why, one.number) for one in read(text).left_out]


def configured(text: str) -> Config:
    whole = "version: 1\ntimezone: Europe/Berlin\nwindows:\n  - {name: Feed, level: yellow, ics: a.ics}\n"
    return parse(whole).with_feeds({"a.ics": Copy(text)}, TUESDAY)


GOOGLE = """\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Release freezes
X-WR-TIMEZONE:America/New_York
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
DTSTART:19700308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261223
DTEND;VALUE=DATE:20261227
DTSTAMP:20261101T101010Z
UID:abc@google.com
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY:Christmas freeze
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-P0DT0H30M0S
DURATION:PT15M
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20261020T090000
DTEND;TZID=America/New_York:20261020T110000
RRULE:FREQ=WEEKLY;UNTIL=20261201T045959Z;BYDAY=TU
EXDATE;TZID=America/New_York:20261103T090000
UID:def@google.com
STATUS:CONFIRMED
SUMMARY:Deploy train\\, weekly
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20261111T150000
DTEND;TZID=America/New_York:20261111T160000
UID:def@google.com
RECURRENCE-ID;TZID=America/New_York:20261110T090000
STATUS:CONFIRMED
SUMMARY:Deploy train\\, moved
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20261117T090000
DTEND;TZID=America/New_York:20261117T110000
UID:def@google.com
RECURRENCE-ID;TZID=America/New_York:20261117T090000
STATUS:CANCELLED
SUMMARY:Deploy train\\, weekly
END:VEVENT
END:VCALENDAR
"""
OUTLOOK = """\
BEGIN:VCALENDAR
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY;LANGUAGE=de-DE:Quartalsende
DTSTART;TZID=W. Europe Standard Time:20260930T120000
DTEND;TZID=W. Europe Standard Time:20261001T080000
UID:040000008200E00074C5B7101A82E008
CLASS:PUBLIC
TRANSP:OPAQUE
STATUS:CONFIRMED
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
BEGIN:VEVENT
SUMMARY:Inventur
DTSTART;TZID=Customized Time Zone:20260701T220000
DTEND;TZID=Customized Time Zone:20260702T020000
UID:2
END:VEVENT
BEGIN:VEVENT
SUMMARY:Weihnachten
DTSTART;TZID=W. Europe Standard Time:20261224T000000
DTEND;TZID=W. Europe Standard Time:20261228T000000
UID:3
TRANSP:TRANSPARENT
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
X-MICROSOFT-CDO-BUSYSTATUS:FREE
END:VEVENT
END:VCALENDAR
"""
APPLE = """\
BEGIN:VCALENDAR
CALSCALE:GREGORIAN
PRODID:-//Apple Inc.//macOS 15.1//EN
VERSION:2.0
X-APPLE-CALENDAR-COLOR:#FF2968
X-WR-CALNAME:Freeze
BEGIN:VEVENT
CREATED:20261101T101010Z
DTEND;TZID=Europe/Berlin:20261129T120000
DTSTAMP:20261101T101010Z
DTSTART;TZID=Europe/Berlin:20261129T100000
LAST-MODIFIED:20261101T101010Z
SEQUENCE:0
SUMMARY:Migration of the orders
 database
UID:6F2B6C1E
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:16041224
RRULE:FREQ=YEARLY
SUMMARY:Christmas Eve
TRANSP:TRANSPARENT
UID:birthday
X-APPLE-CREATOR-IDENTITY:com.apple.contacts
END:VEVENT
END:VCALENDAR
"""
PAGERDUTY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//PagerDuty//Schedules//EN
X-WR-CALNAME:On Call Schedule for Payments
BEGIN:VEVENT
DTEND;VALUE=DATE-TIME:20261130T090000Z
DTSTART;VALUE=DATE-TIME:20261123T090000Z
ATTENDEE;CN="Ana: on call":mailto:ana@acme.example
URL;VALUE=URI:https://acme.pagerduty.com/schedules#PABC
SUMMARY:On Call - Ana - Payments
UID:Q1@pagerduty.com
END:VEVENT
END:VCALENDAR
"""
OPSGENIE = """\
BEGIN:VCALENDAR\r
PRODID:-//Ben Fortuna//iCal4j 1.0//EN\r
VERSION:2.0\r
CALSCALE:GREGORIAN\r
BEGIN:VEVENT\r
DTSTAMP:20261101T101010Z\r
DTSTART:20261123T080000Z\r
DTEND:20261123T200000Z\r
SUMMARY:ben@acme.example\r
UID:Q2\r
CATEGORIES:default\r
END:VEVENT\r
END:VCALENDAR\r
"""
HOLIDAYS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//holidays.example//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261225
SUMMARY:Christmas Day
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20261226
SUMMARY:Boxing Day
DURATION:P1D
END:VEVENT
BEGIN:VTODO
UID:3
DTSTART:20261227T100000Z
END:VTODO
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        (
            GOOGLE,
            [
                "Deploy train, weekly: 10-20 13:00 / 10-20 15:00",
                "Deploy train, weekly: 10-27 13:00 / 10-27 15:00",
                "Deploy train, moved: 11-11 20:00 / 11-11 21:00",
                "Deploy train, weekly: 11-24 14:00 / 11-24 16:00",
                "Christmas freeze: 12-23 05:00 / 12-27 05:00",
            ],
        ),
        (
            OUTLOOK,
            [
                "Inventur: 07-01 20:00 / 07-02 00:00",
                "Quartalsende: 09-30 10:00 / 10-01 06:00",
                "Weihnachten: 12-23 23:00 / 12-27 23:00",
            ],
        ),
        (
            APPLE,
            [
                "Migration of the ordersdatabase: 11-29 09:00 / 11-29 11:00",
                "Christmas Eve: 12-23 23:00 / 12-24 23:00",
            ],
        ),
        (PAGERDUTY, ["On Call - Ana - Payments: 11-23 09:00 / 11-30 09:00"]),
        (OPSGENIE, ["ben@acme.example: 11-23 08:00 / 11-23 20:00"]),
        (HOLIDAYS, ["Christmas Day: 12-24 23:00 / 12-25 23:00", "Boxing Day: 12-25 23:00 / 12-26 23:00"]),
    ],
    ids=["Google", "Outlook", "Apple", "PagerDuty", "Opsgenie", "holidays"],
)
def test_feeds_of_the_shape_that_products_write_are_read_as_meant(text: str, open_: list[str]) -> None:
    for written in (
        text,
        text.replace("\r\n", "\n").replace("\n", "\r\n"),
        f"\ufeff{text}",
        text.replace("\r\n", "\r"),
    ):
        assert spans(written) == open_
    assert read(text).unknown_zones == ()


def test_of_a_real_feed_what_is_cancelled_is_counted_and_the_rest_is_not_touched() -> None:
    assert left_out(GOOGLE) == [("is cancelled", 1)]
    (note,) = configured(GOOGLE).notes
    assert note.words == (
        'the calendar of Feed leaves out 1 of 4 events: "Deploy train, weekly" (line 51) is cancelled'
    )
    assert configured(GOOGLE).problems == ()


ONE = "SUMMARY:Freeze\r\nDTSTART:20261130T160000Z\r\nDTEND:20261130T180000Z"


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ("DTSTART:20261130T180000Z\r\nDTEND:20261130T170000Z", "ends before it begins"),
        ("DTSTART;VALUE=DATE:20261130\r\nDTEND;VALUE=DATE:20261129", "ends before it begins"),
        ("DTSTART:20261130T180000Z\r\nDURATION:-PT1H", "ends before it begins"),
        ("DTSTART;VALUE=DATE:20270101\r\nDTEND:20270101T050001Z", "is a whole day at one end only"),
        ("DTSTART:2026113X\r\nDTEND:20261130T180000Z", "gives 2026113X as a time"),
        ("DTSTART:20261331T100000Z", "gives 20261331T100000Z as a time"),
        ("DTSTART:", "gives nothing as a time"),
        ("SUMMARY:x", "has no start"),
        ("DTSTART:20261130T180000Z\r\nDURATION:soon", "gives soon as its length"),
        ("DTSTART:20261130T180000Z\r\nDURATION:P", "gives P as its length"),
        (
            "DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;INTERVAL=0",
            "repeats by a rule with INTERVAL=0",
        ),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=-1", "repeats by a rule with COUNT=-1"),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=SECONDLY", "repeats more than once a day"),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:COUNT=3", "repeats by a rule without a usable FREQ"),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;FOO=1", "repeats by a rule with FOO"),
        (
            "DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYMONTH=13",
            "repeats by a rule with BYMONTH=13",
        ),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYMONTH=x", "repeats by a rule with BYMONTH=X"),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;WKST=XX", "repeats by a rule with WKST=XX"),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYDAY=XX", "repeats by a rule with BYDAY=XX"),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=soon", "gives SOON as a time"),
        (
            "DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5",
            "repeats more than 24 times a day",
        ),
        ("DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nEXDATE:never", "gives never as a time"),
        (
            "DTSTART:20261130T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nEXRULE:FREQ=DAILY;INTERVAL=0",
            "repeats by a rule with INTERVAL=0",
        ),
        (
            "DTSTART:20261130T180000Z\r\nDTEND:99991231T235959Z\r\nDURATION:PT1H\r\nRDATE:99991231T235959Z",
            "lies beyond all calendars",
        ),
        ("DTSTART:20261130T180000Z", "has no length"),
        ("DTSTART:20261130T180000Z\r\nDTEND:20261130T180000Z", "has no length"),
        ("TRANSP:TRANSPARENT\r\nDTSTART:20261130T180000Z\r\nDURATION:PT1H", "is marked free for part of a day"),
        ("STATUS:CANCELLED\r\nDTSTART:20261130T180000Z\r\nRRULE:FREQ=DAILY;INTERVAL=0", "is cancelled"),
    ],
)
def test_one_event_that_cannot_be_used_is_named_and_the_others_count(odd: str, why: str) -> None:
    text = feed(ONE, odd)
    assert left_out(text) == [(why, 1)]
    assert spans(text) == ["Freeze: 11-30 16:00 / 11-30 18:00"]
    config = configured(text)
    (note,) = (*config.problems, *config.notes)
    assert note.words.startswith("the calendar of Feed leaves out 1 of 2 events: ")
    card = case_of(state(), config, TUESDAY).card
    assert note in card.problems


def test_events_that_lost_their_end_are_named_and_the_others_count() -> None:
    text = feed(ONE, ONE).replace("END:VEVENT\r\n", "", 1)
    assert left_out(text) == [("is cut off", 1)]
    assert spans(text) == ["Freeze: 11-30 16:00 / 11-30 18:00"]


def test_many_odd_events_are_counted_by_what_is_wrong_with_an_example_of_each() -> None:
    backwards = f"SUMMARY:{'long ' * 30}\r\nDTSTART:20261130T180000Z\r\nDTEND:20261130T170000Z"
    (problem,) = configured(feed(backwards, "DTSTART:x", backwards, ONE)).problems
    assert problem.words == (
        f'the calendar of Feed leaves out 3 of 4 events: "{("long " * 30)[:59]}…" (line 4) ends before it begins '
        "(and 1 more like it), the event on line 10 gives x as a time"
    )


@pytest.mark.parametrize(
    ("event", "open_"),
    [
        ("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261225", "12-24 23:00 / 12-25 23:00"),
        ("DTSTART;VALUE=DATE:20261225", "12-24 23:00 / 12-25 23:00"),
        ("DTSTART;VALUE=DATE:20261225\r\nDURATION:P2D", "12-24 23:00 / 12-26 23:00"),
        ("DTSTART;VALUE=DATE:20261225\r\nDURATION:PT4H", "12-24 23:00 / 12-25 23:00"),
        ("TRANSP:TRANSPARENT\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261228", "12-23 23:00 / 12-27 23:00"),
        ("TRANSP:TRANSPARENT\r\nDTSTART:20261224T000000\r\nDURATION:P1D", "12-23 23:00 / 12-24 23:00"),
        ("DTSTART:20261031T235959\r\nDURATION:P1W", "10-31 22:59 / 11-07 22:59"),
        ("DTSTART:20261024T120000\r\nDURATION:P1DT1H", "10-24 10:00 / 10-25 12:00"),  # a day of the wall clock
        ("DTSTART;TZID=Europe/Berlin:20261024T120000\r\nDTEND;TZID=America/New_York:20261025T120000", "10-24 10:00 / 10-25 16:00"),
        ("DTSTART:20261124T235960Z\r\nDURATION:PT1S", "11-24 23:59 / 11-25 00:00"),
        ("dtstart:20261124T100000z\r\nduration:pt1h", "11-24 10:00 / 11-24 11:00"),
        ('DTSTART;X-A="a;b:c";TZID="America/New_York":20261124T100000\r\nDURATION:PT1H', "11-24 15:00 / 11-24 16:00"),
        ("DTSTART;TZID=america/new_york:20261124T100000\r\nDURATION:PT1H", "11-24 15:00 / 11-24 16:00"),
        ("DTSTART;TZID=/mozilla.org/20050126_1/America/New_York:20261124T100000\r\nDURATION:PT1H", "11-24 15:00 / 11-24 16:00"),
        ("DTSTART;TZID=Eastern Standard Time:20261124T100000\r\nDURATION:PT1H", "11-24 15:00 / 11-24 16:00"),
        ("DTSTART;TZID=GMT-0500:20261124T100000\r\nDURATION:PT1H", "11-24 15:00 / 11-24 16:00"),
        ("DTSTART;TZID=\"(UTC+05:30)\":20261124T100000\r\nDURATION:PT1H", "11-24 04:30 / 11-24 05:30"),
        ("DTSTART;TZID=UTC:20261124T100000\r\nDURATION:PT1H", "11-24 10:00 / 11-24 11:00"),
        ("DTSTART:20261124T100000Z\r\nDTEND:99991231T235959Z", "11-24 10:00 / 12-31 23:59"),
        ("DTSTART:20261124T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20251231T000000Z", "11-24 10:00 / 11-24 11:00"),
        ("DTSTART:20261124T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20261124", "11-24 10:00 / 11-24 11:00"),
        ("DTSTART:20261124T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20261125T095959;", "11-24 09:00 / 11-24 10:00"),
        ("DTSTART:20261124T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEXDATE;VALUE=DATE:20261125", "11-24 10:00 / 11-24 11:00"),
        ("DTSTART;VALUE=DATE:20261124\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEXDATE:20261125T000000", "11-23 23:00 / 11-24 23:00"),
        ("DTSTART;VALUE=DATE:20261124\r\nRRULE:FREQ=DAILY;UNTIL=20261124T230000Z", "11-23 23:00 / 11-24 23:00"),
        ("DTSTART:20261102T170000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYHOUR=17;BYMINUTE=0;BYSECOND=0;COUNT=1", "11-02 17:00 / 11-02 18:00"),
        ("SEQUENCE:x\r\nDTSTART:20261124T100000Z\r\nDURATION:PT1H\r\nTHIS LINE SAYS NOTHING", "11-24 10:00 / 11-24 11:00"),
    ],
)  # fmt: skip
def test_the_ways_to_say_when_one_event_is(event: str, open_: str) -> None:
    assert spans(feed(f"SUMMARY:x\r\n{event}")) == [f"x: {open_}"]


def test_a_calendar_says_its_own_zone_and_a_window_that_names_one_knows_better() -> None:
    text = feed("SUMMARY:x\r\nDTSTART:20261124T100000\r\nDURATION:PT1H", head="X-WR-TIMEZONE:America/New_York\r\n")
    assert spans(text) == ["x: 11-24 15:00 / 11-24 16:00"]
    assert spans(text, fixed=True) == ["x: 11-24 09:00 / 11-24 10:00"]
    window = "windows: [{name: F, level: red, timezone: Asia/Tokyo, ics: a.ics}]"
    config = parse(f"version: 1\n{window}").with_feeds({"a.ics": Copy(text)}, TUESDAY)
    (edge, _) = config.calendar.edges(TUESDAY - timedelta(days=9), TUESDAY + timedelta(days=9))
    assert edge == datetime(2026, 11, 24, 1, tzinfo=UTC)


def test_a_zone_that_nobody_knows_is_said_and_read_as_the_calendars_own() -> None:
    text = feed(*["SUMMARY:x\r\nDTSTART;TZID=Acme Time:20261124T100000\r\nDURATION:PT1H"] * 2)
    assert spans(text) == ["x: 11-24 09:00 / 11-24 10:00"] * 2
    (problem,) = configured(text).problems
    assert problem.words == (
        'the calendar of Feed names zones that are not known ("Acme Time"), whose times are read as Europe/Berlin'
    )
    also = configured(feed("SUMMARY:x\r\nDTSTART;TZID=Acme Time:20261124T100000\r\nDURATION:PT1H", "DTSTART:x"))
    assert ", and names zones that are not known" in also.problems[0].words


def zone(*observances: str, more: str = "") -> str:
    inner = "".join(f"BEGIN:STANDARD\r\n{one}\r\nEND:STANDARD\r\n" for one in observances)
    return f"BEGIN:VTIMEZONE\r\nTZID:Acme\r\n{more}{inner}END:VTIMEZONE\r\n"


EU = (
    "DTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "DTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
)


@pytest.mark.parametrize(
    ("definition", "wall", "instant"),
    [
        (zone(*EU), "20260701T120000", "07-01 10:00"),
        (zone(*EU), "20261201T120000", "12-01 11:00"),
        (zone(*EU), "20260329T023000", "03-29 01:30"),  # skipped: as before the jump
        (zone(*EU), "20261025T023000", "10-25 00:30"),  # twice: the first
        (zone("DTSTART:16010101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:-023000"), "20260701T120000", "07-01 14:30"),
        (zone("DTSTART:20300101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400"), "20260701T120000", "07-01 09:00"),
        (
            zone("DTSTART:20260101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400\r\nRDATE:20260601T000000"),
            "20260701T120000",
            "07-01 08:00",
        ),
        (zone(f"{EU[1]};UNTIL=20070401T010000Z"), "20261201T120000", "12-01 10:00"),
        (zone(more="X-LIC-LOCATION:America/New_York\r\n"), "20260701T120000", "07-01 16:00"),
    ],
)
def test_a_zone_that_a_calendar_defines_is_the_zone_that_it_defines(definition: str, wall: str, instant: str) -> None:
    text = feed(f"SUMMARY:x\r\nDTSTART;TZID=Acme:{wall}\r\nDURATION:PT1S", head=definition)
    assert read(text).unknown_zones == ()
    assert [one.split(" / ")[0] for one in spans(text)] == [f"x: {instant}"]


def test_what_moved_is_found_in_a_zone_that_the_calendar_defines() -> None:
    series = "UID:a\r\nSUMMARY:x\r\nDTSTART;TZID=Acme:20260320T120000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:a\r\nSUMMARY:y\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260327T110000Z\r\nDTSTART;TZID=Acme:20260327T130000\r\nDURATION:PT2H"
    assert spans(feed(series, moved, head=zone(*EU))) == [
        "x: 03-20 11:00 / 03-20 12:00",
        "y: 03-27 12:00 / 03-27 14:00",
        "y: 04-03 11:00 / 04-03 13:00",
    ]
    more = f"{series}\r\nRDATE:20260410T100000Z,20200101T000000Z"
    assert spans(feed(more, head=zone(*EU)))[-1] == "x: 04-10 10:00 / 04-10 11:00"
    lost = zone("DTSTART:20300101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400")
    assert spans(feed(more, head=lost))[-1] == "x: 04-10 10:00 / 04-10 11:00"


@pytest.mark.parametrize(
    "broken",
    [
        zone(),
        zone("TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100"),
        zone("DTSTART:20260101T000000\r\nTZOFFSETTO:+0100"),
        zone("DTSTART:20260101T000000\r\nTZOFFSETFROM:+9900\r\nTZOFFSETTO:+0100"),
        zone(f"{EU[0]};INTERVAL=0"),
        zone("DTSTART:20200101T000000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=DAILY"),
        "BEGIN:VTIMEZONE\r\nTZID:Acme\r\nBEGIN:X-NOTHING\r\nDTSTART:x\r\nEND:X-NOTHING\r\nEND:VTIMEZONE\r\n",
    ],
)
def test_a_definition_that_is_none_is_a_zone_that_nobody_knows(broken: str) -> None:
    reading = read(feed("SUMMARY:x\r\nDTSTART;TZID=Acme:20261124T100000\r\nDURATION:PT1H", head=broken))
    assert reading.unknown_zones == ("Acme",)
    assert len(reading.spans) == 1


@pytest.mark.parametrize(
    "name", ["Europe/" + "!" * 5_000, "Europe/" + "![" * 9_000, "A/" * 1900 + "B", "../../etc/passwd", "GMT+99"]
)
def test_a_zone_with_a_hostile_name_is_one_that_nobody_knows(name: str) -> None:
    reading = read(feed(f"SUMMARY:x\r\nDTSTART;TZID={name}:20261124T100000\r\nDURATION:PT1H"))
    assert reading.unknown_zones == (name[:60],)


SHIFT = "UID:a\r\nSUMMARY:Shift\r\nDTSTART:20261102T090000Z\r\nDTEND:20261102T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=4"


@pytest.mark.parametrize(
    ("events", "open_"),
    [
        ([SHIFT], ["Shift: 11-02", "Shift: 11-09", "Shift: 11-16", "Shift: 11-23"]),
        (
            [SHIFT, "UID:a\r\nSUMMARY:Late\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261109T090000Z\r\nDTSTART:20261110T120000Z\r\nDURATION:PT1H"],
            ["Shift: 11-02", "Late: 11-10", "Late: 11-17", "Late: 11-24"],
        ),
        (
            [SHIFT, "UID:a\r\nSTATUS:CANCELLED\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261116T090000Z\r\nDTSTART:20261116T090000Z"],
            ["Shift: 11-02", "Shift: 11-09"],
        ),
        (
            [
                SHIFT,
                "UID:a\r\nSEQUENCE:1\r\nSUMMARY:Old\r\nRECURRENCE-ID:20261109T090000Z\r\nDTSTART:20261111T120000Z\r\nDURATION:PT1H",
                "UID:a\r\nSEQUENCE:2\r\nSUMMARY:New\r\nRECURRENCE-ID:20261109T090000Z\r\nDTSTART:20261112T120000Z\r\nDURATION:PT1H",
                "UID:a\r\nSEQUENCE:1\r\nSUMMARY:Older\r\nRECURRENCE-ID:20261109T090000Z\r\nDTSTART:20261113T120000Z\r\nDURATION:PT1H",
            ],
            ["Shift: 11-02", "New: 11-12", "Shift: 11-16", "Shift: 11-23"],
        ),
        (
            [SHIFT, "UID:a\r\nSUMMARY:Day\r\nRECURRENCE-ID;VALUE=DATE:20261109\r\nDTSTART;VALUE=DATE:20261109"],
            ["Shift: 11-02", "Day: 11-08", "Shift: 11-16", "Shift: 11-23"],
        ),
        (["UID:a\r\nSUMMARY:Alone\r\nRECURRENCE-ID:20261109T090000Z\r\nDTSTART:20261110T120000Z\r\nDURATION:PT1H"], ["Alone: 11-10"]),
        (
            [
                SHIFT.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY"),
                "UID:a\r\nSUMMARY:Kept\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261109T090000Z\r\nDTSTART:20261110T120000Z\r\nDURATION:PT1H",
            ],
            ["Kept: 11-10"],
        ),
        ([SHIFT.replace("UID:a\r\n", ""), SHIFT.replace("UID:a\r\n", "").replace("Shift", "Same")], [f"{name}: 11-{day:02d}" for day in (2, 9, 16, 23) for name in ("Same", "Shift")]),
    ],
)  # fmt: skip
def test_what_moved_was_dropped_or_changed_from_then_on_is_so(events: list[str], open_: list[str]) -> None:
    assert [" ".join(one.split()[:2]) for one in spans(feed(*events))] == open_


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        (["RRULE:FREQ=DAILY;COUNT=6", "EXRULE:FREQ=DAILY;INTERVAL=2"], [3, 5, 7]),
        (["RRULE:FREQ=DAILY;COUNT=6", "EXRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=1"], [3, 4, 5, 6, 7]),
        (["RRULE:FREQ=DAILY;COUNT=6", "EXRULE:FREQ=DAILY;UNTIL=20261104T093000Z"], [5, 6, 7]),
        (["RRULE:FREQ=DAILY;COUNT=6", "EXRULE:FREQ=DAILY;BYDAY=WE", "EXRULE:FREQ=DAILY;BYDAY=FR"], [2, 3, 5, 7]),
        (["RRULE:FREQ=DAILY;COUNT=6", "EXRULE:FREQ=DAILY;BYHOUR=10"], [2, 3, 4, 5, 6, 7]),
        (["RDATE:20261109T090000Z,20261110T090000Z", "EXRULE:FREQ=WEEKLY;BYDAY=TU"], [2, 9]),
    ],
)
def test_a_rule_of_exceptions_takes_away_what_it_names_as_dateutil_does(rules: list[str], days: list[int]) -> None:
    whole = rrulestr("\n".join(["DTSTART:20261102T090000Z", *rules]), forceset=True)
    assert sorted({one.day for one in whole} | ({2} & set(days))) == days  # dateutil leaves DTSTART to the rules
    shifts = spans(feed("\r\n".join(["SUMMARY:Shift", "DTSTART:20261102T090000Z", "DURATION:PT1H", *rules])))
    assert shifts == [f"Shift: 11-{day:02d} 09:00 / 11-{day:02d} 10:00" for day in days]


def test_a_calendar_of_cancellations_opens_nothing_and_says_so() -> None:
    text = feed(SHIFT, head="METHOD:CANCEL\r\n")
    assert (spans(text), left_out(text)) == ([], [("is cancelled", 1)])


def test_two_calendars_in_one_text_count_both_and_an_empty_one_is_fine() -> None:
    assert spans(feed(ONE) + feed(ONE.replace("Freeze", "Second"))) == [
        "Freeze: 11-30 16:00 / 11-30 18:00",
        "Second: 11-30 16:00 / 11-30 18:00",
    ]
    assert read("BEGIN:VCALENDAR\nEND:VCALENDAR") == Reading()
    assert read("BEGIN:VEVENT\nBEGIN:VCALENDAR\nDTSTART\nEND:NOTHING\nEND:VCALENDAR\nX:y") == Reading()


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20190101T090000Z\r\nDTEND:20190101T091500Z\r\nRRULE:FREQ=DAILY;UNTIL=20191231T000000Z",
        "DTSTART:20190101T090000Z\r\nDTEND:20180101T091500Z",
        "DTSTART:20190101T090000Z\r\nDURATION:PT1H\r\nRDATE:20200101T090000Z",
        "STATUS:CANCELLED\r\nDTSTART:20190101T090000Z\r\nRRULE:FREQ=DAILY;UNTIL=20191231T000000Z",
        "DTSTART:20400101T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY",
        "DTSTART:20400101T090000Z\r\nDURATION:PT1H",
        "DTSTART:00010101T000000Z\r\nDURATION:PT1H",
    ],
)
def test_what_is_over_or_far_ahead_counts_for_nothing(event: str) -> None:
    reading = read(feed(*[event] * 3000))
    assert (reading.wrong, reading.spans, reading.events, reading.left_out) == (None, (), 0, ())


def test_what_is_free_or_cancelled_counts_for_no_limit() -> None:
    daily = "DTSTART:20261101T010000Z\r\nDTEND:20261101T011500Z\r\nRRULE:FREQ=DAILY"
    reading = read(
        feed(*[f"TRANSP:TRANSPARENT\r\n{daily}"] * 50, *[f"STATUS:CANCELLED\r\n{daily};BYHOUR=8,12"] * 50, ONE)
    )
    assert (reading.wrong, len(reading.spans), reading.events) == (None, 1, 101)


HOSTILE = {
    "a rule that never happens": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
    "days that never happen": "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "a count without end": "RRULE:FREQ=WEEKLY;COUNT=999999999;BYMONTH=2;BYMONTHDAY=31",
    "a step beyond all years": "RRULE:FREQ=YEARLY;INTERVAL=999999999",
    "places that are none": "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=200,-200",
    "weeks that are none": "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
}


@pytest.mark.parametrize("rule", HOSTILE.values(), ids=HOSTILE)
def test_a_rule_that_leads_nowhere_costs_the_days_in_sight_and_no_more(rule: str) -> None:
    assert spans(feed(f"{ONE}\r\n{rule}")) == ["Freeze: 11-30 16:00 / 11-30 18:00"]


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ("DTSTART:00010103T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=999999999", 3),
        ("DTSTART:20250101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYDAY=MO,TU;BYSETPOS=1", 600),
        ("DTSTART:20250101T000000Z\r\nDURATION:PT1H\r\n" + "\r\n".join(["RRULE:FREQ=DAILY"] * 900), 1),
        ("DTSTART;TZID=Acme:20250101T000000\r\nDURATION:PT1H", 1),
    ],
)
def test_a_calendar_that_asks_for_too_much_work_is_refused_as_a_whole(event: str, number: int) -> None:
    slow = "DTSTART:00010103T000000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=DAILY;COUNT=999999999"
    text = feed(*[event] * number, head=zone(slow))
    assert check_feed(text, TUESDAY) == "its events repeat in ways that take too long to work out"
    assert configured(text).calendar.level_at(TUESDAY).level == "yellow"


def test_parts_in_one_another_without_end_are_refused() -> None:
    deep = "BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 60_000 + "END:Y\n" * 60_000
    assert str(check_feed(deep, TUESDAY)).endswith("its parts stand too deep in one another")


def test_years_that_were_not_looked_at_when_it_was_read_count_as_open_when_they_hold_too_much() -> None:
    many = feed(*["DTSTART:20400101T090000Z\r\nDURATION:PT1H"] * (MAX_A_YEAR + 1))
    config = configured(many)
    assert config.problems == ()
    assert config.calendar.level_at(TUESDAY).level == "green"
    assert config.calendar.level_at(datetime(2040, 6, 1, tzinfo=UTC)).level == "yellow"


FREQS = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(FREQS)
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU', 'WE']))}")
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(st.integers(1, 12))},{draw(st.integers(1, 12))}")
    if draw(st.booleans()):
        nth = draw(st.sampled_from(["", "1", "-1", "2", "5"])) if freq in ("MONTHLY", "YEARLY") else ""
        parts.append("BYDAY=" + ",".join(f"{nth}{day}" for day in draw(WEEKDAYS)))
    elif freq == "YEARLY" and draw(st.booleans()):
        # weeks that begin on Monday only: of others dateutil counts the last one wrong where it ends in January
        weeks = ["BYWEEKNO=1", "BYWEEKNO=20,52"] if not any(part.startswith("WKST") for part in parts) else []
        parts.append(draw(st.sampled_from([*weeks, "BYYEARDAY=1,-1,100"])))
    if freq != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from(['1', '31', '-1', '13,14', '29,-2']))}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={draw(st.sampled_from(['9', '8,17']))}")
    if draw(st.booleans()) and len(parts) > 2:
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2,-2']))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


def test_positions_of_a_week_are_counted_from_its_first_day_also_where_the_start_is_later() -> None:
    start, high = datetime(2024, 2, 6), datetime(2024, 2, 20)  # a Tuesday: the first of Monday and Wednesday is over
    rule = Line({}, "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1")
    walls = list(repeat(rule).walls(start, start, high, Steps(STEPS)))
    assert walls == [datetime(2024, 2, 12), datetime(2024, 2, 19)]


@settings(deadline=None, max_examples=80)
@given(
    rules(),
    st.datetimes(datetime(2019, 1, 1), datetime(2026, 1, 1)).map(
        lambda at: at.replace(minute=0, second=0, microsecond=0)
    ),
)
def test_days_and_times_of_a_rule_are_those_of_dateutil(rule: str, start: datetime) -> None:
    low, high = datetime(2024, 1, 1), datetime(2028, 12, 31)
    theirs = rrulestr(rule, dtstart=start)
    assume("COUNT" not in rule or next(iter(theirs), None) == start)  # RFC 5545: the start counts; dateutil skips it
    # of the week that the start is in, dateutil counts positions from the start on and not from the week's first day
    first = start.weekday() == {"SU": 6, "WE": 2}.get(rule.partition("WKST=")[2][:2], 0)
    assume("WEEKLY" not in rule or "BYSETPOS" not in rule or first)
    ours = [wall for wall in repeat(Line({}, rule)).walls(start, low, high, Steps(STEPS)) if wall >= low]
    assert ours == [wall for wall in theirs.between(low, high, inc=True) if wall > start]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
            st.integers(1, 60),
            st.sampled_from(
                ["", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;COUNT=9", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY"]
            ),
            st.sampled_from([";TZID=Europe/Berlin", ";TZID=America/New_York", "Z", ""]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_ordinary_calendars_are_read_as_recurring_ical_events_reads_them(
    events: list[tuple[datetime, int, str, str]],
) -> None:
    written = []
    for start, hours, rule, clock in events:
        begin, end = (
            start.replace(second=0, microsecond=0),
            start.replace(second=0, microsecond=0) + timedelta(hours=hours),
        )
        zone_, mark = ("", "Z") if clock == "Z" else (clock, "")
        lines = [f"DTSTART{zone_}:{begin:%Y%m%dT%H%M%S}{mark}", f"DTEND{zone_}:{end:%Y%m%dT%H%M%S}{mark}", "SUMMARY:x"]
        if rule:
            day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[begin.weekday()]
            lines.append(
                "RRULE:" + rule.replace("BYDAY=MO,WE", f"BYDAY={day}").replace("MONTHLY;BYDAY=-1FR", "MONTHLY")
            )
        written.append("\r\n".join(lines))
    text = feed(*written)
    low, high = datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    theirs = {
        (_utc(one.start), _utc(one.end))
        for one in recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(low, high)
    }
    ours = {(span.start, span.end) for span in read(text).spans if span.end > low and span.start < high}
    # a floating time near an end of the range is within it by one clock and outside by another
    first, last = low + timedelta(days=1), high - timedelta(days=1)
    assert {pair for pair in ours if first < pair[0] < last} == {pair for pair in theirs if first < pair[0] < last}


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)).astimezone(UTC)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            [
                "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD", "END:STANDARD", "TZID:A",
                "DTSTART:20260101T000000", "DTSTART;TZID=A:20260101T000000", "DTEND;VALUE=DATE:20260101", "DURATION:P1D", " folded",
                "RRULE:FREQ=DAILY;COUNT=3", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "UID:a", "RECURRENCE-ID:20260102T000000",
                "EXDATE:20260102T000000", "END:VCALENDAR", "BEGIN:VCALENDAR", "x", "", "RDATE:20260105T000000/P1D", "SUMMARY:\\",
            ]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_whatever_lines_come_in_whatever_order_a_calendar_is_read_or_refused_in_words(lines: list[str]) -> None:
    reading = read("BEGIN:VCALENDAR\n" + "\n".join(lines) + "\nEND:VCALENDAR")
    assert reading.wrong is None or reading.wrong.startswith("it cannot be read as iCalendar")


def test_a_step_too_many_is_refused_and_the_last_one_is_not() -> None:
    steps = Steps(2)
    steps.take(2)
    with pytest.raises(TooMuch):
        steps.take()
    with pytest.raises(Odd):
        repeat(Line({}, "FREQ=DAILY;BYDAY=" + ",".join(f"{at}MO" for at in range(1, 900))))
    assert (MAX_CHARS, date.max.year) == (1024 * 1024, 9999)


def test_a_day_that_is_listed_for_an_event_with_a_time_means_that_time_on_that_day() -> None:
    assert spans(feed(f"{ONE}\r\nRDATE;VALUE=DATE:20261202"))[1:] == ["Freeze: 12-02 16:00 / 12-02 18:00"]


def test_a_listed_period_ends_when_it_says_and_not_as_the_first_time_does() -> None:
    listed = "RDATE;VALUE=PERIOD:20261203T160000Z/20261204T060000Z,20261207T160000Z/PT30M"
    assert spans(feed(f"{ONE}\r\n{listed}"))[1:] == [
        "Freeze: 12-03 16:00 / 12-04 06:00",
        "Freeze: 12-07 16:00 / 12-07 16:30",
    ]
    assert left_out(feed(f"{ONE}\r\nRDATE;VALUE=PERIOD:20261203T160000Z/20261202T160000Z")) == [
        ("ends before it begins", 1)
    ]


def test_a_listed_period_that_began_before_the_years_in_sight_still_counts() -> None:
    reading = read(feed(f"{ONE}\r\nRDATE;VALUE=PERIOD:20200101T000000Z/P3650D"))
    assert min(span.start.year for span in reading.spans) == 2020


def test_a_zone_by_its_name_tells_the_clock_of_an_instant() -> None:
    berlin = Named(ZoneInfo("Europe/Berlin"))
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert berlin.wall(noon) == datetime(2026, 7, 1, 14)
    assert berlin.utc(berlin.wall(noon)) == noon
