"""`codechill report`: what a week came to."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from bot.commands.auto_review_report import auto_review
from bot.commands.database import Unusable, known_repository, with_stored
from bot.learning import weekly
from bot.learning.week import Week
from bot.store import Configurations, DriftLog, Exceptions, FeedbackLog, Landings, Outcomes, Repositories


@click.group()
def report() -> None:
    """Report what a week of a repository, or automatic review in it, came to."""


report.add_command(auto_review)


@report.command("week")
@with_stored("repositories", "outcomes", "landings", "exceptions", "feedback", "drift", "configurations")
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Its name, or its number.")
@click.option("--week", "name", default="", metavar="2026-W47", help="Default: the week of now.")
@click.option("--format", "style", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.option("--forge", default="https://github.com", show_default=True, help="The address that people open.")
def of_week(
    repositories: Repositories,
    outcomes: Outcomes,
    landings: Landings,
    exceptions: Exceptions,
    feedback: FeedbackLog,
    drift: DriftLog,
    configurations: Configurations,
    repository: str,
    name: str,
    style: str,
    forge: str,
) -> None:
    """Print what was held, what landed and how, exceptions, faults that came to light, feedback, and what to change.

    Weeks are those of ISO 8601, on the clock of the repository's configuration. Where the mode holds nothing, "held"
    is what would have been held.

    \b
      codechill report week --repository acme/shop
      codechill report week --repository acme/shop --week 2026-W47 --format json

    Exit status: 0 done, 2 it could not be told.
    """
    known = known_repository(repositories, repository)
    parts = weekly.Parts(outcomes, landings, exceptions, feedback, drift, configurations)
    now = datetime.now(UTC)
    try:
        span = weekly.span(parts, known.id, name, now)
    except ValueError as error:
        raise Unusable(str(error)) from None
    week = weekly.read(parts, known.id, span, now)
    if style == "json":
        click.echo(json.dumps(figures(known.full_name, week), indent=2, default=lambda at: at.isoformat()))
    else:
        click.echo(weekly.markdown(known, week, forge), nl=False)


def figures(name: str, week: Week) -> dict[str, Any]:
    """As plain data, moments in ISO 8601."""
    plain = asdict(week)
    span = plain.pop("span")
    return {
        "schema": 1,
        "repository": name,
        "week": span["name"],
        "zone": span["zone"],
        "since": week.span.since,
        "until": week.span.until,
    } | plain
