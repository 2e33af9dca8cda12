"""A week is counted from outcomes, landings and requests: whoever counts again by hand comes to the same."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.report import report
from bot.learning import weekly
from bot.learning.week import Readings, Week, span_named, span_of, week
from bot.policy.escalation import Escalation
from bot.policy.pull import Person
from bot.store import Feedback, KnownRepository, KnownSign, Landing, Outcome, Store

ANA = Person(1, "ana")
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)  # of 2026-W47
NOW = MONDAY + timedelta(days=10)
WEEK = span_named("2026-W47", "UTC")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def outcome(
    number: int, fate: str, *, held: float | None = None, ended: float | None = None, reverted: float | None = None,
    percentile: float = 0.5, head: str = "a" * 40,
) -> Outcome:  # fmt: skip
    """Days are counted from Monday."""
    at = [None if days is None else MONDAY + days * DAY for days in (ended, held, reverted)]
    return Outcome(7, number, head, MONDAY, "m", percentile, 0.1, fate, MONDAY, at[0], at[1], reverted_at=at[2])


def landing(number: int, days: float, share: float = 0.0) -> Landing:
    return Landing(7, number, MONDAY + days * DAY, "b" * 40, "a" * 40, "main", "Weekend" if share else "", "", share)


def request(number: int, asked: float, answered: float | None = None, state: str = "asked") -> tuple[int, Escalation]:
    at = MONDAY + asked * DAY
    return number, Escalation(
        f"r{number}", "urgent", "now", ANA, at, "a" * 40, None, "Weekend", None, 0.9, "m", state,  # type: ignore[arg-type]
        answered_at=None if answered is None else MONDAY + answered * DAY,
    )  # fmt: skip


def opinions(*useful: bool) -> list[Feedback]:
    return [
        Feedback(7, 1, "a" * 40, Person(n, "p"), "command", each, "", MONDAY + DAY, None)
        for n, each in enumerate(useful)
    ]


def seen(
    *rows: Outcome, landings: Sequence[Landing] = (), requests: Sequence[tuple[int, Escalation]] = (),
    feedback: Sequence[Feedback] = (), signs: Sequence[KnownSign] = (), now: datetime = NOW,
) -> Week:  # fmt: skip
    return week(WEEK, Readings(rows, landings, requests, feedback, signs), now)


def test_a_week_is_named_and_bounded_as_by_iso_8601_on_the_clock_of_its_zone() -> None:
    berlin = span_named("2026-W43", "Europe/Berlin")  # the one in which clocks are put back
    assert (berlin.monday, berlin.until.timestamp() - berlin.since.timestamp()) == (
        date(2026, 10, 19),
        7 * 86400 + 3600,
    )
    assert span_of(date(2027, 1, 3), "UTC").name == "2026-W53"
    assert berlin.beside(11).name == "2027-W01"
    assert [berlin.has(at) for at in (None, berlin.since, berlin.until)] == [False, True, False]


@pytest.mark.parametrize("name", ["2026-W54", "2026-W00", "W47", "2026-47", "9999-W53", "2026-W47\n", "x" * 400])
def test_what_is_no_week_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="is no week: write it as 2026-W47"):
        span_named(name, "UTC")


def test_a_day_counts_what_was_held_and_what_landed_on_it() -> None:
    counted = seen(
        outcome(1, "waited", held=0.5, ended=5), outcome(2, "overridden", held=1.2, ended=1.5, reverted=9),
        outcome(3, "landed", ended=1.1), outcome(4, "landed", ended=-1),
        landings=[landing(1, 5), landing(2, 1.5, 0.1), landing(3, 1.1, 0.1), landing(4, -1)],
    )  # fmt: skip
    assert [(day.held, day.landed, day.in_freeze, day.though, day.faulty) for day in counted.days] == [
        (1, 0, 0, 0, 0), (1, 2, 2, 1, 1), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 1, 0, 0, 0),
        (0, 0, 0, 0, 0),
    ]  # fmt: skip
    assert (counted.landed, counted.in_freeze, len(counted.held), counted.though, counted.faulty) == (3, 2, 2, 1, 1)


def test_a_pull_request_counts_once_however_often_it_was_pushed() -> None:
    counted = seen(outcome(1, "replaced", head="b" * 40), outcome(1, "waited", held=2, ended=4))
    assert [(row.number, row.became) for row in counted.held] == [(1, "landed when it was free")]


def test_a_fault_is_told_in_the_week_in_which_it_came_to_light() -> None:
    counted = seen(outcome(1, "landed", ended=-20, reverted=2), outcome(2, "excepted", held=-9, ended=-8, reverted=8))
    assert [(row.number, row.landed, row.how) for row in counted.faults] == [(1, "let through", "it was reverted")]
    assert counted.faulty == 0


def test_requests_are_counted_when_they_were_asked_answered_and_left_waiting() -> None:
    counted = seen(
        requests=[
            request(1, 1, 1.5, "approved"), request(2, 2, 2.25, "denied"), request(3, 6.5), request(4, 6, 8, "expired"),
        ]
    ).requests  # fmt: skip
    assert (counted.asked, counted.approved, counted.denied, counted.waiting, counted.hours) == (4, 1, 1, 2, 9.0)


def test_a_quick_answer_is_told_in_minutes() -> None:
    took = [seen(requests=[request(1, 1, 1 + days, "approved")]).requests.took for days in (1, 1 / 48, 0.0001)]
    assert took == ["24.0 hours", "30 minutes", "less than a minute"]
    assert seen().requests.took == ""


def test_advice_is_given_only_where_the_numbers_ask_for_it() -> None:
    assert seen().advice == ()
    assert seen(requests=[request(1, 6.5)]).advice == ()
    (waits,) = seen(requests=[request(1, 5)]).advice
    assert waits.startswith("1 request for an exception waited for more than a day.")
    (past,) = seen(outcome(2, "overridden", held=1, ended=2)).advice
    assert past.startswith("1 pull request landed though held.")
    assert seen(feedback=opinions(*[False] * 9)).advice == ()
    (dull,) = seen(feedback=opinions(*[False] * 9, True)).advice
    assert dull.startswith("Only 1 of 10 opinions")


def test_drift_is_told_in_the_newest_week_and_not_of_one_long_ago() -> None:
    sign = KnownSign(7, "scores", NOW, 0.4, 0.25, 1000, True, "The scores moved.", "Fit again.")
    assert seen(signs=[sign]).advice == ("The scores moved. Fit again.",)
    assert seen(signs=[sign], now=NOW + 30 * DAY).advice == ()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    store = Store(f"sqlite:///{tmp_path / 'codechill.db'}")
    store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
    store.outcomes.save([outcome(1, "waited", held=0.5, ended=5, percentile=0.93, reverted=6)])
    store.landings.add(landing(1, 5, 0.1))
    store.exceptions.save(7, *request(1, 1, 1.5, "approved"), at=NOW)
    store.close()
    return tmp_path / "codechill.db"


def printed(database: Path, *arguments: str, status: int = 0) -> str:
    asked = ["week", "--repository", "acme/shop", "--database", str(database), *arguments]
    answer = CliRunner().invoke(report, asked)
    assert answer.exit_code == status, answer.output
    return answer.output


def test_the_report_reads_as_markdown_with_links_to_the_forge(database: Path) -> None:
    text = printed(database, "--week", "2026-W47")
    assert text.startswith("# `acme/shop`: week 2026-W47\n\nMon 16 Nov 00:00 UTC to Mon 23 Nov 00:00 UTC.\n")
    assert "| Sat 21 Nov | 1 | 1 | 0 | 0 | 1 |\n" in text
    assert (
        "- [#1](https://github.com/acme/shop/pull/1), riskier than 93 of 100, held since Mon 16 Nov 12:00 UTC" in text
    )
    assert "1 request asked for, 1 approved, 0 denied, 0 without an answer" in text
    assert "\n\n\n" not in text


def test_the_report_for_machines_has_the_same_numbers(database: Path) -> None:
    plain = json.loads(printed(database, "--week", "2026-W47", "--format", "json"))
    assert (plain["repository"], plain["week"], plain["landed"], plain["in_freeze"]) == ("acme/shop", "2026-W47", 1, 1)
    assert plain["days"][5]["faulty"] == 1
    assert plain["held"][0]["at"] == "2026-11-16T12:00:00+00:00"


def test_a_week_that_is_none_is_refused_with_what_to_write(database: Path) -> None:
    asked = ["week", "--repository", "acme/shop", "--database", str(database), "--week", "next"]
    answer = CliRunner().invoke(report, asked)
    assert isinstance(answer.exception, Exception | SystemExit)
    assert '"next" is no week: write it as 2026-W47' in f"{answer.output}{answer.exception}"


def test_weeks_are_those_of_the_repositorys_own_clock(database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    parts = store.only(weekly.Parts)
    assert weekly.zone_of(parts.configurations, 7, NOW) == "UTC"
    store.configurations.save(7, "main", text="version: 1\ntimezone: Asia/Tokyo\n", sha="c" * 40, at=NOW)
    assert weekly.span(parts, 7, "", datetime(2026, 11, 22, 16, tzinfo=UTC)).name == "2026-W48"
    store.close()
