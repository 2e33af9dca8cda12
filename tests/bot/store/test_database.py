"""The database: opened, migrated, shared."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import sqlite_address

import bot.store
from bot.store import Store
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.tables import metadata, notes, ticks


@pytest.fixture
def address(tmp_path: Path) -> str:
    """SQLite only: the tests look at its files."""
    return sqlite_address(tmp_path)


def test_the_migrations_make_exactly_the_tables_that_the_code_reads(store: Store) -> None:
    with store.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    def schema() -> list[str]:
        with store.read() as connection:
            return list(connection.scalars(sa.text("SELECT sql FROM sqlite_master ORDER BY name")))

    before = schema()
    migrate(store.engine)
    assert schema() == before


def test_processes_that_start_together_migrate_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.store, "migrate", migrate)  # not the copy of a file that is there already
    url = f"sqlite:///{tmp_path / 'new.db'}"
    failures: list[BaseException] = []

    def start() -> None:
        try:
            Store(url).close()
        except sa.exc.SQLAlchemyError as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_in_memory_is_refused_because_threads_could_not_share_it() -> None:
    with pytest.raises(sa.exc.ArgumentError):
        open_engine("sqlite://")


def test_writers_take_turns_and_lose_nothing(store: Store) -> None:
    def write(number: int) -> None:
        for turn in range(20):
            with store.write() as connection:
                count = connection.scalar(sa.select(sa.func.count()).select_from(ticks))
                connection.execute(
                    sa.insert(ticks).values(key=f"{number}/{turn}/{count}", at=sa.func.current_timestamp())
                )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        keys = list(connection.scalars(sa.select(ticks.c.key)))
    assert sorted(int(key.split("/")[2]) for key in keys) == list(range(100))


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.write() as writer:
        writer.execute(sa.insert(notes).values(repository_id=1, number=1, key="k", at=sa.func.current_timestamp()))
        assert store.notes.of(1, 1) == frozenset()
    assert store.notes.of(1, 1) == {"k"}


def test_a_database_that_is_there_answers_and_one_that_is_not_does_not(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    assert store.answers()
    store.close()
    (tmp_path / "a.db").unlink()
    (tmp_path / "a.db").mkdir()
    assert not store.answers()
