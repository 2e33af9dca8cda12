"""What changing from one configuration to another would have meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.backtest.measure import Figures, tally
from bot.backtest.replay import Replay, Replayed
from bot.backtest.report import Backtest, Progress
from bot.backtest.text import labelled, marked, table
from bot.backtest.words import count, hours, percent
from bot.policy.config import Config
from bot.policy.text.whole import visible

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One of two configurations, and the replay that scores by its `critical` globs."""

    name: str
    config: Config
    replay: Replay


def compared(test: Backtest, before: Side, after: Side, progress: Progress | None = None) -> Figures:
    """Both replayed over the same landings, and those whose fate differs.

    An interruption leaves the landings that both decided, marked partial; before the first it is raised.
    """
    runs: tuple[list[Replayed], list[Replayed]] = ([], [])
    sides = zip(
        before.replay.run(before.config, test.rows), after.replay.run(after.config, test.rows, progress), strict=True
    )
    try:
        for pair in sides:
            for run, each in zip(runs, pair, strict=True):
                run.append(each)
    except KeyboardInterrupt:
        if not runs[1]:
            raise
        test.stopped = "interrupted"
    pairs = list(zip(*runs, strict=False))
    test.replayed = runs[1]
    del runs[0][len(pairs) :]
    newly = [b for a, b in pairs if b.held and not a.held]
    freed = [b for a, b in pairs if a.held and not b.held]
    return {
        "schema": 1,
        "partial": test.partial(),
        "configurations": [
            {"name": side.name} | tally(run, test.outcomes).figures()
            for side, run in zip((before, after), runs, strict=True)
        ],
        "newly_held": _changes(newly, test),
        "no_longer_held": _changes(freed, test),
        "labels": test.figures_of_labels(),
    }


def _changes(replayed: Sequence[Replayed], test: Backtest) -> Figures:
    at_fault = [each for each in replayed if each.landing.row in test.outcomes.by_row]
    shown = sorted(replayed, key=lambda each: (each.landing.row not in test.outcomes.by_row, -each.percentile))
    return {
        "landings": len(replayed),
        "faults": len(at_fault),
        "examples": [
            {
                "sha": each.landing.sha,
                "title": each.landing.title,
                "at": each.landing.at.isoformat(),
                "fault": each.landing.row in test.outcomes.by_row,
            }
            for each in shown[:SHOWN]
        ],
    }


def comparison(compared: Mapping[str, Any]) -> Iterator[str]:
    """The comparison on a terminal."""
    yield from marked(compared)
    before, after = compared["configurations"]
    yield from table("Configuration", (before, after), "name")
    yield (
        f"From {visible(before['name'])} to {visible(after['name'])}: {_sign(after['held'] - before['held'])} held, "
        f"{_sign(after['caught'] - before['caught'])} caught of what was at fault, "
        f"{_sign(after['false_alarms'] - before['false_alarms'])} false alarms, "
        f"{percent(before['share_held'])} -> {percent(after['share_held'])} of landings in windows, "
        f"median wait {hours(before['delay_median_hours'])} -> {hours(after['delay_median_hours'])}."
    )
    for key, words in (("newly_held", "Newly held"), ("no_longer_held", "No longer held")):
        part = compared[key]
        yield f"\n{words}: {count(part['landings'])}, of them later reverted or fixed: {count(part['faults'])}"
        for each in part["examples"]:
            mark = "  at fault" if each["fault"] else ""
            yield f"  {each['sha'][:12]} {each['at'][:10]} {visible(each['title'])[:80]}{mark}"
    yield "\n" + labelled(compared["labels"])


def _sign(number: int) -> str:
    return f"{number:+,}"
