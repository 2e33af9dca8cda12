"""Guardrails are counts of outcomes: whoever counts again by hand comes to the same."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.guardrails import guardrails as command
from bot.learning.guardrails import CAVEAT, Guardrails, guardrails
from bot.policy.pull import Person
from bot.store import Feedback, KnownRepository, Outcome, Store
from scoring.learning.rates import Rate, fisher

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def landed(
    number: int, fate: str = "landed", *, days: float = 60, reverted: float | None = None,
    incident: float | None = None, hours: float = 2,
) -> Outcome:  # fmt: skip
    at = NOW - days * DAY
    return Outcome(
        7, number, "a" * 40, at, "m", 0.5, 0.01, fate, at - timedelta(hours=hours), at,
        at if fate in ("waited", "excepted", "overridden", "censored") else None,
        reverted_at=None if reverted is None else at + reverted * DAY,
        incident_at=None if incident is None else at + incident * DAY,
    )  # fmt: skip


def many(fate: str, count: int, faults: int, first: int, days: float = 60) -> list[Outcome]:
    return [landed(first + n, fate, days=days, reverted=1 if n < faults else None) for n in range(count)]


def seen(*rows: Outcome, useful: tuple[bool, ...] = ()) -> Guardrails:
    said = [Feedback(7, 1, "a" * 40, Person(n, "ana"), "command", each, "", NOW, None) for n, each in enumerate(useful)]
    return guardrails(rows, said, NOW)


def test_the_lady_tasting_tea_is_told_of_what_landed_by_exception() -> None:
    """Three of four reverted by exception, one of four let through: Fisher's 17 in 70."""
    told = seen(*many("excepted", 4, 3, 1), *many("landed", 4, 1, 10))
    comparison = next(each for each in told.comparisons if each.words == "by exception against let through")
    assert (comparison.first, comparison.second) == (Rate(3, 4), Rate(1, 4))
    assert comparison.p == pytest.approx(17 / 70)
    assert comparison.ratio is not None
    assert comparison.ratio.value == pytest.approx(3)
    assert not comparison.unlikely


def test_all_landings_count_for_as_long_as_one_another() -> None:
    told = seen(
        landed(1, days=29.9, reverted=1),  # too young
        landed(2, days=30, reverted=29.9),
        landed(3, days=200, reverted=31),  # known later than others could be
        landed(4, days=200, incident=3),
        landed(5, days=200),
    )
    (through, *_) = told.groups
    assert (told.unripe, through.landings) == (1, 4)
    assert through.rates == {"reverted": Rate(1, 4), "incidents": Rate(1, 4)}


def test_what_was_held_and_never_landed_is_in_no_rate_and_is_counted() -> None:
    told = seen(landed(1), landed(2, "censored"), landed(3, "closed"), landed(4, "replaced"), landed(5, "open"))
    assert sum(each.landings for each in told.groups) == 1
    assert told.fates == {
        "open": 1, "replaced": 1, "landed": 1, "waited": 0, "excepted": 0, "overridden": 0, "closed": 1, "censored": 1,
    }  # fmt: skip


def test_time_is_counted_from_being_published_to_the_end_also_of_what_was_given_up() -> None:
    told = seen(landed(1, hours=1), landed(2, hours=3), landed(3, "closed", hours=20), landed(4, "waited", hours=50))
    assert (told.hours_to_close, told.hours_held) == (11.5, 50)
    assert {each.name: each.hours for each in told.groups} == {
        "landed": 2,
        "waited": 50,
        "excepted": None,
        "overridden": None,
    }


def test_it_is_worse_only_when_chance_alone_hardly_makes_it_so() -> None:
    before = many("landed", 200, 4, 1, days=300)
    assert not seen(*before, *many("landed", 50, 3, 500)).worse
    worse = seen(*before, *many("landed", 50, 8, 500))
    assert worse.worse
    assert worse.recent[0].p == fisher(Rate(8, 50), Rate(4, 200)) < 0.05


def test_the_share_of_useful_feedback_is_of_all_that_was_given() -> None:
    assert seen(useful=(True, True, False)).useful == Rate(2, 3)
    assert seen().useful.value is None


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "codechill.db"
    store = Store(f"sqlite:///{path}")
    store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
    now = datetime.now(UTC)
    rows = [*many("landed", 30, 1, 1), *many("excepted", 5, 2, 100), landed(200, "censored")]
    shift = now - NOW
    store.outcomes.save(
        Outcome(**{name: _moved(getattr(row, name), shift) for name in row.__dataclass_fields__}) for row in rows
    )
    store.close()
    return path


def _moved(value: object, shift: timedelta) -> object:
    return value + shift if isinstance(value, datetime) else value


def test_the_command_prints_every_figure_with_its_interval_and_the_caveat(database: Path) -> None:
    run = CliRunner().invoke(command, ["--database", str(database), "--repository", "acme/shop", "--format", "json"])
    told = json.loads(run.stdout)
    assert (run.exit_code, told["caveat"], told["worse"]) == (0, CAVEAT, False)
    excepted = next(each for each in told["groups"] if each["name"] == "excepted")
    assert (excepted["reverted"]["count"], excepted["reverted"]["of"], excepted["reverted"]["rate"]) == (2, 5, 0.4)
    assert excepted["reverted"]["low"] < 0.4 < excepted["reverted"]["high"]
    compared = next(each for each in told["comparisons"] if each["words"] == "by exception against let through")
    assert compared["p"] == float(f"{fisher(Rate(2, 5), Rate(1, 30)):.4g}")
    text = CliRunner().invoke(command, ["--database", str(database), "--repository", "7"])
    assert (text.exit_code, CAVEAT in text.stdout) == (0, True)
    assert "2 of 5, 40 %" in text.stdout


def test_the_command_could_not_for_a_repository_that_nobody_knows(database: Path) -> None:
    run = CliRunner().invoke(command, ["--database", str(database), "--repository", "acme/other"])
    assert run.exit_code == 2
