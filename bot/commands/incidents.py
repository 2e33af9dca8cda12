"""`codechill incidents`: tell a server which changes caused which incidents."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa

from bot.commands.database import known_repository, with_stored
from bot.commands.scoring import plainly
from bot.jobs import LeaseQueue
from bot.jobs.kinds import RELABEL, OfRepository
from bot.policy.text.whole import visible
from bot.store import Incidents, KnownRepository, Repositories
from scoring.incidents import Incident, read_incidents


@click.command()
@with_stored("repositories", "incidents", "engine")
@click.option("--repository", required=True, metavar="OWNER/NAME", help="The repository whose changes caused them.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@plainly
def incidents(
    repositories: Repositories,
    incidents: Incidents,
    engine: sa.Engine,
    repository: str,
    style: str,
    file: Path | None,
) -> None:
    """Import the incidents in FILE, a CSV with a header or a JSON list; without FILE show what the server knows.

    FILE is the whole list: what it no longer names is forgotten, and the same file again changes nothing. Columns are
    incident, cause (a commit id, or the number of a pull request), known_at (ISO 8601) and severity.

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
            LeaseQueue(engine).add(RELABEL.new(OfRepository(known.id), now))
        _say(known, imported, changed)
    _show(incidents.of(known.id), style)


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
