"""`codechill model try`: would a model of a repository's own do better than the one that ships? Without a server."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bot.commands.jobs import Nothing
from bot.commands.learning import corpora_of
from bot.commands.scoring import incidents_option, missing_blobs_option, model_option, plainly
from bot.learning.retrain import GATES, chosen, figures, fittable, fitted_at
from scoring.learning.challenge import Comparison, compare, corrected
from scoring.learning.evaluate import unseen


@click.command("try")
@click.option("--repo", type=click.Path(path_type=Path), required=True, help="A clone.")
@click.option("--state", type=click.Path(path_type=Path), help="Folder of the index; default: the user's cache.")
@missing_blobs_option
@incidents_option
@model_option
@click.option("--kind", "kinds", multiple=True, help="Only this kind; repeat for more.")
@click.option(
    "--gate", "shares", type=click.FloatRange(0.1, 50), multiple=True, help="Percent gated; default: 5 and 10."
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plainly
def attempt(
    repo: Path,
    state: Path | None,
    missing_blobs: str,
    incidents: Path | None,
    model: Path,
    kinds: tuple[str, ...],
    shares: tuple[float, ...],
    style: str,
) -> None:
    """Compare models of a clone's own past with the model that ships, as the server does before it tries one.

    As of the newest change, so that the same clone gives the same figures.

    Exit status: 0 one of them is not worse, 1 none is, 2 it could not be told.
    """
    (corpus,) = corpora_of((repo,), state, missing_blobs, incidents)
    now, gates = int(corpus.table.at[-1]), tuple(share / 100 for share in shares) or GATES
    champion = corrected(unseen(model, corpus))
    measured = {kind.name: compare(corpus, champion, fitted_at(kind), gates, now) for kind in fittable(kinds)}
    if style == "json":
        plain = {name: figures(each, "tried") | {"why_not": each.why_not} for name, each in measured.items()}
        click.echo(json.dumps(plain, indent=2))
    else:
        click.echo("".join(f"{line}\n" for name, each in measured.items() for line in _lines(name, each)), nl=False)
    if not chosen(measured):
        raise Nothing("none of them is shown to be no worse than the model that ships")


def _lines(name: str, seen: Comparison) -> Iterator[str]:
    window = seen.window
    yield f"{name}: on {window.end - window.cut:,} matured changes, {window.faults} of them at fault"
    for gate in seen.gates:
        ratio = gate.ratio
        yield (
            f"  {100 * gate.share:g} % gated: captured {100 * gate.challenger:.0f} %, the model that ships "
            f"{100 * gate.champion:.0f} %; {ratio.value:.2f} times [{ratio.low:.2f}, {ratio.high:.2f}]"
        )
    yield f"  {'not worse' if not seen.why_not else 'refused: ' + seen.why_not}"
