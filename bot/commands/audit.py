"""`codechill audit`: look into the append-only log of decisions, and prove that nobody changed it."""

import json
import re
import sys
from contextlib import AbstractContextManager
from dataclasses import fields
from typing import IO, Any, TextIO

import click

from bot.commands import audit_landed
from bot.commands.audit_landed import Wanted, day
from bot.commands.database import LARGEST, PULL, Unusable, known_repository, repository_number, with_stored
from bot.learning.landing_evidence import Proving, line, unproved
from bot.policy.text.whole import visible
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
@click.option(
    "--evidence", type=click.File(encoding="utf-8"), multiple=True, help="A record of `export --landed`: is it so?"
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(audit: AuditLog, anchor: str | None, evidence: tuple[TextIO, ...], style: str) -> None:
    """Check every record. Exit status 1 when one does not fit.

    \b
      codechill audit verify
      codechill audit verify --evidence evidence/acme-shop-7-1f0a66d8c2b4.json
      codechill audit verify --anchor 1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    broken = audit.verify(_anchor(anchor))
    problems = [words for file in evidence for words in _unproved(file, audit)]
    number, head = audit.head()
    problem = broken.words if broken is not None else None
    ok = broken is None and not problems
    summary = {"ok": ok, "records": number, "head": f"{number}:{head}", "problem": problem, "evidence": problems}
    if style == "json":
        click.echo(json.dumps(summary))
    elif broken is not None:
        click.echo(f"The log does not verify: {broken.words}.", err=True)
    else:
        click.echo(f"{number} records, every one fits the one before.\n{number}:{head}")
    for words in problems if style == "text" else ():
        click.echo(f"{visible(words)}.", err=True)
    if not ok:
        sys.exit(1)


def _unproved(file: TextIO, audit: AuditLog) -> list[str]:
    """Raises Unusable for a file that is no such record."""
    try:
        document = json.load(file)
        return list(unproved(document, audit))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unusable(f"{file.name} is no record that `codechill audit export --landed` wrote") from None


_PROVING = [each.name for each in fields(Proving)]


@audit.command()
@with_stored("private_reasons", "repositories", *_PROVING)
@click.option("--repository", "--repo", help="Only this one: its number, or OWNER/NAME.")
@click.option("--number", type=PULL, help="Only this pull request.")
@click.option("--since", help="Only records after this one; with --landed a day: 2026-11-28.")
@click.option("--output", "--out", default="-", help="A file, with --landed a new folder; - prints.")
@click.option("--private", is_flag=True, help="With the reasons told in confidence: for those who may know them only.")
@click.option("--landed", is_flag=True, help="One record of each change that landed by itself, with what proves it.")
@click.option("--sample", type=click.IntRange(1, 100_000), help="With --landed: so many of them, drawn by --seed.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same sample.")
def export(
    private_reasons: PrivateReasons,
    repositories: Repositories,
    repository: str | None,
    number: int | None,
    since: str | None,
    output: str,
    private: bool,
    landed: bool,
    sample: int | None,
    seed: int,
    **stored: Any,
) -> None:
    """Write records as JSON, one a line, oldest first.

    Reasons told in confidence are left out: of each the log holds a digest. With --private their text is added, and
    whether it still fits the digest.

    With --landed, evidence for auditors: of each change that landed by itself who, what, which rules and versions, what
    each stage said, every hash, and its records of the log, as JSON and as a page to read. What the tables say is held
    against the log. Exit status 1 when anything does not fit.

    \b
      codechill audit export --repository acme/shop --number 7
      codechill audit export --since 1042 --output audit.jsonl
      codechill audit export --landed --repo acme/shop --since 2026-10-01 --out evidence/
      codechill audit export --landed --sample 25 --seed 2026 --out evidence/
    """
    proving = Proving(**stored)
    if landed:
        if private or number is not None:
            raise Unusable("--landed goes with --repository, --since, --sample, --seed and --output only")
        homes = (known_repository(repositories, repository),) if repository else repositories.all(gone=True)
        wanted = Wanted(tuple(homes), day(since) if since else None, sample, seed)
        unfit = audit_landed.export(proving, wanted, output)
        for words in unfit:
            click.echo(f"Does not fit: {visible(words)}.", err=True)
        sys.exit(1 if unfit else 0)
    if sample is not None:
        raise Unusable("--sample draws from landings: say --landed too")
    home = repository_number(repositories, repository) if repository else None
    texts = {each.digest: each for each in private_reasons.all(home, number)} if private else {}
    with _opened(output) as file:
        for record in proving.audit.records(home, number, _after(since)):
            file.write(json.dumps(line(record) | _private_text(record, texts)) + "\n")


def _after(since: str | None) -> int:
    """The number of a record."""
    if since is None:
        return 0
    if not (since.isascii() and since.isdigit() and len(since) < 20 and int(since) <= LARGEST):
        raise Unusable(f"--since {since} is no number of a record; a day goes with --landed only")
    return int(since)


def _opened(output: str) -> AbstractContextManager[IO[Any]]:
    """Whole or not at all. Raises Unusable."""
    try:
        return click.open_file(output, "w", encoding="utf-8", atomic=output != "-")
    except OSError as error:
        raise Unusable(f"{output} cannot be written: {error.strerror}") from None


def _private_text(record: Record, texts: dict[str, PrivateReason]) -> dict[str, object]:
    """The text behind the digest of a record, where it is asked for and there still is one."""
    reason = texts.get(str(json.loads(record.body).get("digest"))) if record.kind == "private reason" else None
    return {} if reason is None else {"private": {"text": reason.text, "fits": reason.fits()}}


def _anchor(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    anchor = _ANCHOR.fullmatch(text.strip())
    if anchor is None:
        raise Unusable("an anchor looks like 1042:9f86d0...: a record's number, a colon, 64 hexadecimal digits")
    return int(anchor[1]), anchor[2]
