"""What cannot be meant, or will never matter again, is told with what to write instead."""

# ruff: noqa: E501 - tables, a case a line

from datetime import UTC, date, datetime

import pytest
from policy_world import MIA, TUESDAY

from bot.policy.calendar.feed import Copy
from bot.policy.calendar.recurring import feasts
from bot.policy.config import Config, ConfigError, parse, settings
from bot.policy.config.freezes import Freeze, joined
from bot.policy.config.idle import doubtful, idle
from bot.policy.config.walltime import elapsed
from bot.policy.text.globs import branch_problem


def windows(*lines: str) -> str:
    return "version: 1\nwindows:\n" + "".join(f"  - {{level: red, {line}}}\n" for line in lines)


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    return problem.words


def notes(config: Config) -> list[str]:
    return [problem.words for problem in idle(config, TUESDAY)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "name: W, from: 2025-12-20 18:00, to: 2026-01-06 08:00",
            "the window W is over: it ended on 2026-01-06 08:00 and does not open again; for every year write "
            'rrule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", at: "18:00", for: 16d14h',
        ),
        ("name: W, to: 2020-01-01", "the window W is over: it ended on 2020-01-01 00:00 and does not open again"),
        (
            "name: W, rrule: 'FREQ=DAILY;UNTIL=20261101', start: 2026-01-01, for: 2h",
            "the window W is over: it ended on 2026-11-01 02:00 and does not open again",
        ),
        (
            "name: W, rrule: 'FREQ=DAILY', start: 2040-01-01, for: 2h",
            "the window W does not open before the end of 2028",
        ),
    ],
)
def test_a_window_that_will_not_open_again_is_told_and_how_to_have_it_every_year(line: str, said: str) -> None:
    assert notes(parse(windows(line))) == [said]
    (note,) = idle(parse(windows(line)), TUESDAY)
    assert note.line == 3


def test_what_opens_again_and_what_was_started_by_hand_is_not_told() -> None:
    config = parse(windows("name: W, weekly: {days: [Sat]}", "name: X, from: 2040-01-01", "name: F, ics: a.ics"))
    past = Freeze("f", "By hand", "red", datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC), "x", MIA)
    assert notes(joined(config, [past])) == []


def test_a_calendar_with_nothing_to_come_is_told() -> None:
    empty = {"a.ics": Copy("BEGIN:VCALENDAR\nEND:VCALENDAR")}
    config = parse(windows("name: F, ics: a.ics")).with_feeds(empty, TUESDAY)
    assert notes(config) == ["the calendar of F has no event from now to the end of 2028"]


@pytest.mark.parametrize(
    ("written", "like"),
    [
        ("^release/.*$", "release/**"),
        ("release/.*", "release/**"),
        ("^main$", "main"),
        (".*", "*"),
        (r"release/\d+\.\d+", "release/*.*"),
        ("release-[0-9]+", "release-*"),
        ("(main|release)", "release/*"),
        ("^.*x.*/$", "release/*"),
    ],
)
def test_a_regular_expression_for_a_branch_is_told_the_glob_that_is_meant(written: str, like: str) -> None:
    assert branch_problem(written) == f"this is a regular expression; a glob is wanted here, like {like}"


@pytest.mark.parametrize("glob", ["(" * 60_000, "[" * 60_000, "a" * 60_000 + "$"], ids=["(", "[", "$"])
def test_no_branch_is_so_long_that_its_glob_is_searched_for_a_regular_expression(glob: str) -> None:
    assert branch_problem(glob) is None


@pytest.mark.parametrize("text", ["1d" + " " * 60_000 + "x", "1d" + " " * 60_000 + "2h"], ids=["wrong", "right"])
def test_a_length_of_time_is_no_longer_than_a_person_writes_it(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time"):
        elapsed(text)


@pytest.mark.parametrize("glob", ["main", "release/*", "release/**", "v1.*", "a(b)", "x|y", "releases/1.x"])
def test_globs_of_branches_stay_globs(glob: str) -> None:
    assert branch_problem(glob) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"name: W, from: 2026-01-01, branches: ['^release/.*$']", "a glob is wanted here, like release/**"),
        ("name: W, from: 12-20 18:00", 'or for every year rrule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20" with at and for'),
        ("name: W, from: 13-20", '"13-20" is no date; write it like 2026-11-26 17:00'),
        ("name: W, timezone: [Europe/Berlin, Asia/Tokyo], from: 2026-01-01", "a window of its own for each office"),
        ("name: W, holidays: [{country: DE}, {country: US}]", "a window of its own for each office"),
        ("name: W, holidays: {country: DE, categories: [catholik]}", "DE has no holidays of category catholik; known are catholic, public"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_what_to_write(line: str, words: str) -> None:
    assert words in refused(windows(line))


@pytest.mark.parametrize(("categories", "is_open"), [("", False), (", categories: [public, catholic]", True)])
def test_the_assumption_is_a_holiday_of_bavaria_by_category(categories: str, is_open: bool) -> None:
    config = parse(windows(f"name: W, timezone: Europe/Berlin, holidays: {{country: DE, subdivision: BY{categories}}}"))
    assert bool(config.calendar.open_at(datetime(2026, 8, 15, 12, tzinfo=UTC))) is is_open
    (shown,) = [one.value for one in settings(config) if one.key == "windows[0]"]
    assert shown.endswith(f"{'public, catholic' if is_open else 'public'} holidays of DE BY")


def test_every_window_is_shown_with_its_zone_and_where_that_is_written() -> None:
    config = parse(
        "version: 1\ntimezone: Europe/Berlin\nwindows:\n  - {name: A, level: red, from: 2026-01-01}\n"
        "  - name: B\n    level: red\n    from: 2026-01-01\n    timezone: Asia/Tokyo\n    reason: Stock taking\n"
    )
    shown = {one.key: (one.value, one.source.line) for one in settings(config)}
    assert shown["windows[0].timezone"] == ("Europe/Berlin", 4)
    assert shown["windows[1].timezone"] == ("Asia/Tokyo", 8)
    assert shown["windows[1].reason"] == ("Stock taking", 9)
    assert shown["floor"] == ("none", None)


REPEATS = [
    ("weekly: {from: Mon 00:00, to: Sun 24:00}", "has no break: each time it opens before it has closed; make it shorter, or write from and to"),
    ("rrule: FREQ=DAILY, for: 30h", "has no break: each time it opens before it has closed; make it shorter, or write from and to"),
    ("rrule: 'FREQ=MONTHLY;BYMONTHDAY=1,31', for: 3h", "leaves out every month that has no day 31; for the last day of each month write BYMONTHDAY=-1"),
    ("rrule: FREQ=MONTHLY;BYDAY=5FR, for: 3h", "leaves out every month that has no fifth FR; for the last of each month write BYDAY=-1FR"),
    ("rrule: FREQ=MONTHLY;BYMONTHDAY=-1, for: 3h", ""),
    ("rrule: 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31', for: 3h", ""),
    ("rrule: FREQ=WEEKLY;BYDAY=FR, for: 63h", ""),
    ("from: 2020-01-01", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), REPEATS)
def test_what_repeats_as_nobody_means_it_is_told(line: str, said: str) -> None:
    notes = [problem.words for problem in doubtful(parse(windows(f"name: W, {line}")), TUESDAY)]
    assert notes == ([f"the window W {said}"] if said else [])


def test_holidays_have_their_names() -> None:
    assert feasts("DE", "BE", (), 2026, 2026)[0] == (date(2026, 1, 1), "New Year's Day")
