"""The audit log notices what was changed, removed or cut off."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import sqlite_address

from bot.policy.events import Tick
from bot.policy.opinion import Opinion, Verdict
from bot.store import Record, Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def address(tmp_path: Path) -> str:
    """SQLite only: the tests tamper with its triggers."""
    return sqlite_address(tmp_path)


def write(store: Store, count: int) -> list[Record]:
    return [
        store.audit.add("decision", at=NOW + timedelta(seconds=turn), repository_id=7, number=turn % 3, turn=turn)
        for turn in range(count)
    ]


def tamper(store: Store, statement: str) -> None:
    """As somebody could who holds the file: the triggers are theirs to drop."""
    with store.write() as connection:
        for trigger in ("audit_keeps_UPDATE", "audit_keeps_DELETE"):
            connection.execute(sa.text(f"DROP TRIGGER {trigger}"))
        connection.execute(sa.text(statement))


def words(store: Store, anchor: tuple[int, str] | None = None) -> str | None:
    broken = store.audit.verify(anchor)
    return None if broken is None else broken.words


def test_a_log_that_was_only_added_to_verifies(store: Store) -> None:
    assert words(store) is None
    write(store, 403)
    assert words(store, store.audit.head()) is None


@pytest.mark.parametrize("what", ["UPDATE audit SET body = '{}'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_log(store: Store, what: str) -> None:
    write(store, 2)
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), store.write() as connection:
        connection.execute(sa.text(what))
    assert words(store) is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET body = '{}' WHERE seq = 3", "record 3 was changed"),
        ("UPDATE audit SET number = 9 WHERE seq = 3", "record 3 was changed"),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 3", "record 3 was changed"),
        ("UPDATE audit SET hash = previous WHERE seq = 3", "record 3 was changed"),
        ("UPDATE audit SET previous = hash WHERE seq = 3", "record 3 does not follow record 2"),
        ("DELETE FROM audit WHERE seq = 3", "record 3 is missing"),
        ("DELETE FROM audit WHERE seq = 1", "record 1 is missing"),
        ("DELETE FROM audit WHERE seq > 3", "the log ends at 3, it once reached 5"),
        ("DELETE FROM audit", "the log ends at 0, it once reached 5"),
    ],
)
def test_the_first_record_that_does_not_fit_is_named(store: Store, statement: str, said: str) -> None:
    write(store, 5)
    anchor = store.audit.head()
    tamper(store, statement)
    assert words(store, anchor) == said


def test_a_log_written_anew_does_not_fit_the_head_that_was_noted_elsewhere(store: Store) -> None:
    write(store, 5)
    anchor = store.audit.head()
    tamper(store, "DELETE FROM audit WHERE seq > 3")
    store.audit.add("forged", at=NOW)
    store.audit.add("forged", at=NOW)
    assert words(store) is None
    assert words(store, anchor) == "record 5 is not the one noted elsewhere"


def test_the_records_of_one_pull_request_are_found(store: Store) -> None:
    write(store, 9)
    assert [record.seq for record in store.audit.records(7, 1)] == [2, 5, 8]
    assert [record.seq for record in store.audit.records(since=7)] == [8, 9]


def test_our_values_are_written_in_words(store: Store) -> None:
    opinions = (Opinion("freeze", Verdict.BLOCK, "Held", NOW),)
    body = json.loads(store.audit.add("decision", at=NOW, event=Tick("edge"), opinions=opinions, teams={"b", "a"}).body)
    assert body["event"] == {"is": "Tick", "why": "edge"}
    assert body["opinions"][0]["verdict"] == "block"
    assert body["opinions"][0]["until"] == NOW.isoformat()
    assert body["teams"] == ["a", "b"]
