"""`codechill config` and `codechill calendar` as a maintainer runs them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import time_machine
from click.testing import CliRunner, Result

from bot.commands.calendar import calendar
from bot.commands.policy import config
from bot.config.repository import ORGANISATION
from bot.policy.config.freezes import Freeze
from bot.policy.pull import Person
from bot.store import KnownFeed, KnownRepository, Store

DOCS = Path(__file__).parents[3] / "docs"
SAMPLE = """\
version: 1
timezone: Europe/Berlin
windows:
  - name: Weekend
    level: weekend
    weekly: {from: "Fri 17:00", to: "Mon 08:00"}
  - name: Launch
    level: red
    from: 2026-11-28 12:00
    to: 2026-11-28 18:00
    branches: [main]
    paths: ["web/**"]
  - name: On-call
    level: yellow
    ics: .github/on-call.ics
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / ".github"
    folder.mkdir()
    file = folder / "codechill.yml"
    file.write_text(SAMPLE)
    return file


def run(command: object, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])  # type: ignore[arg-type]


def asked(file: Path, *words: str) -> dict[str, object]:
    result = run(calendar, "--config", file, "--format", "json", *words)
    assert result.exit_code == 0, result.output
    answered: dict[str, object] = json.loads(result.stdout)
    return answered


def test_the_calendar_says_what_is_in_force_and_where_that_is_written(file: Path):
    answered = asked(file, "--at", "2026-11-28 13:00")
    assert (answered["level"], answered["share"]) == ("red", 0.5)
    assert (answered["since"], answered["until"]) == ("2026-11-28T12:00:00+01:00", "2026-11-28T18:00:00+01:00")
    assert [(window["name"], window["line"]) for window in answered["windows"]] == [("Launch", 7), ("Weekend", 4)]
    assert answered["next_change"] == {
        "at": "2026-11-28T18:00:00+01:00", "level": "weekend", "share": 0.05, "window": "Weekend"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "level"),
    [
        (("--branch", "main", "--path", "web/a"), "red"),
        (("--branch", "main"), "red"),
        (("--branch", "topic"), "weekend"),
        (("--path", "api/a"), "weekend"),
        (("--path", "api/a", "--path", "web/a"), "red"),
    ],
)
def test_branch_and_path_narrow_what_counts(file: Path, words: tuple[str, ...], level: str):
    assert asked(file, "--at", "2026-11-28T12:00:00Z", *words)["level"] == level


def test_the_calendar_reads_well_in_a_terminal(file: Path):
    result = run(calendar, "--config", file, "--at", "2026-11-21 13:00", "--next", 2)
    assert result.stdout.splitlines() == [
        "weekend: 5 % held back, at Sat 21 Nov 13:00 CET (2026-11-21 12:00 UTC)",
        "since Fri 20 Nov 17:00 CET (2026-11-20 16:00 UTC), until Mon 23 Nov 08:00 CET (2026-11-23 07:00 UTC)",
        f"  open: Weekend (weekend 5 %), {file} line 4, since Fri 20 Nov 17:00 CET (2026-11-20 16:00 UTC), "
        "until Mon 23 Nov 08:00 CET (2026-11-23 07:00 UTC)",
        "next changes:",
        "  Mon 23 Nov 08:00 CET (2026-11-23 07:00 UTC) green 0 %",
        "  Fri 27 Nov 17:00 CET (2026-11-27 16:00 UTC) weekend 5 % (Weekend)",
    ]
    assert "warning" in result.stderr
    assert "it is not there" in result.stderr


def test_without_windows_nothing_is_in_sight(file: Path):
    file.write_text("version: 1")
    result = run(calendar, "--config", file)
    assert "since ever, or longer than a year, no change in sight" in result.stdout
    assert asked(file)["next_change"] is None


def test_a_window_without_ends_says_so(file: Path):
    file.write_text("version: 1\nwindows: [{name: w, level: red, to: 2999-01-01}]")
    assert "since since ever" not in run(calendar, "--config", file).stdout
    assert "since ever, until Tue 1 Jan 00:00 UTC (2999-01-01 00:00 UTC)" in run(calendar, "--config", file).stdout
    file.write_text("version: 1\nwindows: [{name: w, level: red, from: 1999-01-01}]")
    assert "without end" in run(calendar, "--config", file).stdout


def test_changes_are_listed_as_json_too(file: Path):
    answered = asked(file, "--at", "2026-11-21 13:00", "--next", "3")
    assert [change["level"] for change in answered["changes"]] == ["green", "weekend", "red"]


def test_the_feed_beside_the_configuration_is_read(file: Path):
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T110000Z\r\nSUMMARY:Shift\r\nEND:VEVENT"
    (file.parent / "on-call.ics").write_text(f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n")
    answered = asked(file, "--at", "2026-11-24T10:30:00Z")
    assert [window["name"] for window in answered["windows"]] == ["Shift"]


def test_the_coming_levels_are_a_feed_for_peoples_calendars(file: Path):
    result = run(calendar, "--config", file, "--at", "2026-11-21 13:00", "--ics")
    events = icalendar.Calendar.from_ical(result.stdout).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events[:3]] == [
        "Weekend (weekend, 5 % held back)",
        "Weekend (weekend, 5 % held back)",
        "Launch (red, 50 % held back)",
    ]
    assert events[2].start.isoformat() == "2026-11-28T11:00:00+00:00"
    again = run(calendar, "--config", file, "--at", "2026-11-21 14:00", "--ics")
    assert again.stdout == result.stdout


