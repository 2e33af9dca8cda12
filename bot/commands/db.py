"""`codechill db`: the database as a file to put away, and back."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa

from bot.commands.database import Unusable, open_at, with_stored
from bot.commands.operator import env_option, place_from
from bot.commands.refusals import sentence
from bot.store.copies import CopyError, backup, restore
from bot.store.engine import words


@click.group()
def db() -> None:
    """Back up the database of a server, and restore it.

    A backup is one SQLite file with everything that exists nowhere else: decisions, justifications, approvals, the
    audit log, jobs. It is made from SQLite or PostgreSQL while the server runs, and restored into either, so it also
    moves a server from one to the other. Mirrors and indexes are not in it: they are made again from the forge.

    \b
      codechill db backup /backup/codechill-2026-11-27.db
      codechill db restore /backup/codechill-2026-11-27.db --database postgresql+psycopg://chill@db/chill

    Exit status: 0 done, 2 it could not be done.
    """


@db.command("backup")
@with_stored("engine")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def backup_(engine: sa.Engine, file: Path | None) -> None:
    """Write a backup into FILE, which must not exist; default: codechill-DATE.db in this folder.

    The log of the backup is verified before it counts as made.
    """
    target = file or Path(f"codechill-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.db")
    try:
        rows = backup(engine, target, _tell)
    except (CopyError, OSError, sa.exc.SQLAlchemyError) as error:
        raise Unusable(_said(error)) from None
    head = _verified(f"sqlite:///{target.absolute()}")
    click.echo(f"{rows:,} rows in {target}; its audit log verifies, head {head}")


@db.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--database", help="Where to: a SQLite file or an SQLAlchemy address; default: as the settings say.")
@env_option
def restore_(file: Path, database: str | None, env_file: Path | None) -> None:
    """Fill an empty database from FILE. Stop the server before; nothing is ever overwritten."""
    if not file.is_file():
        raise Unusable(f"there is no file {file}")
    address = database or place_from(env_file).database_url
    url = address if "://" in address else f"sqlite:///{Path(address).absolute()}"
    try:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).touch(mode=0o600)  # nobody else reads it
        with closing(open_at(url)) as store:
            rows = restore(file, store.engine, _tell)
    except (CopyError, OSError, ImportError, sa.exc.SQLAlchemyError) as error:
        raise Unusable(_said(error)) from None
    click.echo(f"{rows:,} rows restored; the audit log verifies, head {_verified(url)}")


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"  {table}: {rows:,}", err=True)


def _verified(url: str) -> str:
    with closing(open_at(url)) as store:
        broken, (number, head) = store.audit.verify(), store.audit.head()
    if broken is not None:
        raise Unusable(f"it was copied, but the audit log does not verify: {broken.words}")
    return f"{number}:{head}"


def _said(error: Exception) -> str:
    return sentence(error) if isinstance(error, CopyError | OSError) else words(error)
