"""The configuration file: what it means, and what is said when it is wrong."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.policy.calendar import Window
from bot.policy.calendar.feed import Feed
from bot.policy.calendar.recurring import PublicHolidays, Rule
from bot.policy.calendar.times import Carved, Dated, Weekly
from bot.policy.config import REASONS, Config, ConfigError, parse
from bot.policy.config.problems import of_shape
from bot.policy.config.table import TABLE
from bot.policy.config.yaml_positions import read
from bot.policy.state import ConfigProblem

DOCS = Path(__file__).parents[3] / "docs"
SAMPLE = """\
version: 1
mode: enforce
timezone: Europe/Berlin
levels:
  green: 0%
  yellow: 0.2
  launch: 33%
windows:
  - name: Weekend
    level: weekend
    weekly: {from: "Fri 17:00", to: "Mon 08:00"}
  - name: Nights
    level: weekend
    weekly: {days: [Mon, tuesday, WED], from: 22:00, to: 06:00}
    branches: ["release/*"]
  - name: Black Friday
    level: red
    from: 2026-11-26
    to: 2026-12-01 24:00
    timezone: America/New_York
    branches: [main, "release/*"]
    paths: ["services/**"]
    except:
      - {from: 2026-11-29 10:00, to: 2026-11-29 12:00, reason: "planned migration"}
  - name: Quarter end
    level: launch
    rrule: "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"
    start: 2026-01-01
    at: 12:00
    for: 20h
  - name: Public holidays
    level: weekend
    holidays: {country: DE, subdivision: BE, day_before_from: 15:00}
  - name: On-call
    level: yellow
    ics: .github/on-call.ics
notice: 75%
gate:
  action: {red: extra_review}
  on_error: {weekend: closed}
exempt:
  paths: ["docs/**"]
escalation:
  managers: ["@Acme/Release-Managers"]
  by_path: {"payments/**": ["@acme/payments-leads", Some-User]}
  reasons:
    security_fix: "Closes a vulnerability"
critical:
  "services/auth/**": 1
frozen_paths: ["billing/ledger/**"]
"""


def windows(text: str = SAMPLE) -> dict[str, Window]:
    return {window.name: window for window in parse(text).calendar.windows}


def test_every_setting_arrives_as_it_was_meant():
    config = parse(SAMPLE)
    assert (config.mode, config.timezone, config.notice) == ("enforce", "Europe/Berlin", 0.75)
    assert dict(config.levels) == {
        "green": 0.0, "weekend": 0.05, "yellow": 0.2, "red": 0.5, "frozen": 1.0, "launch": 0.33
    }  # fmt: skip
    assert config.gate.action_at("red") == "extra_review"
    assert config.gate.action_at("yellow") == "block"
    assert [config.gate.on_error_at(name, share) for name, share in config.levels.items()] == [
        "open", "closed", "closed", "closed", "closed", "closed"
    ]  # fmt: skip
    assert config.exempt_paths == ("docs/**",)
    assert config.escalation.managers == ("@acme/release-managers",)
    assert dict(config.escalation.by_path) == {"payments/**": ("@acme/payments-leads", "some-user")}
    assert dict(config.escalation.reasons) == {"security_fix": "Closes a vulnerability"}
    assert dict(config.critical) == {"services/auth/**": 1}
    assert config.frozen_paths == ("billing/ledger/**",)
    assert config.teams() == {"@acme/release-managers", "@acme/payments-leads"}


def test_every_kind_of_window_is_read():
    named = windows()
    assert named["Weekend"].times == Weekly(((4 * 1440 + 1020, 7 * 1440 + 480),))
    assert named["Nights"].times == Weekly(tuple((day * 1440 + 1320, day * 1440 + 1800) for day in (0, 1, 2)))
    assert named["Nights"].branches == ("release/*",)
    assert named["Black Friday"].times == Dated(datetime(2026, 11, 26), datetime(2026, 12, 2))
    assert named["Black Friday"].zone == "America/New_York"
    assert named["Black Friday"].carved == (
        Carved(datetime(2026, 11, 29, 10), datetime(2026, 11, 29, 12), "planned migration"),
    )
    assert named["Quarter end"].times == Rule(
        "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", datetime(2026, 1, 1).date(), 720, timedelta(hours=20)
    )
    assert named["Quarter end"].level.share == 0.33
    assert named["Public holidays"].times == PublicHolidays("DE", "BE", 900)
    assert named["On-call"].times == Feed(".github/on-call.ics")
    assert [window.line for window in named.values()] == [9, 12, 16, 25, 31, 34]


def test_a_file_with_a_version_alone_holds_nothing():
    config = parse("version: 1")
    assert config.calendar.windows == ()
    assert config.mode == "enforce"
    assert config.timezone == "UTC"
    assert config.escalation.reasons == REASONS
    left_empty = parse("version: 1\nwindows:\nexempt:\n")
    assert (left_empty.calendar, left_empty.exempt_paths) == (config.calendar, ())
    assert Config.default().calendar.windows == ()


def test_values_may_be_written_the_way_people_write_them():
    text = SAMPLE.replace("from: 22:00", 'from: "22:00"').replace("notice: 75%", "notice: .75").replace("33%", "33 %")
    assert parse(text) == parse(SAMPLE)


@pytest.mark.parametrize(
    ("weekly", "pairs"),
    [
        ("{days: [Sat, Sun]}", ((5 * 1440, 6 * 1440), (6 * 1440, 7 * 1440))),
        ("{days: [Sun], from: 12:00, to: 24:00}", ((6 * 1440 + 720, 7 * 1440),)),
        ("{days: [Sun], from: 12:00, to: 12:01}", ((6 * 1440 + 720, 6 * 1440 + 721),)),
        ("{from: Mon 00:00, to: Sun 24:00}", ((0, 7 * 1440),)),
        ("{from: saturday 08:00, to: Fri 08:00}", ((5 * 1440 + 480, 7 * 1440 + 4 * 1440 + 480),)),
    ],
)
def test_weekly_times_wrap_to_the_next_day_and_week(weekly: str, pairs: Any):
    text = f"version: 1\nwindows: [{{name: w, level: red, weekly: {weekly}}}]"
    assert windows(text)["w"].times == Weekly(pairs)


def test_open_ends_and_offsets_are_kept():
    text = """\
