"""`codechill incidents`: which changes caused which incidents, who says so, and what becomes of it."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from bot.commands.database import ROW, Unusable, known_repository, with_stored
from bot.commands.hindsight import caught
from bot.commands.scoring import plainly
from bot.doors.incidents.signed import read_all
from bot.forge.github.shapes import Unreadable
from bot.jobs import queue_on
from bot.jobs.kinds import RELABEL, REPORT, OfRepository, Reports
from bot.policy.incidents.causes import cause_of
from bot.policy.incidents.claim import Claim, ClaimState, Ruling
from bot.policy.incidents.report import Report
from bot.policy.incidents.shown import exported, row
from bot.policy.text.whole import visible
from bot.store import AuditLog, Claims, Incidents, KnownRepository, Repositories
from scoring.incidents import Incident, read_incidents

_STATES = ["candidate", "confirmed", "disputed", "withdrawn"]
_repository = click.option("--repository", required=True, metavar="OWNER/NAME", help="Whose changes caused them.")
_format = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
_by = click.option("--by", required=True, help="Who does this, for the audit log.")
_reason = click.option("--reason", default="", help="Why, for the next person who looks.")
_number = click.argument("claim", type=ROW)


class Imports(click.Group):
    """What names no command is an import, as it was before there were any."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else "--help"
        return super().parse_args(ctx, args if first in (*self.commands, "-h", "--help") else ["import", *args])


@click.group(cls=Imports)
def incidents() -> None:
    """Say which changes caused incidents, and judge what was said.

    Claims come from comments (`/chill incident`), issues, signed requests of your tools (docs/incidents.md) and files.
    One is a label that models learn from once it is confirmed: by strong evidence, or by a person here.
    """


incidents.add_command(caught)


@incidents.command("import")
@with_stored("repositories", "incidents", "engine")
@_repository
@_format
@click.argument("file", required=False, type=click.Path(path_type=Path))
@plainly
def import_(
    repositories: Repositories,
    incidents: Incidents,
    engine: sa.Engine,
    repository: str,
    style: str,
    file: Path | None,
) -> None:
    """Import the incidents in FILE, a CSV with a header or a JSON list; without FILE show which ones count.

    FILE is the whole list of what is imported: what it no longer names is forgotten, and the same file again changes
    nothing. What came another way stays. Columns are incident, cause (a commit id, or the number of a pull request),
    known_at (ISO 8601) and severity.

    \b
      incident,cause,known_at,severity
      INC-204,3f2a9c1d,2026-03-02T08:15:00Z,sev1
      INC-207,#4711,2026-03-09T17:40:00+01:00,low

    They count from the moment they were known: as faults of their files, folders and services in every later score, for
    the repository's own model, and for the rate of faults that probabilities are said from. One that is older than the
    newest change the server knows counts for the next pull request at once; a job counts it in for those since then.
    """
    known = known_repository(repositories, repository)
    if file is not None:
        imported, now = read_incidents(file), datetime.now(UTC)
        changed = incidents.save(known.id, imported, at=now)
        if changed:
            queue_on(engine).add(RELABEL.new(OfRepository(known.id), now))
        _say(known, imported, changed)
    _show(incidents.of(known.id), style)


@incidents.command()
@with_stored("repositories", "engine")
@_repository
@_by
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def report(repositories: Repositories, engine: sa.Engine, repository: str, by: str, file: Path) -> None:
    """Have the server take in the incidents in FILE as claims: a CSV with a header, or JSON.

    Columns are incident, cause (#123, a commit id, or owner/name#123), and where you have them severity, title,
    root_cause (its text is kept for training), link and at. They are known from now on; the server looks which commits
    landed.
    """
    home, now = known_repository(repositories, repository), datetime.now(UTC)
    try:
        said = tuple(replace(each, source="file", by=by).trimmed() for each in read_all(_rows(file), now, by="a file"))
    except RecursionError:
        raise Unusable(f"{file} cannot be read: it is nested too deeply") from None
    except UnicodeDecodeError:
        raise Unusable(f"{file} is no text in UTF-8: hand in a CSV with a header, or JSON") from None
    except (Unreadable, OSError, ValueError, csv.Error) as problem:
        raise Unusable(f"{file} cannot be read: {problem}") from None
    if not said:
        raise Unusable(f"{file} names no incident: below a header `incident,cause` each line is one")
    _enqueue(engine, home, said)
    many = "1 incident" if len(said) == 1 else f"{len(said):,} incidents"
    click.echo(f"{home.full_name}: {many}; `codechill incidents list` shows what the server makes of it.")


@incidents.command("list")
@with_stored("repositories", "claims")
@click.option("--repository", metavar="OWNER/NAME", help="Only this one.")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
@_format
def list_(
    repositories: Repositories, claims: Claims, repository: str | None, state: ClaimState | None, style: str
) -> None:
    """List what is claimed, oldest first."""
    rows = [row(claim, name) for claim, name in _claims(repositories, claims, repository, state)]
    if style == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(visible(_line(each)) for each in rows) or "Nothing is claimed.")


@incidents.command()
@with_stored("repositories", "claims", "audit")
@_number
@_format
def show(repositories: Repositories, claims: Claims, audit: AuditLog, claim: int, style: str) -> None:
    """Show a claim with its evidence, the text of its root cause, and everything that was done to it."""
    one = _claim(claims, claim)
    home = repositories.get(one.repository_id)
    shown = exported(one, home.full_name if home else str(one.repository_id)) | {"history": list(_history(audit, one))}
    if style == "json":
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for name, value in shown.items():
        words = "\n            ".join(map(str, value)) if isinstance(value, list) else value
        if words not in (None, "", []):
            click.echo(f"{name:<11} {visible(str(words))}")


