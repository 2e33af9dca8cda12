"""What landing by itself came to: whoever counts again by hand comes to the same, and of too few nothing is said."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.incidents import incidents as incidents_command
from bot.commands.report import report as report_command
from bot.learning.auto_review import CAVEAT, breach, compared, mantel_haenszel
from bot.learning.auto_review_report import sped_up, strata
from bot.learning.ledger import Moved, Refusals, Turn, moved, refusals, yields
from bot.learning.pace import Median, pace, pressure, readership
from bot.policy.candidate import SourceKey
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause, Level, Report
from bot.policy.radar.record import Decided
from bot.store import Course, Landing, Outcome, Store
from bot.store.courses import in_queue
from bot.store.passages import KnownPassage
from bot.store.reads import Read
from scoring.learning.rates import Rate, fisher
from tests.fakes.sources import TIDY, acme, landed, sha

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def outcome(number: int, *, days: float = 60, reverted: float | None = None, incident: float | None = None) -> Outcome:
    at = NOW - days * DAY
    return Outcome(
        7, number, "f" * 40, at, "m", 0.05, 0.01, "landed", at, at,
        reverted_at=None if reverted is None else at + reverted * DAY,
        incident_at=None if incident is None else at + incident * DAY,
    )  # fmt: skip


def many(first: int, count: int, faults: int, **more: float) -> list[Outcome]:
    return [outcome(first + n, reverted=1 if n < faults else None, **more) for n in range(count)]


def alone(count: int) -> set[tuple[int, int]]:
    """Numbers from 1 on landed by themselves."""
    return {(7, number) for number in range(1, count + 1)}


def test_radar_45_faults_of_what_landed_by_itself_are_compared_with_all_else_with_test_interval_and_n() -> None:
    seen = compared([*many(1, 100, 3), *many(200, 300, 36)], alone(100), NOW)
    reverts = next(each for each in seen.comparisons if each.name == "reverted")
    assert (reverts.first, reverts.second) == (Rate(3, 100), Rate(36, 300))
    assert reverts.p == fisher(Rate(3, 100), Rate(36, 300))
    assert reverts.ratio is not None
    assert reverts.ratio.value == pytest.approx(0.25)
    assert reverts.ratio.low < 0.25 < reverts.ratio.high < 1
    assert (seen.alone, seen.others, seen.unripe, breach(seen)) == (100, 300, 0, "")


def test_radar_45_all_landings_count_for_as_long_as_one_another() -> None:
    rows = [outcome(1, days=29), outcome(2, reverted=31), outcome(3, incident=29), outcome(200, reverted=2)]
    seen = compared(rows, alone(3), NOW)
    assert (seen.alone, seen.others, seen.unripe, seen.thin) == (2, 1, 1, True)
    assert [(each.name, each.first.part, each.second.part) for each in seen.comparisons] == [
        ("reverted", 0, 1), ("incidents", 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("faults", "others", "breaks"), [((40, 6), (300, 6), True), ((40, 1), (300, 0), False), ((19, 6), (300, 0), False)]
)
def test_radar_46_a_guardrail_breaks_when_chance_alone_hardly_makes_it_so(
    faults: tuple[int, int], others: tuple[int, int], breaks: bool
) -> None:
    seen = compared([*many(1, *faults), *many(500, *others)], alone(faults[0]), NOW)
    assert bool(breach(seen)) is breaks


def test_radar_51_matched_the_difference_that_size_alone_makes_goes_away() -> None:
    """Small changes: 2 of 100 by themselves and 2 of 100 others; large: 2 of 10 and 20 of 100. Crude: 0.33 times."""
    rows = [*many(1, 100, 2), *many(101, 10, 2), *many(201, 100, 2), *many(301, 100, 20)]

    def size(row: Outcome) -> tuple[str, ...]:
        return ("small",) if row.number <= 100 or 201 <= row.number <= 300 else ("large",)

    seen = compared(rows, alone(110), NOW, size)
    crude, matched = seen.comparisons[0].ratio, seen.matched[0]
    assert crude is not None
    assert matched.ratio is not None
    assert crude.value == pytest.approx(4 / 110 / (22 / 200))
    assert (matched.alone, matched.others, matched.strata) == (110, 200, 2)
    assert matched.ratio.value == pytest.approx(1.0)
    assert matched.ratio.low < 1 < matched.ratio.high


def test_radar_51_alike_are_changes_of_one_size_one_folder_and_one_kind_of_author() -> None:
    known = (
        course(1, lines=10, paths=("a/1.py", "a/2.py", "b/1.py")),
        course(2, lines=11, paths=("README.md",), bot=True),
        course(3, paths=("a/1.py",)),
    )
    stratum = strata(known)
    assert [stratum(outcome(number)) for number in (1, 2, 3, 4)] == [
        ("0", "a", "person"), ("1", "", "program"), None, None,
    ]  # fmt: skip
    assert compared([*many(1, 30, 2), *many(100, 30, 3)], alone(30), NOW, stratum).matched[0].strata == 0


def test_of_one_table_mantel_and_haenszel_give_the_plain_ratio_and_its_interval() -> None:
    """By hand: 10 of 100 against 20 of 100: 0.5, ln 0.5 +- 1.96 sqrt(1/10 - 1/100 + 1/20 - 1/100)."""
    ratio = mantel_haenszel([(10, 100, 20, 100)])
    assert ratio is not None
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.5, 0.2466, 1.0136), abs=1e-4)
    assert mantel_haenszel([(0, 10, 1, 10)]) is None
    assert mantel_haenszel([]) is None


def course(number: int, *, hours: float = 10, **more: object) -> Course:
    """Published two days ago, and closed so many hours later."""
    at = NOW - 2 * DAY
    base = Course(7, number, 1, False, published_at=at, closed_at=at + hours * HOUR, landed_at=at + hours * HOUR)
    return replace(base, **more)  # type: ignore[arg-type]


def test_radar_49_time_to_close_begins_when_it_is_published_and_counts_what_was_given_up() -> None:
    by_itself = [course(n, hours=4 + n % 3, step="P5", bot=True) for n in range(21)]
    others = [course(100 + n, hours=20, landed_at=None if n % 2 else NOW - DAY) for n in range(20)]
    draft = course(300, published_at=None)
    both = pace([*by_itself, *others, draft], NOW).to_close
    assert (both.alone, both.others) == (Median(5, 21), Median(20, 20))
    assert both.ratio == 0.25


def test_radar_50_review_takes_until_the_last_approval_and_the_queue_is_counted_apart() -> None:
    published = NOW - 2 * DAY
    approved = (Read(5, published + HOUR, published + 6 * HOUR), Read(6, published + HOUR, published + 8 * HOUR))
    reviewed = [course(n, hours=30, reads=approved) for n in range(20)]
    queued = [course(100 + n, hours=30, step="P5", queued=24 * HOUR) for n in range(20)]
    seen = pace([*reviewed, *queued], NOW)
    assert (seen.review.others, seen.review.alone, seen.queue) == (Median(8, 20), Median(6, 20), Median(24, 20))


def test_radar_50_the_queue_is_read_from_its_log() -> None:
    at = NOW
    log = [(at, "queued"), (at + HOUR, "queued"), (at + 3 * HOUR, "cancelled"), (at + 5 * HOUR, "queued")]
    assert in_queue(log, at + 9 * HOUR) == 7 * HOUR
    assert in_queue(log, None) == 3 * HOUR
    assert in_queue([(at, "cancelled"), (at, "released")], at + HOUR) == timedelta()


def test_radar_52_size_number_and_share_of_changes_and_what_is_read_within_a_day() -> None:
    soon, late = (Read(5, NOW - 2 * DAY + n * HOUR) for n in (3, 30))
    people = [course(n, author_id=n % 4, lines=n, reads=(soon,), hours=40) for n in range(20)]
    programs = [course(100 + n, bot=True, lines=100, reads=(late,), hours=40) for n in range(20)]
    waiting = course(300, closed_at=None, landed_at=None, published_at=NOW - HOUR)
    counted = pressure([*people, *programs])
    assert (counted.lines, counted.changes, counted.developers) == (Median(59.5, 40), 40, 4)
    assert (counted.a_developer, counted.automated) == (5.0, Rate(20, 40))
    seen = pace([*people, *programs, waiting], NOW)
    assert (seen.within_a_day, seen.waiting) == (Rate(20, 40), 1)  # what is younger than a day is not asked


def test_radar_53_files_that_changed_and_that_nobody_but_their_author_read() -> None:
    read = [course(n, paths=(f"a/{n}.py", "a/all.py"), reads=(Read(5, NOW), Read(6, NOW))) for n in range(10)]
    unread = [course(100 + n, paths=(f"b/{n}.py", "a/all.py")) for n in range(15)]
    long_ago = course(200, paths=("c.py",), landed_at=NOW - 91 * DAY)
    seen = readership([*read, *unread, long_ago], NOW)
    assert (seen.unread, seen.readers, seen.reads, seen.busiest) == (Rate(15, 26), 2, 20, Rate(10, 20))


def test_of_too_few_nothing_is_said_but_how_many_there_were() -> None:
    few = [course(n, lines=3) for n in range(19)]
    assert pace(few, NOW).to_close.others == Median(None, 19)
    assert pace(few, NOW).to_close.ratio is None
    assert pace(few, NOW).within_a_day is None
    assert (pressure(few).lines, pressure(few).automated, pressure(few).a_developer) == (Median(None, 19), None, None)
    assert (readership(few, NOW).unread, readership(few, NOW).busiest) == (None, None)


def test_radar_51_what_moved_over_the_trend_needs_both_groups_before_and_after() -> None:
    began = NOW - 10 * DAY

    def lived(number: int, days: float, hours: float, *, bot: bool) -> Course:
        at = NOW - days * DAY
        return course(number, published_at=at, closed_at=at + (hours + number % 3) * HOUR, bot=bot)

    courses = tuple(
        lived(n, days, hours, bot=bot)
        for days, hours, bot in ((30, 20, True), (5, 10, True), (30, 40, False), (5, 42, False))
        for n in range(21)
    )
    effect = sped_up(courses, began)
    assert effect is not None
    assert effect.value == pytest.approx(-12)
    assert sped_up(courses[:-5], began) is None
    assert sped_up(courses, None) is None


DECIDED = Decided(
    "f" * 40,
    "b" * 40,
    "main",
    "content-1",
    "p",
    "m",
    "ace",
    "tidy",
    "shadow",
    (),
    "static",
    "person",
    "size",
    "Too big.",
)


def row(number: int, at: datetime = NOW, **changes: object) -> KnownPassage:
    return KnownPassage(0, 7, number, at, replace(DECIDED, **changes))  # type: ignore[arg-type]


def test_radar_48_refusals_that_people_later_merged_unchanged_are_counted_by_layer_and_rule() -> None:
    landings = {n: Landing(7, n, NOW, sha(n), "f" * 40, "main", "", "green", 0.0) for n in (1, 2, 3, 4)}
    rows = [
        row(1), row(1, rule="kinds"),  # refused twice, merged as it was
        row(2, head_sha="e" * 40, diff="content-0"), row(2, outcome="passed", rule=""),  # mended, then merged
        row(3), row(4, head_sha="e" * 40),  # the second was merged at a head nobody decided on
        row(5),  # not merged
        row(6, outcome="waits"),
    ]  # fmt: skip
    assert refusals(rows, landings, [outcome(3, reverted=1)]) == (
        Refusals("static", "size", 5, 4, 2, 1), Refusals("static", "kinds", 1, 1, 1, 0),
    )  # fmt: skip


def test_radar_48_how_much_is_among_the_safest_at_each_step_and_what_passed_beside_each_move_of_a_dial() -> None:
    ranked = [course(n, percentile=n / 100, bot=bool(n % 2)) for n in range(100)]
    assert [(each.step, each.bots, each.people) for each in yields(ranked)] == [
        (5, Rate(3, 50), Rate(3, 50)), (10, Rate(5, 50), Rate(6, 50)), (20, Rate(10, 50), Rate(11, 50)),
        (25, Rate(13, 50), Rate(13, 50)), (50, Rate(25, 50), Rate(26, 50)),
    ]  # fmt: skip
    up, down = Turn("tidy", NOW - 20 * DAY, "P5", "P10"), Turn("tidy", NOW - 10 * DAY, "P10", "P5")
    rows = [
        row(1, NOW - 51 * DAY, outcome="passed"),  # too long before
        row(2, NOW - 30 * DAY), row(3, NOW - 25 * DAY), row(3, NOW - 24 * DAY, outcome="passed"),
        row(4, NOW - 15 * DAY, outcome="passed"), row(5, NOW - 5 * DAY), row(6, NOW - 15 * DAY, source="bumps"),
    ]  # fmt: skip
    assert moved(rows, (up, down)) == (
        Moved("tidy", NOW - 20 * DAY, "P5", "P10", Rate(1, 2), Rate(1, 1)),
        Moved("tidy", NOW - 10 * DAY, "P10", "P5", Rate(1, 1), Rate(0, 1)),
    )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Thirty landings by themselves of a source, one of them with an incident, and sixty others."""
    path, now = tmp_path / "codechill.db", datetime.now(UTC)
    with closing(Store(f"sqlite:///{path}")) as store:
        acme(store, now)
        landed(store, range(1, 31), now - 40 * DAY, hours=2)
        landed(store, range(101, 161), now - 40 * DAY, key=None, reverted=6, hours=20)
        store.sources.turn(TIDY, "P5", by="maya", because="earned", at=now - 50 * DAY)
        said = Report("command", "INC-1", now, "ben", Level.PERSON, Cause(number=3))
        store.claims.report(7, said, Landed((sha(3),)), at=now)
        store.claims.report(7, replace(said, incident="INC-2", cause=Cause(number=101)), Landed((sha(101),)), at=now)
    return path