version: 1
windows:
  - {name: ever, level: red, to: 2026-01-01}
  - {name: on, level: red, from: "2026-01-01 10:00+02:00", to:}
  - {name: mixed, level: red, from: 2026-01-01T10:00:30Z, to: 2026-01-01 12:00}
"""
    assert windows(text)["ever"].times == Dated(None, datetime(2026, 1, 1))
    assert str(windows(text)["on"].times.start) == "2026-01-01 10:00:00+02:00"
    assert str(windows(text)["mixed"].times.start) == "2026-01-01 10:00:30+00:00"


WINDOW = "version: 1\nwindows:\n  - name: w\n    level: red\n    "
WRONG = [
    # structure
    ("", "1:1", "version is missing"),
    ("mode: enforce", "1:1", "version is missing"),
    ("- a", "1:1", "the file holds settings of its own"),
    ("version: 2", "1:10", "this program reads version 1"),
    ("version: 1\nwindwos: []", "2:1", "unknown setting windwos; did you mean windows?"),
    ("version: 1\nxyz: 1", "2:1", "unknown setting xyz"),
    ("version: 1\ngate: {actoin: {}}", "2:8", "unknown setting gate.actoin; did you mean action?"),
    (WINDOW + "form: 2026-01-01", "5:5", "unknown setting windows[0].form; did you mean from?"),
    (WINDOW + "weekly: {form: Fri 17:00, to: Mon 08:00}", "5:14", "unknown setting windows[0].weekly.form"),
    ("version: 1\nmode: enforced", "2:7", 'mode is "enforced"; did you mean enforce?'),
    ("version: 1\nmode: zzz", "2:7", "write shadow, comment, advise, enforce"),
    ("version: 1\nwindows: red", "2:10", "windows is a list"),
    ("version: 1\ngate: red", "2:7", "gate holds settings of its own"),
    ("version: 1\nnotice: [1]", "2:9", "a single value is expected here"),
    ("version: 1\nversion: 1", "2:1", "version is given twice; it stands on line 1 already"),
    ("version: 1\nlevels: {red: 1%, red: 2%}", "2:19", "red is given twice"),
    ("version: 1\n[a]: 1", "2:1", "a key must be a plain word"),
    ("version: 1\n~: 1", "2:1", "a key must be a plain word"),
    ("version: 1\nmode: !!int enforce", "2:7", "YAML tags"),
    ("version: 1\nlevels: !x {}", "2:9", "YAML tags"),
    ("version: 1\n\tmode: enforce", "2:1", "YAML is indented with spaces, here is a tab"),
    ("version: 1\nmode: [", "2:8", "a bracket is opened and never closed"),
    ("version: 1\nmode: [a\nnotice: 5%", "2:7", "the [ that opens here is not closed where the next setting begins"),
    ("version: 1\ngate: {action: {}\nmode: x", "2:7", "the { that opens here is not closed"),
    ("version: 1\nmode: 'x\nnotice: 5%", "2:7", "this quotation mark is never closed"),
    ("version: 1\ntimezone UTC\nmode: x", "2:1", "a setting needs a colon and a space after its name"),
    ("version:1\nmode: x", "1:8", "a space is missing after the colon"),
    ("version: 1\n\nmode:x\nnotice: 5%", "3:1", "a setting needs a colon and a space"),
    ("version: 1\nexempt: {paths: [*.md]}", "2:18", 'what begins with * or & needs quotes, like "*.md"'),
    ("version: 1\nexempt: {paths: [& x]}", "2:18", "what begins with * or & needs quotes"),
    ("version: 1\nescalation: {managers: [@a/b]}", "2:25", "names that begin with @ need quotes"),
    ("version: 1\nmode: `x`", "2:7", "what begins with a backtick needs quotes"),
    ("version: 1\nnotice: %80", "2:9", "what begins with % needs quotes"),
    (WINDOW + "reason: launch: day one", "5:19", "a value that holds a colon and a space needs quotes"),
    (WINDOW + " weekly: {days: [Mon]}", "5:6", "this line is indented deeper than the settings it belongs to"),
    ("version: 1\n  mode: x", "2:3", "this line is indented deeper"),
    ("a:\n  - x\n b: 1\n", "3:2", "this line is not aligned with the settings above it"),
    ("version: 1\nmode: ]", "2:7", "this is not valid YAML"),
    ("version: 1\n---\nversion: 1", "2:1", "more than one YAML document"),
    ("version: 1\nmode: \x07", "1:1", "a character that YAML forbids"),
    ("a: " + "[" * 30 + "]" * 30, "1:27", "nested deeper"),
    ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
     "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]", None, "expand to too much"),
    ("a: &a [*a]", "1:4", "expand to too much"),
    ("version: 1\n#" + "x" * 300_000, "1:1", "larger than 64 KiB"),
    # values
    ("version: 1\nnotice: 80", "2:9", '"80" is no share; did you mean 80%?'),
    ("version: 1\nnotice: 1", "2:9", '"1" is no share; did you mean 1%?'),
    ("version: 1\nnotice: 120%", "2:9", "write it like 5% or 0.05"),
    ("version: 1\nlevels: {green: 5%}", "2:17", "green holds nothing back"),
    ("version: 1\ntimezone: Europe/Berlni", "2:11", "did you mean Europe/Berlin?"),
    ("version: 1\ntimezone: CEST", "2:11", "is no IANA time zone"),
    ("version: 1\ntimezone: ../../etc/passwd", "2:11", "is no IANA time zone"),
    ("version: 1\nexempt: {paths: [/docs/**]}", "2:18", "globs start at the root already; write docs/**"),
    ("version: 1\nexempt: {paths: [docs/]}", "2:18", "write docs/** for everything in it"),
    ("version: 1\nexempt: {paths: ['a**']}", "2:18", "** stands alone between slashes"),
    ("version: 1\nexempt: {paths: ['']}", "2:18", "a glob must not be empty"),
    ("version: 1\ncritical: {'a/': 1}", "2:12", "write a/**"),
    ("version: 1\ncritical: {'a/**': 0}", "2:20", "a tier is a whole number"),
    ("version: 1\ncritical_from: {codeowners: {pay: 1}}", "2:30", "is no owner"),
    ("version: 1\ncritical_from: {backstage: 1}", "2:28", "neither true nor false"),
    ("version: 1\ncritical_from: {backstge: true}", "2:17", "did you mean backstage"),
    ("version: 1\nescalation: {managers: [a b]}", "2:25", "is no person or team"),
    ("version: 1\nescalation: {reasons: {a b: c}}", "2:24", "a reason is one word"),
    ("version: 1\nescalation: {labels: {x: data_los}}", "2:26", "no reason of this file; did you mean data_loss?"),
    ("version: 1\nescalation: {reasons: {a: b}, labels: {x: data_loss}}", "2:43", "data_loss is no reason of this"),
    ("version: 1\nescalation: {reasons: {}}", "2:23", "escalation.reasons is empty"),
    ("version: 1\nexempt: {paths: [" + "a," * 101 + "]}", "2:17", "exempt.paths holds more than 100 entries"),
    ("version: 1\ngate: {action: {reed: block}}", "2:17", "gate.action: unknown level reed; did you mean red?"),
    ("version: 1\ngate: {action: {red: blok}}", "2:22", "did you mean block?"),
    ("version: 1\nfreezes: {longest: 0h}", "2:20", "must be more than nothing"),
    ("version: 1\nfreezes: {longest: 3w}", "2:20", "is no length of time"),
    # windows
    ("version: 1\nwindows: [{level: red, weekly: {}}]", "2:11", "windows[0].name is missing"),
    ("version: 1\nwindows:\n  - {name: ' a', level: red, to: 2026-01-01}", "3:12", "a name is 1 to 80 characters"),
    ("version: 1\nwindows:\n  - {name: a, level: redd, to: 2026-01-01}", "3:22", "did you mean red?"),
    ("version: 1\nwindows:\n  - {name: a, level: zzzzz, to: 2026-01-01}", "3:22", "known are green, weekend"),
    ("version: 1\nwindows:\n  - {name: a, level: red, to: 2026-01-01}\n  - {name: a, level: red, to: 2026-01-01}",
     "4:12", "a is the name of the window on line 3 already"),
    (WINDOW.rstrip(), "3:5", "a window needs one kind of time"),
    (WINDOW + "ics: a.ics\n    to: 2026-01-01", "3:5", "it has from and to and also ics"),
    (WINDOW + "to: 2026-01-01\n    at: 12:00", "6:9", "at goes with rrule only"),
    (WINDOW + "weekly: {from: Fri 17:00, to: fri 17:00}", "5:35", "from and to are the same time"),
    (WINDOW + "weekly: {days: [Mon], from: 08:00, to: 08:00}", "5:44", "from and to are the same time"),
    (WINDOW + "weekly: {days: [Mon], from: 24:00, to: 08:00}", "5:33", "24:00 is an end only"),
    (WINDOW + "weekly: {days: [Mon], from: 8, to: 9:00}", "5:33", '"8" is no time of day'),
    (WINDOW + "weekly: {days: [Mon], from: 08:60, to: 9:00}", "5:33", '"08:60" is no time of day'),
    (WINDOW + "weekly: {days: [Mon], from: Fri 17:00, to: 9:00}", "5:33", "is no time of day"),
    (WINDOW + "weekly: {days: [Mnday]}", "5:21", "did you mean Monday?"),
    (WINDOW + "weekly: {days: [Xyz]}", "5:21", "write Mon, Tue"),
    (WINDOW + "weekly: {days: []}", "5:20", "windows[0].weekly.days is empty"),
    (WINDOW + "weekly: {from: Fri 17:00}", "5:13", "weekly needs to"),
    (WINDOW + "weekly: {to: Fri 17:00}", "5:13", "weekly needs from"),
    (WINDOW + "weekly: {from: 17:00, to: Mon 08:00}", "5:20", "needs a day and a time"),
    (WINDOW + "from: 2026-12-02\n    to: 2026-12-01", "6:9", "to is before from"),
    (WINDOW + "from: 2026-12-02 10:00\n    to: 2026-12-02T10:00", "6:9", "from and to are the same moment"),
    (WINDOW + "from: 2026-12-02 10:00Z\n    to: 2026-12-02T10:00", "6:9", "from and to are the same moment"),
    (WINDOW + "from: 2026-02-30", "5:11", "is not in the calendar"),
    (WINDOW + "from: 2026-02-03 10:00:61", "5:11", "is no time of day"),
    (WINDOW + "from: 2026-02-03 24:00", "5:11", "24:00 is an end only"),
    (WINDOW + "from: 2026-02-03+01:00", "5:11", "has an offset but no time"),
    (WINDOW + "from: 0026-02-03", "5:11", "is not between 1970 and 2999"),
    (WINDOW + "from: tomorrow", "5:11", '"tomorrow" is no date'),
    (WINDOW + "from: " + "x" * 99, "5:11", "…"),
    (WINDOW + "to: 2026-01-01\n    except: [{reason: x}]", "6:14", "an exception needs from or to"),
    (WINDOW + "to: 2026-01-01\n    except: [{from: 2026-01-02, to: 2026-01-01}]", "6:37", "to is before from"),
    (WINDOW + "rrule: FREQ=DAILY", "5:12", "rrule needs for"),
    (WINDOW + "rrule: FREQ=HOURLY\n    for: 1h", "5:12", "write DAILY, WEEKLY, MONTHLY or YEARLY"),
    (WINDOW + "rrule: FREQ=DAILY;BYHOUR=3\n    for: 1h", "5:12", "BYHOUR cannot be used here"),
    (WINDOW + "rrule: FREQ=DAILY;COUNT=3\n    for: 1h", "5:12", "COUNT and INTERVAL need start"),
    (WINDOW + "rrule: FREQ=WEEKLY\n    for: 1h", "5:12", "this rule names no day; add BYDAY, or start"),
    (WINDOW + "rrule: BYDAY=MO\n    for: 1h", "5:12", "FREQ is missing"),
    (WINDOW + "rrule: FREQ=DAILY;FREQ=DAILY\n    for: 1h", "5:12", "FREQ is given twice"),
    (WINDOW + "rrule: FREQ=WEEKLY;BYDAY=1MO\n    for: 1h", "5:12", "numbers in BYDAY go with MONTHLY"),
    (WINDOW + "rrule: FREQ=WEEKLY;BYMONTHDAY=1\n    for: 1h", "5:12", "BYMONTHDAY does not go with FREQ=WEEKLY"),
    (WINDOW + "rrule: FREQ=DAILY;UNTIL=20260101T000000Z\n    for: 1h", "5:12", "UNTIL is a date like 20261231"),
    (WINDOW + "rrule: FREQ=DAILY;UNTIL=20261399\n    for: 1h", "5:12", "UNTIL=20261399 is not in the calendar"),
    (WINDOW + "rrule: FREQ=DAILY;UNTIL=20250101\n    start: 2026-01-01\n    for: 1h", "5:12", "UNTIL is before start"),
    (WINDOW + "rrule: FREQ=DAILY;UNTIL=20260101;COUNT=2\n    start: 2026-01-01\n    for: 1h", "5:12",
     "COUNT and UNTIL exclude each other"),
    (WINDOW + "rrule: FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\n    for: 1h", "5:12", "this rule never happens"),
    (WINDOW + "rrule: FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29\n    start: 2025-01-01\n    for: 1h", "5:12",
     "this rule never happens"),
    (WINDOW + "rrule: FREQ=DAILY;UNTIL=20260105\n    start: 2026-01-01\n    for: 1h\n    at: 25:00", "8:9", "25:00"),
    (WINDOW + "rrule: FREQ=DAILY\n    start: 2026-01-01 10:00\n    for: 1h", "6:12", "start is a day"),
    (WINDOW + "holidays: {country: ZZ}", "5:25", "no holidays are known for ZZ"),
    (WINDOW + "holidays: {country: DE, subdivision: BEE}", "5:42", "DE has no subdivision BEE; did you mean BE?"),
    (WINDOW + "ics: ../on-call.ics", "5:10", "name a file that ends in .ics"),
    (WINDOW + "ics: http://example.com/a.ics", "5:10", "https"),
    ("version: 1\nwindows:\n  - &w {name: A, level: red}\n  - <<: *w\n    name: B", "4:5",
     "write out what it would bring in"),
    ("version: 1\n<<: {mode: shadow}", "2:1", "<< is not read here"),
    ('version: 1\n"<<": {mode: shadow}', "2:1", "unknown setting <<"),
    ("version: 1\nfrozen_paths: *a", "2:15", "*a stands for nothing: no &a stands above it"),
    ("version: 1\nfrozen_paths: [*.md]", "2:16", "need"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "words"), WRONG)
def test_what_is_wrong_is_said_where_it_stands_and_what_was_meant(text: str, place: str | None, words: str):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    first = caught.value.problems[0]
    assert words in first.words
    if place is not None:
        assert f"{first.line}:{first.column}" == place
    assert str(caught.value).startswith(".github/codechill.yml:")


def test_every_problem_is_told_at_once_in_the_order_of_the_file():
    with pytest.raises(ConfigError) as caught:
        parse("version: 1\nmode: x\nnotice: 7\nzone: UTC\n")
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]
    with pytest.raises(ConfigError) as caught:
        parse("version: 1\nwindows:\n  - {name: a, level: x}\n  - {name: b, level: red}\ngate: {action: {y: block}}\n")
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5]


def test_what_is_misspelt_is_told_even_where_the_file_is_no_yaml():
    with pytest.raises(ConfigError) as caught:
        parse(
            "version: 1\nmoed: enforce\nlevels:\n  rde: 10%\nwindows:\n  - nmae: Night\n    lvel: [red\n"
            "    weekly:\n      form: Fri 17:00\nzzzz: 1\n"
        )
    assert str(caught.value).splitlines() == [
        ".github/codechill.yml:7:11: the [ that opens here is not closed where the next setting begins",
        ".github/codechill.yml:2:1: unknown setting moed; did you mean mode?",
        ".github/codechill.yml:6:5: unknown setting nmae; did you mean name?",
        ".github/codechill.yml:7:5: unknown setting lvel; did you mean level?",
        ".github/codechill.yml:9:7: unknown setting form; did you mean from?",
    ]


def test_anchors_that_stay_small_are_read():
    text = "version: 1\nexempt: {paths: &a [docs/**]}\nfrozen_paths: *a\n"
    assert parse(text).frozen_paths == ("docs/**",)


def problems(text: str) -> tuple[ConfigProblem, ...]:
    try:
        parse(text)
    except ConfigError as error:
        return error.problems
    return ()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_whatever_the_file_holds_the_answer_is_a_configuration_or_a_problem(text: str):
    assert all(problem.words and problem.line for problem in problems(text))


KEYS = [
    "windows",
    "levels",
    "gate",
    "name",
    "level",
    "weekly",
    "from",
    "to",
    "action",
    "except",
    "days",
    "rrule",
    "for",
]
SETTINGS = st.recursive(
    st.sampled_from(["red", "22:00", "5%", "Mon", "2026-01-01", "FREQ=DAILY", "20h"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(SETTINGS)
def test_whatever_shape_the_settings_take_nothing_but_a_problem_comes_of_it(value: Any):
    refusals = problems(json.dumps({"version": "1", "windows": [value], "gate": value, "levels": value}))
    assert all(problem.words and problem.line for problem in refusals)


def test_the_published_schema_is_the_one_that_is_enforced():
    published = json.loads((DOCS / "codechill.schema.json").read_text("utf-8"))
    assert published == TABLE.json_schema()
    nights = {"name": "w", "level": "red", "weekly": {"days": ["Mon"], "from": "22:00", "to": "06:00"}}
    jsonschema_rs.validator_for(published).validate({"version": 1, "windows": [nights]})
    assert not jsonschema_rs.is_valid(published, {"version": 1, "windwos": []})
    assert not jsonschema_rs.is_valid(published, {"version": 1, "windows": [{"name": "w", "level": "red"}]})


def test_what_nobody_foresaw_is_still_said_with_its_place():
    class Odd(BaseModel):
        count: int

    with pytest.raises(ValidationError) as caught:
        Odd.model_validate({"count": "x"})
    (problem,) = of_shape(caught.value, Odd, read("a: 1\ncount: x"), "f")
    assert (problem.line, problem.column) == (2, 8)
    assert problem.words.startswith("count: Input should be a valid integer")


def test_long_names_are_shortened_where_they_are_quoted():
    (problem,) = problems("version: 1\n" + "x" * 200 + ": 1")
    assert len(problem.words) < 120