def test_with_next_so_many_events_are_printed(file: Path):
    result = run(calendar, "--config", file, "--at", "2026-11-21 13:00", "--ics", "--next", 3)
    assert len(icalendar.Calendar.from_ical(result.stdout).walk("VEVENT")) == 3


def test_a_window_for_some_people_is_open_for_them_only(file: Path):
    file.write_text("version: 1\nwindows: [{name: w, level: red, from: 1999-01-01, authors: ['@acme/red', ada]}]")
    levels = [asked(file, "--author", who)["level"] for who in ("ada", "@Acme/Red", "ben")]
    assert levels == ["red", "red", "green"]
    assert asked(file)["level"] == "red"


def test_an_address_is_asked_only_when_that_is_said(file: Path):
    file.write_text("version: 1\nwindows: [{name: w, level: weekend, ics: 'https://localhost:1/a.ics'}]")
    assert "addresses are not asked here unless you say --fetch" in run(calendar, "--config", file).stderr
    assert "leads into a private network" in run(calendar, "--config", file, "--fetch").stderr
    assert "leads into a private network" in str(asked(file, "--fetch")["problems"])


def test_without_a_file_here_it_says_what_to_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = run(calendar)
    assert result.exit_code == 2
    assert "there is no .github/codechill.yml here: name a file with --config" in result.output


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The database of a server that looked at two branches of one repository."""
    for name, value in {
        "APP_ID": "7",
        "PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----",
        "WEBHOOK_SECRET": "long enough",
        "DATABASE": f"sqlite:///{tmp_path / 'a.db'}",
    }.items():
        monkeypatch.setenv(f"CODECHILL_{name}", value)
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    text = "version: 1\nwindows: [{name: Shifts, level: red, ics: 'https://ics.example/secret'}]"
    store.configurations.save(7, "main", text=text, sha="", at=NOW)
    store.configurations.save(7, "release", text="", sha="", at=NOW)
    store.configurations.save(7, ORGANISATION, text="version: 1\ntimezone: Europe/Berlin", sha="", at=NOW)
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T130000Z\r\nSUMMARY:Shift\r\nEND:VEVENT"
    text = f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n"
    store.feeds.save(
        KnownFeed("https://ics.example/secret", text, NOW, NOW + timedelta(hours=2), "the host answered 503")
    )
    freeze = Freeze(
        "f", "Moving", "frozen", NOW, NOW + timedelta(hours=1), "the database", Person(1, "maya"), ("release",)
    )
    store.freezes.save(7, freeze, at=NOW)
    yield store
    store.close()


def test_what_a_server_decides_by_is_shown_with_the_age_of_its_calendars(server: Store):
    result = run(calendar, "--repository", "Acme/Shop", "--branch", "main", "--at", "2026-11-24 13:00")
    assert result.stdout.splitlines() == [
        "red: 50 % held back, at Tue 24 Nov 13:00 CET (2026-11-24 12:00 UTC)",
        "since Tue 24 Nov 11:00 CET (2026-11-24 10:00 UTC), until Tue 24 Nov 14:00 CET (2026-11-24 13:00 UTC)",
        "  open: Shift (red 50 %), .github/codechill.yml line 2, since Tue 24 Nov 11:00 CET (2026-11-24 10:00 UTC), "
        "until Tue 24 Nov 14:00 CET (2026-11-24 13:00 UTC)",
        "  calendar from ics.example: read Tue 24 Nov 12:00 UTC (2026-11-24 12:00 UTC); "
        "last try: the host answered 503",
        "next change:",
        "  Tue 24 Nov 14:00 CET (2026-11-24 13:00 UTC) green 0 %",
    ]
    assert "its copy of 2026-11-24 12:00 UTC counts" in result.stderr
    assert "secret" not in result.output


def test_a_freeze_by_hand_shows_on_the_branch_that_it_is_for(server: Store):
    result = run(calendar, "--repository", "acme/shop", "--branch", "release", "--at", "2026-11-24 13:30")
    assert "open: Moving (frozen 100 %), started by hand" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--repository", "acme/other"), "has not looked at a pull request of acme/other yet"),
        (("--repository", "acme/shop"), "name a branch with --branch: this server knows main, release"),
        (("--repository", "acme/shop", "--branch", "topic"), "this server knows main, release"),
    ],
)
def test_a_server_that_does_not_know_says_what_it_knows(server: Store, words: tuple[str, ...], said: str):
    result = run(calendar, *words)
    assert result.exit_code == 2
    assert said in result.output


def test_a_kept_configuration_of_an_older_version_is_refused(server: Store):
    server.configurations.save(7, "main", text="version: 9", sha="", at=NOW)
    assert "not valid for this version" in run(calendar, "--repository", "acme/shop", "--branch", "main").output


def test_what_never_ends_is_no_event(file: Path):
    file.write_text("version: 1\nwindows: [{name: w, level: red, from: 1999-01-01}]")
    assert "VEVENT" not in run(calendar, "--config", file, "--ics").stdout


def test_a_good_file_is_called_good(file: Path):
    result = run(config, "check", file)
    assert (result.exit_code, result.stdout) == (0, f"{file}: good. Mode enforce, 3 windows.\n")


def test_what_automatic_review_does_is_said_apart_from_the_mode_of_the_file(file: Path):
    file.write_text("version: 1\nauto_review: {mode: shadow, sources: {renovate: {like: renovate}}}\n")
    said = f"{file}: good. Mode enforce, 0 windows. Automatic review: shadow, 1 source.\n"
    assert run(config, "check", file).stdout == said


NOTED = """\
version: 1
windows:
  - name: Launch
    level: red
    to: 2020-01-01
  - {name: On-call, level: yellow, ics: .github/on-call.ics}
