"""`codechill incidents caught`: what a person says who looked into an incident of a change that landed by itself."""

from datetime import UTC, datetime

import click

from bot.commands.database import ROW, Unusable, with_stored
from bot.commands.jobs import Nothing
from bot.store import Claims, Hindsight, Hindsights
from bot.store.hindsights import Caught


@click.command()
@with_stored("claims", "hindsights")
@click.argument("claim", type=ROW)
@click.argument("answer", type=click.Choice(["yes", "no", "unsure"]))
@click.option("--by", required=True, help="Who says so, for the audit log.")
@click.option("--because", required=True, help="Why, for whoever reads it later.")
def caught(claims: Claims, hindsights: Hindsights, claim: int, answer: Caught, by: str, because: str) -> None:
    """Would a person have caught it? Say so of CLAIM, an incident of a change that landed by itself.

    `codechill report auto-review` lists those that nobody has judged yet.

    \b
      codechill incidents caught 12 no --by maya --because "It shows under load only"

    Exit status: 0 kept, 1 there is no such claim, 2 it could not be done.
    """
    if not because.strip():
        raise Unusable("--because is empty: say why, so that the next person can judge it")
    try:
        known = claims.get(claim)
    except LookupError as problem:
        raise Nothing(str(problem)) from None
    hindsights.save(Hindsight(known.id, answer, by, because.strip(), datetime.now(UTC)))
    click.echo(f"Kept: {answer}.")