@incidents.command()
@with_stored("repositories", "claims", "engine")
@_number
@_by
@_reason
@click.option("--cause", help="#123, a commit id, or owner/name#123: of a claim that has none.")
def confirm(
    repositories: Repositories,
    claims: Claims,
    engine: sa.Engine,
    claim: int,
    by: str,
    reason: str,
    cause: str | None,
) -> None:
    """Say that it is so: it becomes a label, known from now on."""
    if cause is None:
        _rule(claims, claim, Ruling.CONFIRM, by, reason)
        return
    one, named = _claim(claims, claim), cause_of(cause)
    if named is None:
        raise Unusable(f"{cause} names no change: write #123, a commit id of 7 digits or more, or owner/name#123")
    said = Report("person", one.incident, datetime.now(UTC), by, cause=named, evidence=f"{by} said so", text=reason)
    home = known_repository(repositories, str(one.repository_id))
    _enqueue(engine, home, (replace(said, links=one.links).trimmed(),))
    click.echo(f"Claim {claim}: the server looks what {named} landed as; `codechill incidents list` tells.")


@incidents.command()
@with_stored("claims")
@_number
@_by
@click.option("--reason", required=True, help="Why, for the next person who looks.")
def dispute(claims: Claims, claim: int, by: str, reason: str) -> None:
    """Say that the change was not at fault: no model learns from it any more."""
    _rule(claims, claim, Ruling.DISPUTE, by, reason)


@incidents.command()
@with_stored("claims")
@_number
@_by
@click.option("--reason", required=True, help="Why, for the next person who looks.")
def withdraw(claims: Claims, claim: int, by: str, reason: str) -> None:
    """Take back what should not have been said."""
    _rule(claims, claim, Ruling.WITHDRAW, by, reason)


@incidents.command()
@with_stored("repositories", "claims")
@click.option("--repository", metavar="OWNER/NAME", help="Only this one.")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
def export(repositories: Repositories, claims: Claims, repository: str | None, state: ClaimState | None) -> None:
    """Write every claim with the text of its root cause, one JSON object a line: for training."""
    for claim, name in _claims(repositories, claims, repository, state):
        click.echo(json.dumps(exported(claim, name), ensure_ascii=False))


def _say(known: KnownRepository, imported: tuple[Incident, ...], changed: bool) -> None:
    words = "kept; the next score of each pull request counts them in" if changed else "known already; nothing changed"
    click.echo(f"{known.full_name}: {len(imported)} incidents {words}.", err=True)


def _show(known: tuple[Incident, ...], style: str) -> None:
    if style == "json":
        click.echo(json.dumps([asdict(each) for each in known], indent=2))
        return
    for each in known:
        cause = each.sha or f"#{each.number}"
        at = datetime.fromtimestamp(each.known_at, UTC).isoformat()
        click.echo(visible(f"{at}  {cause:<12}  {'severe' if each.severe else '      '}  {each.name}"))


def _rows(file: Path) -> list[Any]:
    text = file.read_text("utf-8-sig")
    if text.lstrip().startswith(("[", "{")):
        rows = json.loads(text)
        return rows if isinstance(rows, list) else [rows]
    header = next(csv.reader(text.splitlines()), [])
    if "incident" not in (name.strip().lower() for name in header):
        raise ValueError("it names no incidents: write JSON, or a CSV whose first line names incident and cause")
    return [{name.strip().lower(): value for name, value in each.items() if name and value} for each in _csv(text)]


def _csv(text: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(text.splitlines())


def _enqueue(engine: sa.Engine, home: KnownRepository, reports: tuple[Report, ...]) -> None:
    if reports:
        queue_on(engine).add(REPORT.new(Reports("", home.id, reports), datetime.now(UTC)))


def _rule(claims: Claims, number: int, ruling: Ruling, by: str, reason: str) -> None:
    now = datetime.now(UTC)
    try:
        claim = claims.rule(number, lambda one: ruling.on(one, by=by, reason=reason, at=now), at=now)
    except (LookupError, ValueError) as problem:
        raise Unusable(str(problem)) from None
    counts = "models learn from it" if claim.is_label else "no model learns from it"
    click.echo(f"Claim {number}: {claim.state}; {counts}.")


def _claim(claims: Claims, number: int) -> Claim:
    try:
        return claims.get(number)
    except LookupError as problem:
        raise Unusable(f"{problem}; `codechill incidents list` shows those that there are") from None


def _claims(
    repositories: Repositories, claims: Claims, repository: str | None, state: ClaimState | None
) -> Iterator[tuple[Claim, str]]:
    every = [known_repository(repositories, repository)] if repository else repositories.all(gone=True)
    for home in every:
        for claim in claims.of(home.id, state):
            yield claim, home.full_name


def _line(each: dict[str, Any]) -> str:
    why = f"  ({each['reason']})" if each["reason"] else ""
    cause = each["cause"] or "no cause"
    return f"{each['claim']:>5}  {each['state']:<9}  level {each['level']}  {cause:<20}  {each['incident']}{why}"


def _history(audit: AuditLog, claim: Claim) -> Iterator[str]:
    for record in audit.records(claim.repository_id):
        said = json.loads(record.body).get("claim", {}) if record.kind == "claim" else {}
        if said.get("id") == claim.id:
            who, at = said["state_by"] or ", ".join(said["sources"]), record.at.isoformat(timespec="seconds")
            yield f"{at} {said['state']} by {who}: {said['reason'] or said['evidence']}"