def say(command: object, database: Path, *words: str) -> tuple[int, str]:
    run = CliRunner().invoke(command, [words[0], "--database", str(database), *words[1:]])  # type: ignore[arg-type]
    return run.exit_code, run.output


def test_the_report_prints_every_number_with_its_n_and_the_caveat(database: Path) -> None:
    status, text = say(report_command, database, "auto-review", "--repository", "acme/shop")
    assert (status, text.splitlines()[-1]) == (0, CAVEAT)
    assert "30 landings by themselves and 60 others" in text
    assert "reverted  by itself 0 of 30, 0 % [0 %, 11.4 %]; all else 6 of 60, 10 % [4.7 %, 20.1 %]" in text
    seen = json.loads(say(report_command, database, "auto-review", "--repository", "7", "--format", "json")[1])
    assert (seen["landed_by_itself"], seen["all_else"], seen["caveat"]) == (30, 60, CAVEAT)
    assert seen["comparisons"][0]["ratio"]["value"] == pytest.approx(0.5 / 30.5 / (6.5 / 60.5), abs=1e-4)
    assert seen["dials"][0]["to"] == "P5"
    assert seen["hours_to_close"]["times"] is None  # no course of theirs is known


def test_radar_47_after_an_incident_people_are_asked_whether_a_person_would_have_caught_it(database: Path) -> None:
    asked = json.loads(say(report_command, database, "auto-review", "--repository", "7", "--format", "json")[1])
    assert asked["would_a_person_have_caught_it"] == [
        {"claim": 1, "incident": "INC-1", "number": 3, "answer": None, "by": None}
    ]
    told = ("caught", "1", "no", "--by", "maya", "--because", "it shows under load only")
    assert say(incidents_command, database, *told) == (0, "Kept: no.\n")
    assert say(incidents_command, database, "caught", "99", "no", "--by", "maya", "--because", "x")[0] == 1
    assert say(incidents_command, database, "caught", "1", "no", "--by", "maya", "--because", " ")[0] == 2
    text = say(report_command, database, "auto-review", "--repository", "acme/shop")[1]
    assert "INC-1 of #3: would a person have caught it? no (maya)" in text


def test_the_report_says_no_where_what_landed_by_itself_does_worse(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        landed(store, range(500, 530), datetime.now(UTC) - 40 * DAY, key=SourceKey(70, 7, "bumps"), reverted=20)
    status, text = say(report_command, database, "auto-review", "--repository", "acme/shop")
    assert status == 1
    assert "does worse than all else: reverted: 20 of 60" in text
