"""`codechill audit` as an operator uses it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from bot.commands.audit import audit
from bot.store import KnownRepository, Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(audit, list(arguments))


@pytest.fixture
def database(tmp_path: Path) -> str:
    place = tmp_path / "codechill.db"
    store = Store(f"sqlite:///{place}")
    for number in (1, 2, 1):
        store.audit.add("decision", at=NOW, repository_id=7, number=number, title="x\n\u202e")
    store.close()
    return str(place)


def tamper(database: str, statement: str) -> None:
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_keeps_UPDATE"))
        connection.execute(sa.text("DROP TRIGGER audit_keeps_DELETE"))
        connection.execute(sa.text(statement))
    engine.dispose()


def test_a_sound_log_verifies_and_tells_its_head(database: str) -> None:
    done = run("verify", "--database", database)
    assert done.exit_code == 0
    words, head = done.output.splitlines()
    assert words == "3 records, every one fits the one before."
    assert run("verify", "--database", database, "--anchor", head).exit_code == 0


def test_a_changed_record_is_named_and_the_answer_is_no(database: str) -> None:
    tamper(database, "UPDATE audit SET body = '{}' WHERE seq = 2")
    done = run("verify", "--database", database)
    assert (done.exit_code, done.stderr) == (1, "The log does not verify: record 2 was changed.\n")


def test_a_log_cut_short_is_found_with_the_head_noted_before(database: str) -> None:
    head = json.loads(run("verify", "--database", database, "--format", "json").output)["head"]
    tamper(database, "DELETE FROM audit WHERE seq = 3")
    assert run("verify", "--database", database).exit_code == 0
    done = run("verify", "--database", database, "--anchor", head, "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.output)["problem"] == "the log ends at 2, it once reached 3"


def test_the_log_is_found_by_the_settings_of_the_server(database: str, tmp_path: Path) -> None:
    named = tmp_path / "codechill.env"
    named.write_text(f"CODECHILL_FOLDER={tmp_path}\n")
    for arguments, environment in (((), {"CODECHILL_FOLDER": str(tmp_path)}), (("--env", str(named)), {})):
        done = CliRunner(env=environment).invoke(audit, ["verify", *arguments])
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "3 records, every one fits the one before.")


def test_a_misspelt_name_in_the_file_of_settings_is_told(database: str, tmp_path: Path) -> None:
    named = tmp_path / "codechill.env"
    named.write_text(f"CODECHILL_FOLDER={tmp_path}\nCODECHILL_DATABSE=x\nCODECHIL_SHADOW=true\nHTTPS_PROXY=http://p\n")
    done = CliRunner().invoke(audit, ["verify", "--env", str(named)])
    assert done.stderr.splitlines() == [
        "codechill: unknown setting CODECHILL_DATABSE; did you mean CODECHILL_DATABASE?",
        "codechill: unknown setting CODECHIL_SHADOW; did you mean CODECHILL_SHADOW?",
    ]


def test_a_repository_is_named_as_people_name_it(database: str) -> None:
    store = Store(f"sqlite:///{database}")
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    store.close()
    lines = run("export", "--database", database, "--repository", "Acme/Shop", "--number", "2").output.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [2]
    unknown = run("export", "--database", database, "--repository", "acme/other")
    assert (unknown.exit_code, "has not seen a repository acme/other; it knows acme/shop" in unknown.stderr) == (
        2,
        True,
    )


def test_the_export_is_one_json_object_a_line(database: str) -> None:
    lines = [json.loads(line) for line in run("export", "--database", database).output.splitlines()]
    assert [(line["seq"], line["number"], line["facts"]) for line in lines] == [
        (1, 1, {"title": "x\n\u202e"}),
        (2, 2, {"title": "x\n\u202e"}),
        (3, 1, {"title": "x\n\u202e"}),
    ]
    assert [line["previous"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]


def test_the_export_of_one_pull_request(database: str, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    run("export", "--database", database, "--repository", "7", "--number", "1", "--since", "1", "--output", str(target))
    assert [json.loads(line)["seq"] for line in target.read_text().splitlines()] == [3]


def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    done = run("verify", "--database", str(tmp_path / "no.db"))
    assert done.exit_code == 2
    assert "there is no database" in done.stderr
    assert not (tmp_path / "no.db").exists()


@pytest.mark.parametrize("anchor", ["", "3", "3:abc", "x:" + "0" * 64])
def test_an_anchor_that_is_none_is_refused(database: str, anchor: str) -> None:
    done = run("verify", "--database", database, "--anchor", anchor)
    assert (done.exit_code, "an anchor looks like" in done.stderr) == (2, True)
