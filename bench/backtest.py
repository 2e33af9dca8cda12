"""What a backtest costs beside indexing, and whether a level holds the share it names.

    python -m bench.backtest REPO... [--missing-blobs empty] [--served]

Each history is indexed anew in an empty folder and replayed as `codechill backtest` does; then its landings are gated
twice by the same scores: by a plain rank among the 2,000 landings before (moved on once in 250, as the ranks of
features are), and by the bars of scoring/ranking/population.py. Processor time counts the children too.

`--served` asks another question and takes longer: what a level gates when each landing comes as one pull request to the
server, whose index holds single commits, by the shipped model alone.
"""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
from click.testing import CliRunner
from numpy.typing import NDArray

from bench.history import both
from bot.backtest.landings import Past, read_past
from bot.backtest.models import unknowing
from bot.backtest.outcomes import Outcomes, read_outcomes
from bot.backtest.scores import Scores, score
from bot.commands.backtest import backtest
from bot.policy.standing.level import among_riskiest
from scoring.history.index import History
from scoring.models.model import Rows
from scoring.models.registry import load
from scoring.ranking.blend import rank
from scoring.ranking.population import needed, population
from scoring.ranking.quantiles import BLOCK, ranks, rolling, window
from scoring.scorer import SHIPPED

LEVELS = (0.05, 0.10, 0.20)
Floats = NDArray[np.float64]


def measure(repo: Path, absent: bool) -> None:
    """Print the lines of one history."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        history = History(repo, state / "landings", first_parent=True, absent_as_empty=absent)
        tip, now = history.git.resolve("HEAD"), int(datetime.now(UTC).timestamp())
        read, read_cpu = both(lambda: history.refresh(tip, now=now))
        past, outcomes = read_past(history), read_outcomes(history)
        history.close()
        command = ["--repo", str(repo), "--state", folder, "--html", str(state / "page.html")]
        played, played_cpu = both(lambda: _run([*command, "--missing-blobs", "empty" if absent else "refuse"]))
    click.echo(
        f"{repo.name}: {len(past.landings):,} landings, {len(outcomes.by_row):,} known faults\n"
        f"  indexed in {read:.1f} s ({read_cpu:.1f} s of processors), replayed and reported in {played:.1f} s "
        f"({played_cpu:.1f} s): {played / read:.2f} times ({played_cpu / read_cpu:.2f})"
    )
    _shares(past, outcomes)


def _run(arguments: list[str]) -> None:
    result = CliRunner().invoke(backtest, arguments)
    if result.exit_code:
        raise SystemExit(result.output)


def _shares(past: Past, outcomes: Outcomes) -> None:
    model, knew = unknowing(SHIPPED, outcomes.commits)
    scores = score(past, outcomes, model, knew=knew)
    label = np.array([row in outcomes.by_row for row in range(len(past.landings))], dtype=bool)
    for name, percentile in (("plain rank", plain(scores)), ("bars", scores.percentile)):
        cells = [_gated(percentile[scores.first :], label[scores.first :], level) for level in LEVELS]
        click.echo(f"  {name:<10}  " + "   ".join(cells))


def plain(scores: Scores) -> Floats:
    """A rank among the landings before and nothing else, under the models that were in force."""
    ranked = np.full(len(scores.percentile), np.nan)
    for fit, last in scores.segments():
        low = window(fit.first)[0]
        logits = scores.logits_of(fit, low, last)
        if logits is None:
            continue
        for block in range(fit.first, last, BLOCK):
            start, stop = window(block)[0] - low, min(block + BLOCK, last) - low
            ranked[block : stop + low] = rank(logits[block - low : stop], np.sort(logits[start : block - low]))
    return ranked


def served(repo: Path, absent: bool) -> None:
    """Print what levels gate of landings that are ranked among commits, as the server ranks pull requests."""
    with tempfile.TemporaryDirectory() as folder:
        whole, single = (
            History(repo, Path(folder) / str(first), first_parent=first, absent_as_empty=absent)
            for first in (True, False)
        )
        tip, now = whole.git.resolve("HEAD"), int(datetime.now(UTC).timestamp())
        for history in (whole, single):
            history.refresh(tip, now=now)
        merges = set(whole.git.run("rev-list", "--first-parent", "--merges", tip).decode().split())
        ranked = _ranked_among(whole, single)
        kind = np.array([landing.sha in merges for landing in whole.changes()], dtype=bool)
    for name, rows in (("all", kind | ~kind), ("merges", kind), ("single commits", ~kind)):
        part = ranked[rows & ~np.isnan(ranked)]
        if len(part):
            cells = [f"{level:.0%}: gates {(part + level >= 1 - 1e-9).mean():.1%}" for level in LEVELS]
            click.echo(f"  {name}, {len(part):,} landings among commits   " + "   ".join(cells))


def _ranked_among(whole: History, single: History) -> Floats:
    model, names = load(SHIPPED), tuple(feature.name for feature in single.features)
    raw, landed = single.matrix(), whole.matrix()
    logits = model.logits(Rows(names, raw, rolling(raw)))
    at = np.array([change.at for change in single.changes()])
    ranked = np.full(len(landed), np.nan)
    for place, landing in enumerate(whole.changes()):
        row = int(np.searchsorted(at, landing.at, "left"))
        if row >= 2 * BLOCK:
            low, high = window(row)
            one = landed[place : place + 1]
            score = model.logits(Rows(names, one, ranks(one, raw[low:high])))
            ranked[place] = population(logits[needed(row) : row], row).percentiles(score)[0]
    return ranked


def _gated(percentile: Floats, label: NDArray[np.bool_], level: float) -> str:
    gated = np.array([among_riskiest(float(each), level) for each in percentile], dtype=bool)
    return f"{level:.0%}: gates {gated.mean():.1%}, captures {gated[label].mean():.1%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", nargs="+", type=Path)
    parser.add_argument("--missing-blobs", choices=["refuse", "empty"], default="refuse")
    parser.add_argument("--served", action="store_true", help="what levels gate of landings ranked among commits")
    options = parser.parse_args()
    for each in options.repo:
        measure(each, options.missing_blobs == "empty")
        if options.served:
            served(each, options.missing_blobs == "empty")
