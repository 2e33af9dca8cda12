"""`codechill exceptions`: requests for an exception, and the reasons for them that must not stand on the forge."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import click

from bot.commands.database import PULL, Unusable, known_repository, with_stored
from bot.policy.escalation import Escalation
from bot.policy.text.whole import visible
from bot.store import Exceptions, PrivateReason, PrivateReasons, Repositories

LONGEST = 10_000  # characters of a private reason
State = Literal["asked", "approved", "denied", "void", "expired"]
_repository = click.option("--repository", required=True, help="Its number, or OWNER/NAME.")
_number = click.option("--number", type=PULL, required=True, help="Of the pull request.")
_by = click.option("--by", "by", required=True, help="Who does this, for the audit log.")


@click.group()
def exceptions() -> None:
    """List requests for an exception, and keep the reasons for them that must stay private.

    A comment is as public as the pull request. What must not stand there, a customer's name for example, is told here
    instead. It is kept in the server's database, shown by `list --private` and `audit export --private` only, and never
    sent to the forge. The audit log holds a digest of it, so the text can be forgotten and the log still verifies.
    """


@exceptions.command("list")
@with_stored("exceptions", "private_reasons", "repositories")
@click.option("--repository", help="Only this one: its number, or OWNER/NAME.")
@click.option("--state", type=click.Choice(["asked", "approved", "denied", "void", "expired"]), help="Only these.")
@click.option("--private", is_flag=True, help="With the private reasons: for those who may know them only.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_(
    exceptions: Exceptions,
    private_reasons: PrivateReasons,
    repositories: Repositories,
    repository: str | None,
    state: State | None,
    private: bool,
    style: str,
) -> None:
    """List requests, oldest first."""
    wanted = known_repository(repositories, repository).id if repository else None
    names = {each.id: each.full_name for each in repositories.all()}
    requests = [request for request in exceptions.all(wanted) if state in (None, request[2].state)]
    reasons = private_reasons.all(wanted)
    rows = [
        _row(one, names.get(where, str(where)), number) | {"private": _reasons(one, where, number, reasons, private)}
        for where, number, one in requests
    ]
    if style == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(line for row in rows for line in _lines(row)) or "No requests.")


@exceptions.command()
@with_stored("exceptions", "private_reasons", "repositories")
@_repository
@_number
@_by
def tell(
    exceptions: Exceptions,
    private_reasons: PrivateReasons,
    repositories: Repositories,
    repository: str,
    number: int,
    by: str,
) -> None:
    """Keep a private reason with the newest request of a pull request. The text is read from standard input.

    \b
      codechill exceptions tell --repository acme/shop --number 7 --by ana < reason.txt
    """
    repository_id = known_repository(repositories, repository).id
    requests = exceptions.of(repository_id, number)
    if not requests:
        raise Unusable(f"nobody asked for an exception on {repository}#{number}; `/chill justify <reason>` does")
    text = sys.stdin.read(LONGEST + 1).strip()
    if not text or len(text) > LONGEST:
        raise Unusable(f"the reason is read from standard input: some text, at most {LONGEST:,} characters")
    reason = private_reasons.tell(repository_id, number, requests[-1].id, text, by=by, at=datetime.now(UTC))
    click.echo(f"Kept with the request of {requests[-1].by.login}. Digest {reason.digest}")


@exceptions.command()
@with_stored("private_reasons")
@click.argument("digest")
@_by
def forget(private_reasons: PrivateReasons, digest: str, by: str) -> None:
    """Remove a private reason for good, by its digest or the beginning of it (12 digits or more)."""
    digests = [each.digest for each in private_reasons.all() if len(digest) >= 12 and each.digest.startswith(digest)]
    done = len(digests) == 1 and private_reasons.forget(digests[0], by=by, at=datetime.now(UTC))
    if not done:
        raise Unusable(f"no private reason has the digest {digest}; `codechill exceptions list` shows them")
    click.echo("Forgotten; the audit log still holds its digest.")


def _reasons(
    one: Escalation, repository_id: int, number: int, reasons: tuple[PrivateReason, ...], private: bool
) -> list[dict[str, Any]]:
    """Those told for this request; their text only for those who may know it."""
    return [
        {"digest": each.digest, "by": each.by, "at": each.at.isoformat()} | ({"text": each.text} if private else {})
        for each in reasons
        if (each.repository_id, each.number, each.escalation_id) == (repository_id, number, one.id)
    ]


def _lines(row: dict[str, Any]) -> Iterator[str]:
    where = f"{row['repository']}#{row['number']}"
    yield f"{where}  {row['state']:<8}  {row['reason']}  by {row['by']}  {row['at']}"
    for reason in row["private"]:
        text = visible(reason.get("text", "a private reason is kept"))
        yield f"  {text}  (told by {visible(reason['by'])}, {reason['digest'][:12]})"


def _row(one: Escalation, repository: str, number: int) -> dict[str, Any]:
    return {
        "repository": repository,
        "number": number,
        "state": one.state,
        "reason": one.reason,
        "text": one.text,
        "by": one.by.login,
        "at": one.at.isoformat(timespec="seconds"),
        "window": one.window,
        "expires": one.expires.isoformat() if one.expires else None,
        "answered_by": one.answered_by.login if one.answered_by else None,
        "answer": one.answer,
    }
