"""`codechill exceptions` as an operator uses it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.audit import audit
from bot.commands.exceptions import exceptions
from bot.policy.escalation import Escalation
from bot.policy.pull import Person
from bot.store import KnownRepository, Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "ACME Corp cannot bill"


@pytest.fixture
def database(tmp_path: Path) -> str:
    place = tmp_path / "codechill.db"
    store = Store(f"sqlite:///{place}")
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    for number, state in ((5, "asked"), (6, "denied")):
        made = Escalation(
            f"c{number}", "data_loss", "", Person(1, "ana"), NOW, "a" * 40, "p", "Weekend", NOW, 0.9, "m", state
        )
        store.exceptions.save(7, number, made, at=NOW)
    store.close()
    return str(place)


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(exceptions, list(arguments), input=stdin)


def exported(database: str, *more: str) -> str:
    return CliRunner().invoke(audit, ["export", "--database", database, *more]).output


def tell(database: str, text: str = SECRET, number: str = "5", repository: str = "acme/shop") -> Result:
    where = ["--database", database, "--repository", repository, "--number", number, "--by", "mia"]
    return run("tell", *where, stdin=text)


def test_requests_are_listed_with_their_state(database: str) -> None:
    assert run("list", "--database", database).output.splitlines() == [
        "acme/shop#5  asked     data_loss  by ana  2026-11-21T12:00:00+00:00",
        "acme/shop#6  denied    data_loss  by ana  2026-11-21T12:00:00+00:00",
    ]
    rows = json.loads(run("list", "--database", database, "--state", "denied", "--format", "json").output)
    assert [(row["number"], row["window"], row["private"]) for row in rows] == [(6, "Weekend", [])]
    assert run("list", "--database", database, "--state", "void", "--repository", "7").output == "No requests.\n"


def test_a_private_reason_is_shown_only_where_it_is_asked_for(database: str) -> None:
    done = tell(database)
    assert (done.exit_code, done.output.startswith("Kept with the request of ana. Digest ")) == (0, True)
    assert SECRET not in done.output
    assert SECRET not in run("list", "--database", database).output
    assert "a private reason is kept  (told by mia, " in run("list", "--database", database).output
    assert SECRET in run("list", "--database", database, "--private").output
    assert SECRET not in exported(database)
    (line,) = [json.loads(each) for each in exported(database, "--private").splitlines() if SECRET in each]
    assert (line["kind"], line["private"]) == ("private reason", {"text": SECRET, "fits": True})


def test_a_private_reason_can_be_forgotten(database: str) -> None:
    digest = tell(database).output.split()[-1]
    assert run("forget", "--database", database, digest[:4], "--by", "ana").exit_code == 2  # too short to mean one
    assert run("forget", "--database", database, digest[:12], "--by", "ana").exit_code == 0
    assert SECRET not in run("list", "--database", database, "--private").output
    assert SECRET not in exported(database, "--private")
    done = CliRunner().invoke(audit, ["verify", "--database", database])
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("text", "number", "repository", "said"),
    [
        (SECRET, "9", "acme/shop", "nobody asked for an exception on acme/shop#9"),
        (SECRET, "5", "acme/other", "this server has not seen a repository acme/other; it knows acme/shop"),
        ("  \n", "5", "7", "some text, at most 10,000 characters"),
        ("x" * 10_001, "5", "7", "some text, at most 10,000 characters"),
    ],
)
def test_what_cannot_be_kept_says_why(database: str, text: str, number: str, repository: str, said: str) -> None:
    done = tell(database, text, number, repository)
    assert done.exit_code == 2
    assert said in done.stderr
