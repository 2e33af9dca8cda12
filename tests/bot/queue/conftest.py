"""The queue on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS, new_database, postgresql, sqlite_address
from processes import Nursery
from queue_backends import open_queue, set_up

from bot.jobs import JobQueue
from bot.store import Store


@pytest.fixture(scope="session")
def migrated() -> Iterator[tuple[str, str]]:
    """A PostgreSQL server, and the name of a database on it that has our tables: copying it is fast."""
    with postgresql() as server, new_database(server) as template:
        Store(template).close()
        set_up(template)
        yield server, str(sa.engine.make_url(template).database)


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_address(tmp_path)
        return
    with new_database(*request.getfixturevalue("migrated")) as made:
        yield made


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    opened = Store(address)
    yield opened
    opened.close()


@pytest.fixture
def queue(store: Store, address: str) -> JobQueue:
    return open_queue(address)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.end()
