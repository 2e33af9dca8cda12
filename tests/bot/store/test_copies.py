"""A backup holds every row, goes back into either database, and overwrites nothing."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.commands.db import db
from bot.jobs import queue_on
from bot.jobs.port import NewJob
from bot.policy.config.freezes import Freeze
from bot.policy.pull import Person
from bot.store import Delivery, KnownRepository, Store
from bot.store.copies import CopyError, backup, restore
from bot.store.queued import jobs_on
from bot.store.tables import jobs, metadata

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = Person(1, "ada")


def filled(store: Store) -> Store:
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    store.inbox.receive([Delivery("d1", "push", b'{"a": "\xc3\xa9"}', NOW)], lambda deliveries, connection: [True])
    store.pulls.save(7, 1, head_sha="a" * 40, base_ref="main", open=True, verdict=1, percentile=0.97, decided_at=NOW)
    store.freezes.save(7, Freeze("f", "Launch", "frozen", NOW, None, "launch", ADA), at=NOW)
    queue_on(store.engine).add(NewJob("pull", {}, "7#1", NOW))
    for number in range(3):
        store.audit.add("note", at=NOW, repository_id=7, words=f"{number}")
    return store


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(origin))), key=repr)
            for table in metadata.sorted_tables
            for origin in [jobs_on(connection.dialect.name) if table is jobs else table]
        }


def test_a_backup_restored_into_either_database_has_every_row_and_the_log_goes_on(store: Store, tmp_path: Path) -> None:
    expected = rows(filled(store))
    file = tmp_path / "put away" / "a.db"
    assert backup(store.engine, file) == sum(map(len, expected.values()))
    other = Store(f"sqlite:///{tmp_path}/other.db")
    restore(file, other.engine)
    assert rows(other) == expected
    other.audit.add("note", at=NOW, repository_id=7, words="after")
    queue_on(other.engine).add(NewJob("pull", {}, "7#2", NOW))
    assert (other.audit.verify(), other.audit.head()[0]) == (None, 5)
    other.close()
    assert (file.stat().st_mode & 0o777, list(file.parent.iterdir())) == (0o600, [file])


def test_a_sqlite_backup_goes_into_this_database_and_new_rows_get_new_numbers(store: Store, tmp_path: Path) -> None:
    source = filled(Store(f"sqlite:///{tmp_path}/source.db"))
    expected = rows(source)
    backup(source.engine, tmp_path / "a.db")
    source.close()
    restore(tmp_path / "a.db", store.engine)
    assert rows(store) == expected
    store.audit.add("note", at=NOW, repository_id=7, words="after")
    queue_on(store.engine).add(NewJob("pull", {}, "7#2", NOW))
    assert (store.audit.verify(), store.audit.head()[0]) == (None, 5)


def test_nothing_is_overwritten(store: Store, tmp_path: Path) -> None:
    filled(store)
    backup(store.engine, tmp_path / "a.db")
    with pytest.raises(CopyError, match="exists already"):
        backup(store.engine, tmp_path / "a.db")
    with pytest.raises(CopyError, match="the database is not empty"):
        restore(tmp_path / "a.db", store.engine)


def test_what_is_no_backup_or_is_newer_is_refused_in_one_sentence(store: Store, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, but long enough to be looked at" * 50)
    backup(store.engine, tmp_path / "newer.db")
    with sa.create_engine(f"sqlite:///{tmp_path}/newer.db").begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for name, words in (("none.db", "no file"), ("text.db", "cannot be restored"), ("newer.db", "a newer codechill")):
        with pytest.raises(CopyError, match=words):
            restore(tmp_path / name, store.engine)


def test_the_commands_make_a_backup_and_bring_it_back(tmp_path: Path) -> None:
    filled(Store(f"sqlite:///{tmp_path}/codechill.db")).close()
    runner = CliRunner(env={"CODECHILL_FOLDER": str(tmp_path)})
    made = runner.invoke(db, ["backup", str(tmp_path / "a.db")])
    assert (made.exit_code, "its audit log verifies, head 4:" in made.output) == (0, True)
    back = runner.invoke(db, ["restore", str(tmp_path / "a.db"), "--database", str(tmp_path / "new.db")])
    assert (back.exit_code, "rows restored" in back.output) == (0, True)
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600
    again = runner.invoke(db, ["restore", str(tmp_path / "a.db"), "--database", str(tmp_path / "new.db")])
    assert (again.exit_code, "not empty" in again.output) == (2, True)
