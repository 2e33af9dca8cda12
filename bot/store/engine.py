"""One way to open the database, so that every transaction of the process begins alike."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import make_url

MIGRATE, AUDIT, CLAIM, NAME, SLOT, LANDING = range(7270117, 7270123)  # what writers on PostgreSQL take turns at

BUSY = 8.0  # seconds: GitHub waits ten for the answer to a webhook, and a late one counts as lost

_READING = {"codechill_reading": True}


def open_engine(url: str, *, busy: float = BUSY, pool: int = 16) -> sa.Engine:
    """An engine on SQLite (WAL; a writer waits up to `busy` seconds for another) or on PostgreSQL.

    Raises sqlalchemy.exc.ArgumentError for an address that is none. A missing folder of a SQLite file is made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_size=pool, max_overflow=pool, pool_pre_ping=True)
    if parsed.database in (None, "", ":memory:"):
        raise sa.exc.ArgumentError("the database must be a file: threads and processes share it")
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, pool_size=pool, max_overflow=pool, connect_args={"timeout": busy})
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    # pysqlite's own transaction handling would begin late and deferred: two writers could then deadlock
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("codechill_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that only reads: it never waits for a writer."""
    with engine.connect().execution_options(**_READING) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine, connection: sa.Connection | None = None) -> Iterator[sa.Connection]:
    """The transaction given, or a new one that commits at the end."""
    if connection is not None:
        yield connection
        return
    with _turn(engine), engine.begin() as transaction:
        yield transaction


_turns: WeakKeyDictionary[sa.Engine, threading.Lock] = WeakKeyDictionary()
_guard = threading.Lock()


@contextmanager
def _turn(engine: sa.Engine) -> Iterator[None]:
    """Threads of one process queue up here: SQLite would let each of them sleep and try again."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with _guard:
        lock = _turns.setdefault(engine, threading.Lock())
    if not lock.acquire(timeout=BUSY):
        raise sa.exc.TimeoutError("the database is busy: other threads kept it for too long")
    try:
        yield
    finally:
        lock.release()


def words(error: Exception) -> str:
    """The driver's first line; SQLAlchemy's own words could repeat the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).splitlines()[:1]) or type(error).__name__


def take_turns(connection: sa.Connection, what: int) -> None:
    """Wait until no other transaction does `what`. On SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:what)"), {"what": what})


def files_of(database: str) -> tuple[Path, ...]:
    """Where SQLite keeps a database, wherever that is."""
    url = sa.make_url(database)
    if url.get_backend_name() != "sqlite" or not url.database:
        return ()
    return tuple(Path(f"{url.database}{end}") for end in ("", "-wal", "-shm"))
