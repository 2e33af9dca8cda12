"""`codechill backtest --auto-review`: what would have landed by itself here, and was any of that at fault?"""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from bot.backtest.auto_review import report, start, text
from bot.backtest.outcomes import Outcomes
from bot.backtest.replay import Replay
from bot.backtest.report import LEAST_LANDINGS
from bot.commands.progress import progress_bar
from bot.policy.config import Config
from scoring.errors import ScoringError


def tried(
    replay: Replay, outcomes: Outcomes, config: Config, rows: Sequence[int], *, form: str, plain: Path | None,
    page: Path | None, command: str, people: bool,
) -> bool:  # fmt: skip
    """Print the report and write what was asked for; False when it was interrupted. Raises ScoringError."""
    if len(rows) < LEAST_LANDINGS:
        raise ScoringError(
            f"There is too little to try: {len(rows):,} landings that can be scored of {LEAST_LANDINGS} needed. Leave "
            "out --since, or run codechill with `auto_review: {mode: shadow}` for months and look at its records."
        )
    trial, stopped = start.trial(replay, outcomes, config, replay.name, people=people), ""
    try:
        with progress_bar("Trying automatic review") as progress:
            trial.run(rows, progress)
    except KeyboardInterrupt:
        if not trial.tried:
            raise
        stopped = "interrupted"
    figures = report.figures(trial, replay.name, len(rows), stopped)
    click.echo(json.dumps(figures, indent=2) if form == "json" else "\n".join(text.summary(figures)))
    if plain:
        plain.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if page:
        page.write_text(text.markdown(figures, command), "utf-8")
    return not stopped
