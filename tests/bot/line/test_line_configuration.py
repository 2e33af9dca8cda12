"""The configuration on the line: broken files, the last good one, an organisation's default and floor, proposals."""

import pytest

from bot.policy.config import FILE
from tests.fakes.line import MANAGERS, Line
from tests.fakes.world import Pull

BROKEN = f"{MANAGERS}windows:\n  - {{name: Always, lvel: red, from: 2020-01-01}}\n"
RED = f"{MANAGERS}windows:\n  - {{name: Always, level: red, from: 2020-01-01}}\n"
EVENT = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20200101T000000Z\r\nDTEND:20990101T000000Z\r\nEND:VEVENT"
CALENDAR = f"BEGIN:VCALENDAR\r\n{EVENT}\r\nEND:VCALENDAR\r\n"
FED = f"{MANAGERS}windows:\n  - {{name: On-call, level: red, ics: on-call.ics}}\n"


def proposing(line: Line, text: str, path: str = FILE) -> Pull:
    return line.seen(0.1, files={path: text})


def test_without_a_file_nothing_is_held(line: Line) -> None:
    assert line.conclusion(line.seen(1.0)) == "success"


def test_a_broken_file_says_where_and_what_was_meant_and_the_last_good_one_stays(line: Line) -> None:
    pull = line.held()
    line.configure(BROKEN)
    line.tick(pull)
    assert line.conclusion(pull) == "failure"
    for said in ("`.github/codechill.yml`, line 4", "did you mean level?", "last valid version stays in force"):
        assert said in line.summary(pull)
    line.restart()
    line.tick(pull)
    assert line.conclusion(pull) == "failure"


@pytest.mark.parametrize(("files", "conclusion"), [(["api/session.py"], "failure"), ([FILE], "success")])
def test_a_file_that_was_never_valid_holds_everything_but_its_own_mending(
    line: Line, files: list[str], conclusion: str
) -> None:
    line.configure(BROKEN)
    pull = line.seen(0.1, files=dict.fromkeys(files, "version: 1\n"))
    assert line.conclusion(pull) == conclusion


def test_an_exception_does_not_lift_what_a_broken_file_holds(line: Line) -> None:
    line.configure(BROKEN)
    pull = line.seen(0.1)
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    assert line.answer(pull).startswith("An exception cannot lift this. It is held until the configuration is mended.")


@pytest.mark.parametrize(
    "text", ["version: 1\nmode: shadow\n", "version: 1\n", "version: 1\nexempt: {paths: ['**']}\n"]
)
def test_a_pull_request_cannot_configure_its_own_gate(line: Line, text: str) -> None:
    line.window()
    pull = line.seen(0.97, files={FILE: text, "api/session.py": "x = 1\n"})
    assert line.conclusion(pull) == "failure"


@pytest.mark.parametrize(
    ("text", "says", "conclusion"),
    [
        (RED, "it would hold \\#1 now", "success"),
        (RED, "windows[0]: Always: green 0 %, 2020-01-01 00:00 to without end becomes Always: red 50 %", "success"),
        (RED.replace("2020-01-01", "2020-01-01, paths: ['web/**']"), "it would move none of", "success"),
        ("version: 1\nlevles: {}\n", "did you mean levels?", "failure"),
        (BROKEN, "did you mean level?", "failure"),
    ],
)
def test_whoever_edits_the_configuration_is_told_what_it_would_change_and_cannot_break_it(
    line: Line, text: str, says: str, conclusion: str
) -> None:
    line.window("green")
    line.seen(0.97)
    pull = proposing(line, text)
    assert (line.conclusion(pull), line.summary(pull).count(says)) == (conclusion, 1)
    line.say(pull, "ana", "/chill refresh")  # looked at twice in one run, said once
    assert line.summary(pull).count(says) == 1


def test_no_exception_lets_a_broken_configuration_land(line: Line) -> None:
    line.window("green")
    pull = proposing(line, BROKEN)
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    assert line.answer(pull).startswith("An exception cannot lift this.")


# --- an organisation's default


@pytest.mark.parametrize(
    ("organisation", "repository", "conclusion"),
    [
        (RED, None, "failure"),
        (RED, "version: 1\nmode: advise\n", "neutral"),
        (f"{RED}floor: [mode]\n", "version: 1\nmode: advise\n", "failure"),
        (f"{RED}mode: advise\nfloor: [mode]\n", "version: 1\nmode: enforce\n", "failure"),  # tighter is allowed
        (
            "version: 1\nlevels: {red: 99%}\nfloor: [levels]\n",
            RED.replace("version: 1\n", "version: 1\nlevels: {red: 1%}\n"),
            "failure",
        ),
        ("version: 1\nlevels: {red: 99%}\n", RED.replace("version: 1\n", "version: 1\nlevels: {red: 1%}\n"), "success"),
    ],
)
def test_an_organisation_decides_where_a_repository_says_nothing_and_at_its_floor(
    line: Line, organisation: str, repository: str | None, conclusion: str
) -> None:
    line.organisation(organisation)
    if repository is not None:
        line.configure(repository)
    assert line.conclusion(line.seen(0.97)) == conclusion


def test_a_broken_default_of_the_organisation_leaves_the_last_good_one_in_force(line: Line) -> None:
    line.organisation(RED)
    pull = line.seen(0.97)
    line.organisation(BROKEN)
    line.tick(pull)
    assert line.conclusion(pull) == "failure"
    assert "acme/.github:codechill.yml" in line.summary(pull)
    line.organisation("version: 1\n")
    line.tick(pull)
    assert line.conclusion(pull) == "success"


# --- calendars in the repository


def test_a_calendar_file_decides_as_soon_as_it_is_there(line: Line) -> None:
    line.configure(FED)
    pull = line.seen(0.97)
    assert line.conclusion(pull) == "success"
    assert "the calendar of On-call cannot be used: it is not there" in line.summary(pull)
    line.world.commit(line.home, "main", {"on-call.ics": CALENDAR})
    line.tick(pull)
    assert line.conclusion(pull) == "failure"


@pytest.mark.parametrize(
    ("text", "says", "conclusion"),
    [
        (CALENDAR, "it would hold \\#1 now", "success"),
        ("<html>", "cannot be used: it cannot be read as iCalendar", "failure"),
    ],
)
def test_whoever_edits_a_calendar_is_told_what_it_would_change_and_cannot_break_it(
    line: Line, text: str, says: str, conclusion: str
) -> None:
    line.configure(FED)
    line.seen(0.97)
    pull = proposing(line, text, "on-call.ics")
    assert (line.conclusion(pull), says in line.summary(pull)) == (conclusion, True)
