"""`codechill audit`: look into the append-only log of decisions, and prove that nobody changed it."""

import json
import re
import sys
from typing import TextIO

import click

from bot.commands.database import LARGEST, PULL, Unusable, repository_number, with_stored
from bot.store import AuditLog, PrivateReason, PrivateReasons, Record, Repositories

_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """Verify or export the audit log.

    Each record carries the hash of the one before. Note the last line of `verify` somewhere else from time to time:
    with --anchor it proves that the log was not cut short or written anew since.
    """


@audit.command()
@with_stored("audit")
@click.option("--anchor", metavar="NUMBER:HASH", help="The head that an earlier verify or export told.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(audit: AuditLog, anchor: str | None, style: str) -> None:
    """Check every record. Exit status 1 when one does not fit.

    \b
      codechill audit verify
      codechill audit verify --anchor 1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    broken = audit.verify(_anchor(anchor))
    number, head = audit.head()
    summary = {"ok": broken is None, "records": number, "head": f"{number}:{head}", "problem": broken and broken.words}
    if style == "json":
        click.echo(json.dumps(summary))
    elif broken is not None:
        click.echo(f"The log does not verify: {broken.words}.", err=True)
    else:
        click.echo(f"{number} records, every one fits the one before.\n{number}:{head}")
    if broken is not None:
        sys.exit(1)


@audit.command()
@with_stored("audit", "private_reasons", "repositories")
@click.option("--repository", help="Only this one: its number, or OWNER/NAME.")
@click.option("--number", type=PULL, help="Only this pull request.")
@click.option("--since", type=click.IntRange(0, LARGEST), default=0, help="Only records after this one.")
@click.option("--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file; - prints.")
@click.option("--private", is_flag=True, help="With the reasons told in confidence: for those who may know them only.")
def export(
    audit: AuditLog,
    private_reasons: PrivateReasons,
    repositories: Repositories,
    repository: str | None,
    number: int | None,
    since: int,
    output: TextIO,
    private: bool,
) -> None:
    """Write records as JSON, one a line, oldest first.

    Reasons told in confidence are left out: of each the log holds a digest. With --private their text is added, and
    whether it still fits the digest.

    \b
      codechill audit export --repository acme/shop --number 7
      codechill audit export --since 1042 --output audit.jsonl
    """
    wanted = repository_number(repositories, repository) if repository else None
    texts = {each.digest: each for each in private_reasons.all(wanted, number)} if private else {}
    for record in audit.records(wanted, number, since):
        output.write(json.dumps(_line(record) | _private_text(record, texts)) + "\n")


def _private_text(record: Record, texts: dict[str, PrivateReason]) -> dict[str, object]:
    """The text behind the digest of a record, where it is asked for and there still is one."""
    reason = texts.get(str(json.loads(record.body).get("digest"))) if record.kind == "private reason" else None
    return {} if reason is None else {"private": {"text": reason.text, "fits": reason.fits()}}


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
    anchor = _ANCHOR.fullmatch(text.strip())
    if anchor is None:
        raise Unusable("an anchor looks like 1042:9f86d0...: a record's number, a colon, 64 hexadecimal digits")
    return int(anchor[1]), anchor[2]
