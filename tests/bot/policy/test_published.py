"""What is published from the policy: the reference, the calendar for other programs."""

from datetime import UTC, datetime
from pathlib import Path

import icalendar
from policy_world import SATURDAY, weekend

from bot.policy.calendar import Scope
from bot.policy.calendar.export import AHEAD, Published, to_ics
from bot.policy.chat import commands
from bot.policy.chat import grammar as chat
from bot.policy.config import parse
from bot.policy.config.auto_review_shape import (
    AutoReviewShape,
    BotsShape,
    DependenciesShape,
    GatesShape,
    LabelsShape,
    PeopleShape,
    ReviewerShape,
    SizeShape,
    SourceShape,
)
from bot.policy.config.reference import markdown
from bot.policy.config.sections.critical_from import CriticalFromShape
from bot.policy.config.sections.difftest import DifftestShape, TeamShape
from bot.policy.config.sections.escalation import EscalationShape
from bot.policy.config.sections.freezes import FreezesShape
from bot.policy.config.sections.gate import GateShape
from bot.policy.config.sections.incidents import IncidentsShape
from bot.policy.config.sections.notices import DeputyShape, NoticesShape, QuietShape
from bot.policy.config.table import TABLE
from bot.policy.config.window_shape import ExceptShape, HolidaysShape, WeeklyShape, WindowShape
from bot.policy.config.yaml_positions import read

DOCS = Path(__file__).parents[3] / "docs"


def test_the_reference_in_the_docs_is_written_from_the_schema():
    assert (DOCS / "configuration.md").read_text("utf-8") == markdown()


def test_the_page_on_commands_is_written_from_the_table_and_its_examples_are_commands():
    assert (DOCS / "commands.md").read_text("utf-8") == commands.markdown()
    for command in commands.COMMANDS.values():
        for example in command.examples:
            said = chat.parse(example)
            assert said is not None
            assert commands.COMMANDS[said.verb] is command


def test_the_example_uses_every_setting_and_is_valid_for_editors_too():
    text = (DOCS / "codechill.example.yml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=codechill.schema.json\n")
    parse(text)
    written = {part for path in read(text).keys for part in path if isinstance(part, str)}
    shapes = [
        TABLE.shape,
        WindowShape,
        WeeklyShape,
        ExceptShape,
        HolidaysShape,
        GateShape,
        FreezesShape,
        IncidentsShape,
        EscalationShape,
        NoticesShape,
        QuietShape,
        DeputyShape,
        CriticalFromShape,
        DifftestShape,
        TeamShape,
        AutoReviewShape,
        LabelsShape,
        BotsShape,
        PeopleShape,
        GatesShape,
        SourceShape,
        SizeShape,
        DependenciesShape,
        ReviewerShape,
    ]
    known = {field.alias or name for shape in shapes for name, field in shape.model_fields.items()}
    assert known - written == {"floor", "subdivision"}  # an organisation's, and a country's that has some


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


def test_what_people_subscribe_to_says_when_to_look_again_and_holds_what_has_no_end():
    endless = parse("version: 1\nwindows: [{name: 'w; x, \u00fc', level: red, from: 2026-01-01}]")
    published = Published("acme/shop main", "https://chill.example/r/acme/shop/calendar", endless=True)
    feed = icalendar.Calendar.from_ical(to_ics(endless.calendar, SATURDAY, Scope(), published=published))
    assert (str(feed["X-WR-CALNAME"]), feed["REFRESH-INTERVAL"].to_ical()) == ("acme/shop main", b"PT1H")
    (event,) = feed.walk("VEVENT")
    assert str(event["SUMMARY"]) == "w; x, \u00fc (red, 50 % held back), no end in sight"
    assert (event.start, event.end) == (datetime(2026, 1, 1, tzinfo=UTC), SATURDAY + AHEAD)
    assert str(event["URL"]) == "https://chill.example/r/acme/shop/calendar"


def test_a_rule_may_end_on_a_date():
    rule = "{name: w, level: red, rrule: 'FREQ=DAILY;UNTIL=20261122', start: 2026-11-21, for: 1h}"
    calendar = parse(f"version: 1\nwindows: [{rule}]").calendar
    edges = calendar.edges(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [f"{edge:%d %H}" for edge in edges] == ["21 00", "21 01", "22 00", "22 01"]
