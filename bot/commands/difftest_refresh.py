"""`codechill difftest refresh`: a labeller that learnt more serves only where no figure got worse."""

import json
from dataclasses import asdict
from typing import Any

import click

from bot.commands.difftest_desk import at_a_desk, format_option
from bot.commands.scoring import plainly
from bot.policy.text.whole import visible
from scoring.difftest.desk import Desk
from scoring.difftest.evaluate import Scored
from scoring.difftest.labeller import train
from scoring.difftest.measures import shown
from scoring.difftest.project import Project
from scoring.difftest.promotion import Trial, trial


@click.command()
@click.option("--dry-run", is_flag=True, help="Measure, and leave what serves.")
@format_option
@plainly
@at_a_desk
def refresh(project: Project, desk: Desk, dry_run: bool, style: str) -> None:
    """Let a labeller serve that learnt what people said since, where it is no worse.

    It is measured on the newest labelled release beside the one that serves now, or beside the rules. Exit status: 0 it
    serves from now on, 1 it is worse and the former stays. Before the first refresh each answer teaches at once.
    """
    one = trial([*desk.lent, *desk.known], desk.serving)
    labeller = train([*desk.lent, *desk.labelled])
    if labeller is not None and not one.worse and not dry_run:
        project.let_serve(desk.groups[0].key.signature.team, labeller)
    click.echo(_json(one, dry_run) if style == "json" else _text(one, dry_run))
    if one.worse:
        raise click.exceptions.Exit(1)


def _text(one: Trial, dry_run: bool) -> str:
    names = "".join(f"{name:>12}" for name in ("groups", "accuracy", "macro-F1", "missed", "calibration"))
    serves = "it would serve" if dry_run else "it serves from now on"
    said = f"what serves stays: {'; '.join(one.worse)}" if one.worse else f"no figure is worse: {serves}"
    rows = (_row("serves now", one.former), _row("learnt since", one.candidate))
    return "\n".join((f"{'on ' + visible(one.release[:12]):<16}{names}", *rows, said))


def _row(name: str, scored: Scored) -> str:
    groups = scored.groups
    figures = (
        groups.n, shown(groups.accuracy, 3), shown(groups.macro_f1, 3), groups.missed_regressions,
        shown(scored.calibration.error, 3),
    )  # fmt: skip
    return f"{name:<16}" + "".join(f"{each:>12}" for each in figures)


def _json(one: Trial, dry_run: bool) -> str:
    def figures(scored: Scored) -> dict[str, Any]:
        return asdict(scored.groups) | {"calibration_error": scored.calibration.error}

    row = {
        "release": one.release, "former": figures(one.former), "candidate": figures(one.candidate),
        "worse": list(one.worse), "serves": not one.worse and not dry_run,
    }  # fmt: skip
    return json.dumps(row, indent=2, default=str)
