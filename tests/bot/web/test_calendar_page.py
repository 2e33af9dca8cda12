"""The Calendar page tells when what is held back, where each window comes from, and what is odd about it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.policy.config.freezes import Freeze
from bot.policy.pull import Person
from bot.web import calendar as page
from bot.web.page import Asked
from tests.bot.web.web_world import FORGE, Web

CONFIG = """version: 1
timezone: Europe/Berlin
windows:
  - {name: Weekend, level: weekend, weekly: {from: Fri 17:00, to: Mon 08:00}}
  - name: Launch
    level: red
    from: 2026-11-28 10:00
    to: 2026-11-29 10:00
    paths: [api/**]
  - {name: Feasts, level: yellow, holidays: {country: DE, subdivision: BE}}
"""


@pytest.fixture
def seen(web: Web) -> Web:
    web.line.configure(CONFIG)
    web.line.seen(0.3)
    return web


def shown(web: Web, **query: str) -> page.View:
    reader = web.people.readers["ana"]
    asked = Asked(reader, FORGE, reader.repositories[0], query=query)
    now = web.line.clock.now
    return page.view(page.read(web.line.store, asked, now), asked, now)


def test_each_window_leads_to_its_line_on_the_commit_that_is_in_force(seen: Web) -> None:
    last = seen.line.store.configurations.last_good(seen.line.home.id, "main")
    assert last is not None
    assert {one.name: one.origin.address for one in shown(seen).windows} == {
        name: f"https://forge.example/acme/shop/blob/{last.sha}/.github/codechill.yml#L{line}"
        for name, line in (("Weekend", 4), ("Launch", 5), ("Feasts", 10))
    }


def test_an_organisations_window_leads_to_the_organisations_file(web: Web) -> None:
    web.line.organisation(CONFIG)
    web.line.seen(0.3)
    assert {one.origin.address for one in shown(web).windows if one.name == "Launch"} == {
        "https://forge.example/acme/.github/blob/HEAD/codechill.yml#L5"
    }


def test_a_freeze_by_hand_names_who_started_it_and_its_audit_records(seen: Web) -> None:
    line, start = seen.line, datetime(2026, 11, 27, 13, tzinfo=UTC)
    for end in (start + timedelta(hours=8), start + timedelta(hours=2)):
        freeze = Freeze("f1", "Outage", "frozen", start, end, "The database moves", Person(9, "fay"))
        line.store.freezes.save(line.home.id, freeze, at=line.clock.now)
    numbers = tuple(one.seq for one in line.store.audit.records(line.home.id) if one.kind == "freeze")
    (window,) = (one for one in shown(seen).windows if one.name == "Outage")
    assert (window.origin.words, window.origin.address, window.origin.records) == (
        "started by hand by `fay`", "", numbers,
    )  # fmt: skip
    assert len(numbers) == 2
    assert window.until == start + timedelta(hours=2)


def test_an_address_of_a_calendar_is_not_shown_whole(web: Web) -> None:
    web.line.configure("version: 1\nwindows:\n  - {name: Feed, level: red, ics: 'https://cal.example/secret/a.ics'}\n")
    web.line.seen(0.3)
    (window,) = shown(web).windows
    assert (window.origin.feed, window.when) == ("cal.example", "events of cal.example")
    assert "secret" not in web.text("/r/acme/shop/calendar")


def test_overlaps_say_which_window_counts(seen: Web) -> None:
    (one, *_) = [each for each in shown(seen).overlaps if "Launch" in each.names]
    assert (one.names, one.level, one.times) == (("Launch", "Weekend"), "red", 1)
    assert [moment and moment.isoformat() for moment in (one.since, one.until)] == [
        "2026-11-28T10:00:00+01:00",
        "2026-11-29T10:00:00+01:00",
    ]


def test_a_path_leaves_windows_for_other_paths_out(seen: Web) -> None:
    assert any("Launch" in one.names for one in shown(seen, path="api/session.py").overlaps)
    elsewhere = shown(seen, path="docs/guide.md")
    assert not any("Launch" in one.names for one in elsewhere.overlaps)
    assert [one.window for one in elsewhere.changes[:2]] == ["Weekend", ""]


def test_three_months_are_shown_from_the_one_asked_for(seen: Web) -> None:
    assert [month.first for month in shown(seen).months] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    later = shown(seen, **{"from": "2027-12"})
    assert [month.first for month in later.months] == [date(2027, 12, 1), date(2028, 1, 1), date(2028, 2, 1)]
    assert (later.earlier, later.later) == ("2027-09", "2028-03")


@pytest.mark.parametrize("text", ["", "2026-13", "0000-01", "9999-12", "x", "2026-11-01"])
def test_a_month_that_is_none_is_this_one(seen: Web, text: str) -> None:
    assert shown(seen, **{"from": text}).months[0].first == date(2026, 11, 1)


def test_holidays_are_told_by_office_and_marked_on_their_days(seen: Web) -> None:
    view = shown(seen, **{"from": "2026-12"})
    (office,) = view.offices
    assert office.name == "DE BE"
    assert office.days[0] == (date(2026, 12, 25), "Christmas Day")
    days = {cell.date: cell.holidays for week in view.months[0].weeks for cell in week if cell}
    assert days[date(2026, 12, 25)] == ("Christmas Day (DE BE)",)
    assert days[date(2026, 12, 24)] == ()


def test_a_day_is_read_out_as_its_clock_shows_it(seen: Web) -> None:
    days = {cell.date: cell for week in shown(seen).months[0].weeks for cell in week if cell}
    assert days[date(2026, 11, 27)].words == "weekend from 17:00 to 24:00"
    assert days[date(2026, 11, 28)].words == "weekend from 00:00 to 10:00, red from 10:00 to 24:00"
    assert days[date(2026, 11, 25)].words == "nothing is held back"
    january = {cell.date: cell for week in shown(seen).months[2].weeks for cell in week if cell}
    assert january[date(2027, 1, 1)].words == "New Year's Day (DE BE), yellow from 00:00 to 24:00"
    assert [day for day, cell in days.items() if cell.today] == [date(2026, 11, 27)]


ODD = [
    ("from: 2020-01-01, to: 2020-01-02", "is over"),
    ("rrule: FREQ=DAILY, for: 30h", "has no break"),
    ("weekly: {days: [Sat]}, branches: [release/*]",
     "is for `release/*`; pull requests were looked at for `main` only"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "said"), ODD)
def test_what_is_past_repeats_badly_or_matches_no_branch_is_told_with_its_line(web: Web, when: str, said: str) -> None:
    web.line.configure(f"version: 1\nwindows:\n  - {{name: W, level: red, {when}}}\n")
    web.line.seen(0.3)
    (one,) = shown(web).warnings
    assert (one.line, said in one.words) == (3, True)


def test_before_anything_was_looked_at_there_is_an_empty_calendar(web: Web) -> None:
    view = shown(web)
    assert (view.branch, view.windows, view.changes) == ("", (), ())
    assert "No branch was looked at yet" in web.text("/r/acme/shop/calendar")


def test_names_from_outside_stay_text(web: Web) -> None:
    hostile = "<script>alert(1)</script>"
    web.line.configure(
        f"version: 1\nwindows:\n  - {{name: '{hostile}', level: red, from: 2026-01-01, reason: '{hostile}'}}\n"
    )
    web.line.seen(0.3)
    assert "<script>alert" not in web.text(f"/r/acme/shop/calendar?path={hostile}&branch={hostile}")


FILE = ".github/codechill.yml"


def proposing(web: Web, text: str, percentile: float = 0.3) -> int:
    pull = web.line.open(percentile, {FILE: text})
    web.line.look(pull)
    return pull.number


def test_a_pull_request_that_changes_the_configuration_is_compared_with_what_is_in_force(seen: Web) -> None:
    launching = seen.line.seen(0.7)
    earlier = CONFIG.replace("from: 2026-11-28 10:00", "from: 2026-11-27 10:00").replace("weekend", "green")
    number = proposing(seen, earlier)
    proposal = shown(seen, pull=str(number)).proposal
    assert proposal is not None
    assert (proposal.words, proposal.problems) == (f"#{number}", ())
    assert [change.partition(":")[0] for change in proposal.settings] == ["Weekend", "Launch"]
    assert [(one.before.name, one.after.name) for one in proposal.shifts[:2]] == [
        ("green", "red"),
        ("weekend", "red"),
    ]
    first = proposal.shifts[0]
    assert first.since == seen.line.clock.now
    assert first.until is not None
    assert first.until.isoformat() == "2026-11-27T17:00:00+01:00"
    assert (proposal.held, proposal.freed, proposal.scored) == ((launching.number,), (), 3)
    assert {day for day in proposal.days if day.month == 11} == {
        date(2026, 11, day) for day in (1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 20, 21, 22, 23, 27, 28, 29, 30)
    }


def test_what_was_proposed_and_refused_says_where_and_why(seen: Web) -> None:
    number = proposing(seen, "version: 1\nwindwos: []\n")
    proposal = shown(seen, pull=f"#{number}").proposal
    assert proposal is not None
    assert proposal.refused
    assert [(one.line, one.words) for one in proposal.problems] == [
        (2, "unknown setting windwos; did you mean windows?")
    ]


@pytest.mark.parametrize("number", ["1", "99"])
def test_of_a_pull_request_that_proposes_nothing_that_is_said(seen: Web, number: str) -> None:
    proposal = shown(seen, pull=number).proposal
    assert proposal is not None
    assert proposal.refused
    assert proposal.problems[0].words == f"#{number} does not change {FILE}, or nobody has looked at it yet"


@pytest.mark.parametrize("text", ["", "x", "-1", "1" * 30, "²"])
def test_what_is_no_number_compares_nothing(seen: Web, text: str) -> None:
    assert shown(seen, pull=text).proposal is None


def test_the_same_again_changes_nothing(seen: Web) -> None:
    number = proposing(seen, CONFIG + "# a comment\n")
    proposal = shown(seen, pull=str(number)).proposal
    assert proposal is not None
    assert (proposal.settings, proposal.shifts, proposal.days, proposal.held) == ((), (), frozenset(), ())


def test_a_freeze_by_hand_stays_whatever_is_proposed(seen: Web) -> None:
    start = datetime(2026, 11, 27, 13, tzinfo=UTC)
    freeze = Freeze("f1", "Outage", "red", start, start + timedelta(hours=2), "x", Person(9, "fay"))
    seen.line.store.freezes.save(seen.line.home.id, freeze, at=seen.line.clock.now)
    number = proposing(seen, "version: 1\n")
    proposal = shown(seen, pull=str(number)).proposal
    assert proposal is not None
    assert {change.partition(" ")[0] for change in proposal.settings} == {"timezone:", "Weekend", "Launch", "Feasts"}
    assert not any(one.since < start + timedelta(hours=2) <= (one.until or start) for one in proposal.shifts[:1])
