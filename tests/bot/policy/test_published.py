"""What is published from the policy: the reference, the calendar for other programs."""

from datetime import UTC, datetime
from pathlib import Path

import icalendar
from policy_world import SATURDAY, weekend

from bot.policy.calendar import Scope
from bot.policy.calendar.export import to_ics
from bot.policy.config import parse
from bot.policy.reference import markdown

DOCS = Path(__file__).parents[3] / "docs"


def test_the_reference_in_the_docs_is_written_from_the_schema():
    assert (DOCS / "configuration.md").read_text("utf-8") == markdown()


def test_levels_to_come_are_events_that_keep_their_identity():
    first, again = to_ics(weekend().calendar, SATURDAY, Scope()), to_ics(weekend().calendar, SATURDAY, Scope())
    assert first == again
    events = icalendar.Calendar.from_ical(first).walk("VEVENT")
    assert (events[0].start, events[0].end) == (
        datetime(2026, 11, 20, 16, tzinfo=UTC),
        datetime(2026, 11, 23, 7, tzinfo=UTC),
    )
    endless = parse("version: 1\nwindows: [{name: w, level: red, from: 2026-01-01}]")
    assert "VEVENT" not in to_ics(endless.calendar, SATURDAY, Scope())


def test_a_rule_may_end_on_a_date():
    rule = "{name: w, level: red, rrule: 'FREQ=DAILY;UNTIL=20261122', start: 2026-11-21, for: 1h}"
    calendar = parse(f"version: 1\nwindows: [{rule}]").calendar
    edges = calendar.edges(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [f"{edge:%d %H}" for edge in edges] == ["21 00", "21 01", "22 00", "22 01"]