"""
DROPPED = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Party\nSTATUS:CANCELLED\nDTSTART:20261128T120000Z\n"
    "DTEND:20261128T130000Z\nEND:VEVENT\nEND:VCALENDAR\n"
)


@pytest.mark.parametrize("command", [("check",), ("calendar",), ("calendar", "json")], ids=" ".join)
def test_what_one_should_know_and_nobody_has_to_mend_is_noted_once_and_the_answer_is_good(
    file: Path, command: tuple[str, ...]
):
    file.write_text(NOTED)
    (file.parent / "on-call.ics").write_text(DROPPED)
    with time_machine.travel(datetime(2026, 11, 24, tzinfo=UTC)):
        if command[0] == "check":
            result = run(config, "check", file)
        else:
            result = run(calendar, "--config", file, "--at", "2026-11-24 12:00", "--format", (*command, "text")[1])
    over = f"{file}:3: the window Launch is over: it ended on 2020-01-01 00:00 and does not open again"
    left = f'{file}:6: the calendar of On-call leaves out 1 of 1 event: "Party" (line 2) is cancelled'
    none = f"{file}:6: the calendar of On-call has no event from now to the end of 2028"
    assert result.exit_code == 0
    if command == ("calendar", "json"):
        assert json.loads(result.stdout)["notes"] == [left, over, none]
    else:
        lines = [line.strip() for line in result.output.splitlines()]
        assert [line for line in lines if line.startswith("note: ")] == [f"note: {one}" for one in (left, over, none)]


def test_a_bad_file_is_refused_with_the_place_and_what_was_meant(file: Path):
    file.write_text("version: 1\nwindwos: []\n")
    for command, words in ((config, ("check", file)), (config, ("show", file)), (calendar, ("--config", file))):
        result = run(command, *words)
        assert result.exit_code == 2
        assert result.stderr == f"{file}:2:1: unknown setting windwos; did you mean windows?\n"
    file.write_bytes(b"\xff")
    assert "not UTF-8 text" in run(config, "check", file).stderr


def test_a_time_that_is_none_is_refused(file: Path):
    result = run(calendar, "--config", file, "--at", "soon")
    assert result.exit_code == 2
    assert '"soon" is no date' in result.stderr


def test_every_value_is_shown_with_its_source(file: Path, tmp_path: Path):
    org = tmp_path / "org.yml"
    org.write_text("version: 1\nmode: advise\nnotice: 60%\n")
    result = run(config, "show", file, "--organisation", org)
    assert (
        f"mode                                     advise  ({org}:2)".split() == result.stdout.splitlines()[0].split()
    )
    assert result.stdout.splitlines()[1].split() == ["timezone", "Europe/Berlin", f"({file}:2)"]
    assert "built in" in result.stdout
    rows = json.loads(run(config, "show", file, "--organisation", org, "--format", "json").stdout)
    assert {"key": "notice", "value": "60 %", "file": str(org), "line": 3} in rows


def test_the_reference_in_the_docs_is_the_one_the_command_prints():
    assert run(config, "commands").stdout == (DOCS / "commands.md").read_text("utf-8")
    assert run(config, "reference").stdout == (DOCS / "configuration.md").read_text("utf-8")
    assert json.loads(run(config, "schema").stdout) == json.loads((DOCS / "codechill.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", ":nowhere"])
def test_neither_clock_nor_letters_of_the_operators_machine_nor_line_ends_of_windows_change_what_is_said(
    file: Path, zone: str
):
    text = SAMPLE.replace("Launch", "Füße 😀")
    file.write_bytes(text.replace("\n", "\r\n").encode())
    words = ["calendar", "--config", str(file), "--at", "2026-11-28 13:00", "--next", "5"]
    odd = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": zone, "PATH": os.environ["PATH"]}
    program = [sys.executable, "-m", "bot", *words]
    ran = subprocess.run(program, capture_output=True, env=odd | {"HOME": str(file.parent)}, check=False)
    file.write_text(text, "utf-8")
    assert (ran.returncode, ran.stdout.decode("utf-8")) == (0, run(calendar, *words[1:]).stdout)
    assert "Füße 😀" in ran.stdout.decode("utf-8")
