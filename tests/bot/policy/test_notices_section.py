"""`notices:`, who is told what, when nobody is, and who stands in for whom."""

from datetime import UTC, datetime

import pytest

from bot.policy.config import Config, ConfigError, Shown, merge, parse
from bot.policy.config.sections.notices import KIND_NAMES, Deputy, NoticePolicy, Quiet
from bot.policy.config.table import TABLE

TEXT = """\
version: 1
timezone: Europe/Berlin
notices:
  channels:
    room: [window, exception]
    everything: []
  quiet: {from: "19:00", to: "08:00", weekends: true}
  deputies:
    - {for: Maya, deputy: Max, until: 2026-12-07}
    - {for: mia, deputy: max, until: 2026-12-07 12:00 +00:00}
"""
MONDAY = datetime(2026, 12, 6, 23, tzinfo=UTC)  # its 00:00 in Berlin


def test_it_is_read() -> None:
    policy = parse(TEXT).notices
    assert dict(policy.channels) == {"room": ("window", "exception"), "everything": KIND_NAMES}
    assert policy.quiet == Quiet(19 * 60, 8 * 60, True)
    assert policy.deputies[0] == Deputy("maya", "max", MONDAY)
    assert policy.channels_for("window") == ("room", "everything")
    assert policy.channels_for("week") == ("everything",)


def test_without_it_nobody_is_told() -> None:
    assert Config.default().notices == NoticePolicy()
    assert NoticePolicy().channels_for("window") == ()
    assert [each.key for each in TABLE.shown(Config.default()) if each.key.startswith("notices")] == []


@pytest.mark.parametrize(
    ("quiet", "day", "hour", "expected"),
    [
        (Quiet(19 * 60, 8 * 60), 1, 18, False),
        (Quiet(19 * 60, 8 * 60), 1, 19, True),
        (Quiet(19 * 60, 8 * 60), 1, 7, True),
        (Quiet(19 * 60, 8 * 60), 1, 8, False),
        (Quiet(12 * 60, 13 * 60), 1, 12, True),
        (Quiet(12 * 60, 13 * 60), 1, 13, False),
        (Quiet(0, 0), 1, 5, True),
        (Quiet(19 * 60, 8 * 60, True), 5, 12, True),
        (Quiet(19 * 60, 8 * 60, True), 4, 12, False),
    ],
)
def test_quiet_hours_may_pass_midnight_and_take_weekends(quiet: Quiet, day: int, hour: int, expected: bool) -> None:
    assert quiet.at(datetime(2026, 11, 30 - 7 + day, hour)) is expected


def test_a_deputy_stands_in_until_the_manager_is_back() -> None:
    policy = parse(TEXT).notices
    assert set(policy.away(datetime(2026, 12, 6, tzinfo=UTC))) == {"maya", "mia"}
    assert set(policy.away(MONDAY)) == {"mia"}


def test_nobody_stands_in_for_themselves() -> None:
    with pytest.raises(ConfigError, match=r"here:10:26: notices[.]deputies: nobody stands in for themselves"):
        parse(TEXT.replace("for: mia, deputy: max", "for: mia, deputy: Mia"), "here")


def test_a_kind_that_there_is_none_of_is_said_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="exception"):
        parse(TEXT.replace("[window, exception]", "[window, exceptions]"), "here")


def test_it_is_shown() -> None:
    shown = [(each.key, each.value) for each in TABLE.shown(parse(TEXT)) if each.key.startswith("notices")]
    assert shown == [
        ("notices.channels.room", "window, exception"),
        (
            "notices.channels.everything",
            "window, exception, expiry, incident, drift, doctor, trust, landing, review, week",
        ),
        ("notices.quiet", "19:00 to 08:00 and weekends"),
        ("notices.deputies", "max for maya until Mon 7 Dec 00:00 CET"),
        ("notices.deputies", "max for mia until Mon 7 Dec 12:00 UTC"),
    ]
    assert isinstance(next(TABLE.shown(parse(TEXT))), Shown)
    assert str(Quiet(0, 60)) == "00:00 to 01:00"


def test_a_repository_says_for_itself_what_its_organisation_says_for_all() -> None:
    org = parse(TEXT, "org")
    config = merge(org, parse("version: 1\nnotices: {channels: {mine: [week]}}", "here", org))
    assert dict(config.notices.channels) == {"mine": ("week",)}
    assert config.notices.quiet == org.notices.quiet
