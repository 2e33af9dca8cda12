"""`codechill audit`: look into the append-only log of decisions, and prove that nobody changed it."""

import json
import re
import sys
from pathlib import Path
from typing import TextIO

import click
import sqlalchemy as sa

from bot.store import Record, Store

_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Unusable(click.ClickException):
    exit_code = 2


def _open(address: str) -> Store:
    url = address if "://" in address else f"sqlite:///{Path(address).absolute()}"
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise Unusable(f"there is no database {address}: name it with --database or CODECHILL_DATABASE")
    try:
        return Store(url)
    except sa.exc.SQLAlchemyError as error:
        raise Unusable(f"the database cannot be opened: {type(error).__name__}") from None


_database = click.option(
    "--database",
    envvar="CODECHILL_DATABASE",
    default=".codechill/codechill.db",
    show_default=True,
    help="A SQLite file, or an SQLAlchemy address.",
)


@click.group()
def audit() -> None:
    """Verify or export the audit log.

    Each record carries the hash of the one before. Note the last line of `verify` somewhere else from time to time:
    with --anchor it proves that the log was not cut short or written anew since.
    """


@audit.command()
@_database
@click.option("--anchor", metavar="NUMBER:HASH", help="The head that an earlier verify or export told.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(database: str, anchor: str | None, style: str) -> None:
    """Check every record. Exit status 1 when one does not fit.

    \b
      codechill audit verify
      codechill audit verify --anchor 1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    store = _open(database)
    broken = store.verify_audit(_anchor(anchor))
    number, head = store.audit_head()
    store.close()
    result = {"ok": broken is None, "records": number, "head": f"{number}:{head}", "problem": broken and broken.words}
    if style == "json":
        click.echo(json.dumps(result))
    elif broken is not None:
        click.echo(f"The log does not verify: {broken.words}.", err=True)
    else:
        click.echo(f"{number} records, every one fits the one before.\n{number}:{head}")
    if broken is not None:
        sys.exit(1)


@audit.command()
@_database
@click.option("--repository", type=click.IntRange(min=1), help="Only this repository, by its number.")
@click.option("--number", type=click.IntRange(min=1), help="Only this pull request.")
@click.option("--since", type=click.IntRange(min=0), default=0, help="Only records after this one.")
@click.option("--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file; - prints.")
def export(database: str, repository: int | None, number: int | None, since: int, output: TextIO) -> None:
    """Write records as JSON, one a line, oldest first.

    \b
      codechill audit export --repository 1296269 --number 7
      codechill audit export --since 1042 --output audit.jsonl
    """
    store = _open(database)
    for record in store.audit_records(repository, number, since):
        output.write(json.dumps(_line(record)) + "\n")
    store.close()


def _line(record: Record) -> dict[str, object]:
    return {
        "seq": record.seq,
        "at": record.at.isoformat(),
        "kind": record.kind,
        "repository_id": record.repository_id,
        "number": record.number,
        "facts": json.loads(record.body),
        "previous": record.previous,
        "hash": record.hash,
    }


def _anchor(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise Unusable("an anchor looks like 1042:9f86d0...: a record's number, a colon, 64 hexadecimal digits")
    return int(found[1]), found[2]
