"""`codechill landing`: people see what lands by itself, stop all of it, and resume it with a reason."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.landing import landing
from bot.policy.candidate import Stop, Waiting
from bot.policy.pull import Person
from bot.store import AutomaticLanding, KnownRepository, Store

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HEAD = "a" * 40
LANDED = AutomaticLanding(7, 5, HEAD, "main", "b" * 40, NOW, "squash", "landed", "c" * 40, "same")
BY = ("--by", "maya", "--because", "We move the database")
Say = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "codechill.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{database}")) as opened:
        opened.repositories.saw(KnownRepository(7, 1, "acme/shop"))
        yield opened


@pytest.fixture
def say(store: Store, database: Path) -> Say:
    return lambda *words: CliRunner().invoke(landing, [words[0], "--database", str(database), *words[1:]])


def filled(store: Store) -> None:
    waiting = Waiting(HEAD, "main", "p", NOW, NOW + timedelta(hours=24), "patch-1")
    store.landing_queue.put(7, 6, waiting, at=NOW)
    store.landing_queue.stop(7, 8, Stop("hold", Person(2, "ben"), NOW), at=NOW)
    store.automatic_landings.begin(replace(LANDED, state="begun", sha="", verified=""))
    store.automatic_landings.end(LANDED, at=NOW)


def test_nothing_is_said_of_nothing(say: Say) -> None:
    answer = say("list")
    assert (answer.exit_code, answer.output) == (0, "Nothing waits to land by itself, and nothing landed so.\n")
    answer = say("show", "acme/shop", "5")
    assert (answer.exit_code, "neither waits to land by itself nor did" in answer.output) == (1, True)


def test_what_waits_and_what_landed_is_listed_and_shown(say: Say, store: Store) -> None:
    filled(store)
    assert say("list").output.splitlines() == [
        "acme/shop#6 lands after 2026-11-28T12:00:00+00:00",
        "acme/shop#5 aaaaaaaaaaaa into main landed by squash at 2026-11-27 12:00 UTC, as approved",
    ]
    rows = json.loads(say("list", "--repository", "acme/shop", "--format", "json").output)
    assert (rows["stopped"], [row["number"] for row in rows["waiting"]]) == ([], [6])
    (row,) = rows["landed"]
    assert (row["repository"], row["number"], row["verified"]) == ("acme/shop", 5, "same")
    assert "Stopped: ben held it." in say("show", "acme/shop", "8").output
    assert "It waits, and lands after 2026-11-28 12:00 UTC." in say("show", "acme/shop", "6").output
    assert json.loads(say("show", "acme/shop", "5", "--format", "json").output)["landings"][0]["sha"] == "c" * 40


def test_a_repository_is_stopped_and_resumed_once_each_and_the_log_says_why(say: Say, store: Store) -> None:
    assert say("resume", "acme/shop", *BY).exit_code == 1
    assert say("stop", "acme/shop", *BY).output == "Nothing lands by itself in acme/shop any more.\n"
    assert (say("stop", "acme/shop", *BY).exit_code, say("list").exit_code) == (1, 1)
    assert "acme/shop: stopped by maya: We move the database" in say("list").output
    assert not store.automatic_landings.begin(LANDED)
    answer = say("resume", "acme/shop", *BY, "--format", "json")
    assert (answer.exit_code, json.loads(answer.output)) == (0, {"repository": "acme/shop", "stopped": False})
    said = [json.loads(record.body)["what"] for record in store.audit.records(7) if record.kind == "automatic_landing"]
    assert said == ["stopped", "resumed"]


def test_a_reason_is_needed_and_a_repository_that_nobody_knows_is_no_answer(say: Say) -> None:
    assert say("stop", "acme/shop", "--by", "maya").exit_code == 2
    assert say("stop", "acme/gone", *BY).exit_code == 2
