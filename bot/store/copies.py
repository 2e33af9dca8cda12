"""The whole database as one SQLite file, and back: from SQLite or PostgreSQL, while the server runs."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.engine import open_engine, reading, words
from bot.store.migrate import migrate, settings
from bot.store.queued import adopt, jobs_on
from bot.store.tables import jobs, metadata

BLOCK = 500  # rows at a time
Counted = Callable[[str, int], None]  # the name of a table, and how many rows of it were copied


class CopyError(Exception):
    """It was not copied; the message is a sentence for the operator."""


def backup(engine: sa.Engine, file: Path, tell: Counted = lambda table, rows: None) -> int:
    """Write every row of one moment into a new file; returns how many. Raises CopyError when the file exists."""
    if file.exists():
        raise CopyError(f"{file} exists already: name a new file")
    half = file.with_name(f".{file.name}.half")
    half.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    half.touch(mode=0o600)
    target = open_engine(f"sqlite:///{half.absolute()}")
    try:
        migrate(target)
        rows = _copy(engine, target, tell)
        with closing(target.raw_connection()) as plain:
            plain.cursor().execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    except BaseException:
        target.dispose()
        half.unlink(missing_ok=True)
        raise
    target.dispose()
    half.rename(file)
    return rows


def restore(file: Path, engine: sa.Engine, tell: Counted = lambda table, rows: None) -> int:
    """Fill an empty database from a backup; returns how many rows. An older backup is brought to the newest form.

    Raises CopyError when the file is no backup, or newer than this program, or the database holds something.
    """
    if not file.is_file():
        raise CopyError(f"there is no file {file}")
    with TemporaryDirectory(prefix="codechill-") as folder:  # the backup itself is never written to
        source = open_engine(f"sqlite:///{shutil.copyfile(file, Path(folder, 'copy.db'))}")
        try:
            return _fill(source, engine, file, tell)
        except sa.exc.DatabaseError as error:
            raise CopyError(f"{file} cannot be restored: {words(error)}") from error
        finally:
            source.dispose()


def _fill(source: sa.Engine, engine: sa.Engine, file: Path, tell: Counted) -> int:
    _require_form(source, file)
    migrate(engine)
    full = next(_full(engine), None)
    if full is not None:
        raise CopyError(f"the database is not empty (there are {full}): restore into a new one")
    return _copy(source, engine, tell)


def _require_form(source: sa.Engine, file: Path) -> None:
    with reading(source) as connection:
        form = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(settings()).walk_revisions()}
    if form is None:
        raise CopyError(f"{file} is no backup of codechill")
    if form not in known:
        raise CopyError(f"{file} was made by a newer codechill: install that version first")
    migrate(source)


def _copy(source: sa.Engine, target: sa.Engine, tell: Counted) -> int:
    rows = 0
    with _of_one_moment(source) as reader, target.begin() as writer:
        for table in metadata.sorted_tables:
            copied = 0
            for block in reader.execute(sa.select(_origin(table, reader))).partitions(BLOCK):
                writer.execute(table.insert(), [dict(row._mapping) for row in block])
                copied += len(block)
            _number_on(writer, table)
            tell(table.name, copied)
            rows += copied
        if writer.dialect.name == "postgresql":
            adopt(writer)
    return rows


def _origin(table: sa.Table, reader: sa.Connection) -> sa.FromClause:
    """Where the rows of a table are: jobs are kept elsewhere on PostgreSQL."""
    return jobs_on(reader.dialect.name) if table is jobs else table


def _of_one_moment(source: sa.Engine) -> Any:
    if source.dialect.name == "sqlite":
        return reading(source)
    return source.execution_options(isolation_level="REPEATABLE READ").begin()


def _number_on(writer: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL counts beside the table: the next row must not get a number that a copied row has."""
    column = table.autoincrement_column
    if writer.dialect.name != "postgresql" or column is None:
        return
    sequence = writer.scalar(sa.text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name})
    if sequence:
        most = writer.scalar(sa.select(sa.func.max(column)))
        writer.execute(sa.text("SELECT setval(:s, :n, :called)"), {"s": sequence, "n": most or 1, "called": bool(most)})


def _full(engine: sa.Engine) -> Iterator[str]:
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            held = sa.select(sa.literal(1)).select_from(_origin(table, connection)).limit(1)
            if connection.execute(held).first() is not None:
                yield table.name
