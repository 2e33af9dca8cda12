"""The line in memory. One database for all: it is put back as it was made before each test."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from bot.store import Store
from tests.fakes.line import Line


def _quick(connection: Any, _record: object) -> None:
    """Nobody pulls the plug in these tests."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Store]]:
    """The store without a row in it."""
    folder = tmp_path_factory.mktemp("line")
    store = Store(f"sqlite:///{folder / 'a.db'}")
    store.engine.dispose()
    sa.event.listen(store.engine, "connect", _quick)
    empty = sqlite3.connect(folder / "empty.db")
    raw = store.engine.raw_connection()
    live: Any = raw.driver_connection
    live.backup(empty)

    def back() -> Store:
        empty.backup(live)
        return store

    yield back
    raw.close()
    empty.close()
    store.close()


@pytest.fixture
def line(anew: Callable[[], Store]) -> Iterator[Line]:
    """In the end of every test: whoever looks again changes nothing."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    here = Line(anew())
    try:
        yield here
        here.at_rest()
    finally:
        structlog.configure(**before)
