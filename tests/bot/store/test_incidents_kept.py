"""The incidents of a repository are one list, replaced as a whole."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from databases import KINDS, new_database, postgresql, sqlite_address

from bot.store import Store
from bot.store.engine import open_engine
from bot.store.migrate import settings
from bot.store.tables import incidents
from scoring.incidents import Incident

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE = Incident("INC-1", 1_760_000_000, sha="0123abcd", severe=True)
TWO = Incident("INC-2 \udce9", 1_750_000_000, number=12)


def test_a_list_replaces_the_one_before_and_the_same_again_changes_nothing(store: Store) -> None:
    assert store.incidents.save(7, [ONE, TWO], at=NOW)
    assert not store.incidents.save(7, [TWO, ONE], at=NOW)
    assert store.incidents.of(7) == (TWO, ONE)
    assert store.incidents.of(8) == ()
    assert store.incidents.save(7, [ONE], at=NOW)
    assert store.incidents.of(7) == (ONE,)
    assert not store.incidents.save(8, [], at=NOW)
    assert [(record.kind, record.repository_id) for record in store.audit.records()] == [("incidents", 7)] * 2
    assert store.audit.verify() is None


def test_what_stays_in_the_list_keeps_when_it_was_imported(store: Store) -> None:
    store.incidents.save(7, [ONE, ONE], at=NOW)
    store.incidents.save(7, [ONE, TWO], at=NOW + timedelta(days=1))
    with store.read() as connection:
        imported = {row.known_at: row.at for row in connection.execute(sa.select(incidents))}
    assert imported == {ONE.known_at: NOW, TWO.known_at: NOW + timedelta(days=1)}


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_address(tmp_path)
        return
    with postgresql() as server, new_database(server) as made:
        yield made


def test_a_list_that_was_kept_as_one_text_is_moved_into_rows(empty: str) -> None:
    engine, config = open_engine(empty), settings()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        body = json.dumps([asdict(each) for each in (TWO, ONE, ONE)])
        old = sa.table("incidents", sa.column("repository_id"), sa.column("at", sa.DateTime()), sa.column("body"))
        connection.execute(sa.insert(old).values(repository_id=7, at=NOW.replace(tzinfo=None), body=body))
    engine.dispose()
    with closing(Store(empty)) as store:
        assert store.incidents.of(7) == (TWO, ONE)
        assert not store.incidents.save(7, [ONE, TWO], at=NOW + timedelta(days=1))
