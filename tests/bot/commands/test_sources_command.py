"""`codechill sources`: people see what each source has earned, and have the last word on it."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.sources import sources
from bot.store import KnownRepository, Store
from tests.fakes.sources import TIDY, acme, landed

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
BY = ("--by", "maya", "--because", "none was reverted")
Say = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "codechill.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{database}")) as opened:
        acme(opened, NOW)
        landed(opened, range(1, 121), NOW - 20 * DAY, alone=False)
        yield opened


@pytest.fixture
def say(store: Store, database: Path) -> Say:
    return lambda *words: CliRunner().invoke(sources, [words[0], "--database", str(database), *words[1:]])


def test_the_list_shows_each_source_with_its_record_and_what_is_proposed(say: Say) -> None:
    run = say("list")
    assert run.exit_code == 0
    assert [" ".join(line.split()) for line in run.stdout.splitlines()] == [
        "bumps acme/shop shadow 0 landed, 0 reverted, 0 rejected, 0 incidents",
        "people acme/shop shadow 0 landed, 0 reverted, 0 rejected, 0 incidents -> P5",
        "tidy acme/shop shadow 120 landed, 0 reverted, 0 rejected, 0 incidents -> P5",
    ]
    row = json.loads(say("list", "--format", "json").stdout)[2]
    assert (row["source"], row["dial"], row["denied"]) == ("tidy", "shadow", None)
    assert row["record"]["reverted_upper95"] == 0.0247
    assert row["proposed"]["direction"] == "up"


def test_a_person_accepts_what_is_proposed_and_nothing_beyond_it(say: Say, store: Store) -> None:
    beyond = say("dial", "tidy", "P20", *BY)
    assert (beyond.exit_code, store.sources.get(TIDY).dial) == (1, "shadow")
    assert "tidy does not go to P20: P5 is next" in beyond.stderr
    assert say("dial", "tidy", "P5", *BY).stdout == "tidy is at P5.\n"
    again = say("dial", "tidy", "P10", *BY)
    assert (again.exit_code, store.sources.get(TIDY).dial) == (1, "P5")
    assert "its record does not speak for it" in again.stderr
    assert say("dial", "tidy", "P10", *BY, "--against").exit_code == 0
    assert say("dial", "tidy", "shadow", *BY).exit_code == 0  # down at any time
    assert say("dial", "people", "P10", *BY).exit_code == 1
    assert say("dial", "people", "P5", *BY).exit_code == 0


def test_radar_16_a_person_denies_and_lifts_with_a_reason_and_both_are_in_the_history(say: Say, store: Store) -> None:
    assert say("deny", "tidy", *BY).stdout == "tidy is denied.\n"
    assert say("deny", "tidy", *BY).exit_code == 1
    assert "lift that first" in say("dial", "tidy", "P5", *BY).stderr
    assert say("lift", "tidy", "--by", "ben", "--because", " ").exit_code == 2
    assert say("lift", "tidy", "--by", "ben").exit_code == 2  # a reason is asked for
    assert say("lift", "tidy", "--by", "ben", "--because", "mended").exit_code == 0
    assert say("lift", "tidy", "--by", "ben", "--because", "mended").exit_code == 1
    shown = json.loads(say("show", "tidy", "--format", "json").stdout)
    assert [(each["by"], each["because"], each["denied"]) for each in shown["history"]] == [
        ("maya", "none was reverted", True), ("ben", "mended", False),
    ]  # fmt: skip
    assert shown["lifted"]["why"] == "mended"
    text = say("show", "tidy").stdout
    assert "reverted 0 of 120: 0.00%, below 2.47% with 95 % confidence" in text
    assert "by ben: mended" in text
    assert store.audit.verify() is None


def test_a_kill_switch_stops_everything_of_an_owner(say: Say, store: Store) -> None:
    assert say("deny", "*", *BY).exit_code == 0
    assert store.sources.get(TIDY.everything).denied == "none was reverted"
    store.repositories.saw(KnownRepository(9, 71, "other/shop"))
    assert say("lift", "*", *BY).exit_code == 2  # whose?
    assert say("lift", "*", "--repository", "acme/shop", *BY).exit_code == 0


def test_what_is_not_known_or_not_clear_is_said_in_a_sentence(say: Say, store: Store) -> None:
    unknown = say("show", "nothing")
    assert (unknown.exit_code, "there is no source nothing" in unknown.stderr) == (1, True)
    store.repositories.saw(KnownRepository(8, 70, "acme/docs"))
    acme_file = store.configurations.in_force("//organisation")[0].text
    store.configurations.save(8, "main", text=acme_file, sha="c" * 40, at=NOW)
    assert say("show", "tidy").exit_code == 2
    assert (
        json.loads(say("show", "tidy", "--repository", "acme/docs", "--format", "json").stdout)["where"] == "acme/docs"
    )
    assert say("show", "tidy", "--repository", "acme/none").exit_code == 2
