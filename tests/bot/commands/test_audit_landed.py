"""Evidence of automatic landings, as an auditor takes it away and checks it."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from bot.commands.audit import audit
from bot.policy.events import Changed
from tests.bot.line.conftest import anew, line
from tests.bot.line.test_line_auto_review import Gatekeeper, gate, landed, of_a_bot
from tests.fakes.line import Line
from tests.fakes.world import Pull

__all__ = ["anew", "gate", "line"]


def run(line: Line, *arguments: str) -> Result:
    return CliRunner().invoke(audit, [*arguments, "--database", str(line.store.engine.url)])


@pytest.fixture
def pull(line: Line, gate: Gatekeeper) -> Pull:
    """One that landed by itself."""
    pull = landed(line, of_a_bot(line))
    line.look(pull, Changed("closed"))
    return pull


def change(line: Line, statement: str) -> None:
    with line.store.write() as connection:
        connection.execute(sa.text(statement))


def documents(line: Line) -> tuple[Result, list[dict[str, object]]]:
    done = run(line, "export", "--landed")
    return done, json.loads(done.stdout)["landings"]


def test_radar_54_of_each_landing_one_record_says_who_what_by_which_rules_and_versions_with_every_hash(
    line: Line, pull: Pull
) -> None:
    done, (record,) = documents(line)
    merged = line.store.landings.of(line.home.id, pull.number)
    (row,) = {each.decided for each in line.store.passages.of(line.home.id, pull.number)}
    assert merged is not None
    assert done.exit_code == 0, done.stderr
    assert record["problems"] == []
    assert record["hashes"] == {
        "head": pull.head, "base": row.base_sha, "base_ref": "main", "landed_as": merged.sha, "content": row.diff,
        "policy": row.policy, "model": row.model, "reviewer_prompt": "",
    }  # fmt: skip
    who = record["who"]
    assert isinstance(who, dict)
    assert (who["author"]["login"], who["source"], who["pipeline"], who["dial"]) == (
        "renovate[bot]", "renovate", "ace", "P20",
    )  # fmt: skip
    decision = record["decision"]
    assert isinstance(decision, dict)
    assert [(each["stage"], each["outcome"]) for each in decision["stages"]] == [("risk", "passed")]


def test_radar_54_the_excerpt_of_the_log_is_checked_against_the_log(line: Line, pull: Pull, tmp_path: Path) -> None:
    assert run(line, "export", "--landed", "--out", str(tmp_path / "evidence")).exit_code == 0
    (file,) = (tmp_path / "evidence").glob("acme-*.json")
    assert run(line, "verify", "--evidence", str(file)).exit_code == 0
    page = file.with_suffix(".md").read_text("utf-8")
    assert "Every row of it fits the audit log." in page
    assert pull.head in page
    text = file.read_text("utf-8")
    file.write_text(text.replace('"mode": "enforce"', '"mode": "suggest"', 1), "utf-8")
    forged = run(line, "verify", "--evidence", str(file))
    assert (forged.exit_code, forged.stderr) == (1, "acme/shop#1: the record was changed after it was exported.\n")
    index = json.loads((tmp_path / "evidence" / "index.json").read_text("utf-8"))
    number, head = line.store.audit.head()
    assert (index["population"], index["anchor"], index["missing"]) == (1, f"{number}:{head}", [])


CHANGES = {
    "UPDATE automatic_landings SET base_sha = '0000'": "another base_sha",
    "UPDATE automatic_landings SET method = 'rebase'": "another method",
    "UPDATE passages SET body = replace(body, 'memory-1', 'memory-2')": "the row of its decision differs",
    "DELETE FROM passages": "the row of its decision differs",
    "DELETE FROM automatic_landings": "its row is gone",
}


@pytest.mark.parametrize("statement", CHANGES)
def test_radar_54_a_row_that_was_changed_afterwards_is_noticed(line: Line, pull: Pull, statement: str) -> None:
    change(line, statement)
    done = run(line, "export", "--landed")
    assert done.exit_code == 1
    assert CHANGES[statement] in done.stderr


def test_a_record_of_the_log_that_was_changed_is_noticed(line: Line, pull: Pull, tmp_path: Path) -> None:
    forged = tmp_path / "forged.db"
    with closing(sqlite3.connect(str(line.store.engine.url.database))) as original:
        original.execute("VACUUM INTO ?", [str(forged)])
    with closing(sqlite3.connect(forged)) as connection, connection:
        connection.execute("DROP TRIGGER audit_keeps_UPDATE")
        connection.execute("UPDATE audit SET body = replace(body, 'P20', 'P50') WHERE kind = 'decision'")
    done = CliRunner().invoke(audit, ["export", "--landed", "--database", str(forged)])
    assert done.exit_code == 1
    assert "the log does not verify" in done.stderr


def test_what_a_person_landed_is_no_landing_by_itself(line: Line, gate: Gatekeeper) -> None:
    line.merge(of_a_bot(line), "ben")
    done, exported = documents(line)
    assert (done.exit_code, exported) == (0, [])


def test_a_sample_is_drawn_again_by_its_seed(line: Line, gate: Gatekeeper) -> None:
    for number in range(4):
        pull = of_a_bot(line) if not number else line.open(0.02, login="renovate[bot]")
        line.look(pull)
        landed(line, pull)
        line.look(pull, Changed("closed"))

    def drawn(seed: str) -> list[int]:
        shown = json.loads(run(line, "export", "--landed", "--sample", "2", "--seed", seed).stdout)
        assert (shown["population"], shown["sample"]) == (4, {"size": 2, "seed": int(seed)})
        return [each["number"] for each in shown["landings"]]

    assert drawn("7") == drawn("7")
    assert len({tuple(drawn(str(seed))) for seed in range(4)}) > 1


def test_what_cannot_be_done_is_said_and_nothing_is_written(line: Line, pull: Pull, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    wrong = [
        ("export", "--landed", "--out", str(tmp_path)),
        ("export", "--landed", "--since", "yesterday"),
        ("export", "--since", "2026-11-28"),
        ("export", "--sample", "2"),
        ("export", "--landed", "--number", "1"),
        ("verify", "--evidence", str(tmp_path / "there")),
    ]
    for arguments in wrong:
        done = run(line, *arguments)
        assert done.exit_code == 2, arguments
        assert re.match(r"(Error|codechill|Usage)", done.stderr), done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["there"]
