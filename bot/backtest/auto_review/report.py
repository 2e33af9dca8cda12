"""The whole report of a trial as plain data: what the terminal, JSON and the page show."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.backtest.auto_review.measure import LISTED, compared, groups, layers
from bot.backtest.auto_review.passes import DIALS, Trial, Tried
from bot.backtest.measure import Figures
from bot.backtest.report import FEW, RIPE
from bot.policy.config.auto_review import Threshold

TAKEN_AS_GIVEN = (
    "Checks were green, nobody objected, and every signature was good: git does not tell otherwise.",
    "A release was old enough when a dependency took it: git does not tell when others released.",
    "Whoever had landed ten changes before is taken for a member, anybody else for a contributor.",
    "A squashed, rebased or pushed change is taken to come from a branch as its source names them.",
    "A denial is taken to be lifted at once, and no change to be rejected by a person.",
    "Risk is that of the change and of its parts as the index has them; no file is scored alone.",
)
CAVEAT = (
    "What passes differs from what does not in more than that it passes: association is no proof. Nobody let anything "
    "land by itself here, so what people found when they looked is still in these figures."
)


@dataclass(frozen=True, slots=True)
class Goal:
    """Programs' changes at a dial: at least so much passes, and fails at most so often compared with all else."""

    dial: Threshold
    least_yield: float | None
    most_ratio: float


GOALS = (Goal("P50", 0.60, 1 / 3), Goal("P20", None, 1 / 6))


def figures(trial: Trial, name: str, wanted: int, stopped: str = "") -> Figures:
    """Everything, as plain data that JSON can hold. Rates are of landings that are old enough to be known."""
    ripe = _ripe(trial)
    rows: list[Figures] = []
    # what was left to people is no group of which something could pass
    shown = [group for group in groups(ripe) if trial.people or group.name not in ("all", "people")]
    for given in (True, False):
        rows += [compared(ripe, trial.outcomes, group, dial, given=given) for dial in DIALS for group in shown]
    by_row = trial.outcomes.by_row
    return {
        "schema": 1,
        "partial": {"why": stopped, "tried": len(trial.tried), "of": wanted} if stopped else None,
        "repository": _repository(trial, name),
        "policy": trial.config.auto_review.policy,
        "sources": [
            {"name": each.name, "account": each.account, "kind": each.kind, "branches": list(each.branches)}
            for each in trial.config.auto_review.sources.values()
        ],
        "landings": len(ripe),
        "unripe": len(trial.tried) - len(ripe),
        "programs": sum(each.kind != "people" for each in ripe),
        "faults": sum(each.landing.row in by_row for each in ripe),
        "program_faults": sum(each.landing.row in by_row for each in ripe if each.kind != "people"),
        "weak": sum(each.landing.row in by_row for each in ripe) < FEW,
        "rates": rows,
        "layers": [row for dial in DIALS if dial in LISTED for given in (True, False)
                   for row in layers(ripe, trial.outcomes, dial, given=given)],
        "goals": list(_goals(rows)),
        "taken_as_given": list(TAKEN_AS_GIVEN),
        "caveat": CAVEAT,
    }  # fmt: skip


def _ripe(trial: Trial) -> list[Tried]:
    """Those whose faults are known by now: a revert takes days, a fix takes months."""
    last = trial.replay.past.landings[-1].at - RIPE
    return [each for each in trial.tried if each.landing.at <= last]


def _repository(trial: Trial, name: str) -> Figures:
    first, last = trial.tried[0].landing, trial.tried[-1].landing
    return {
        "name": name, "tip": last.sha, "from": first.at.date().isoformat(), "to": last.at.date().isoformat(),
        "ripe_until": (trial.replay.past.landings[-1].at - RIPE).date().isoformat(),
    }  # fmt: skip


def _goals(rows: list[Figures]) -> Iterator[Figures]:
    for goal in GOALS:
        for given in (True, False):
            row = next(
                (row for row in rows if (row["group"], row["dial"], row["given"]) == ("programs", goal.dial, given)),
                None,
            )
            if row is None:
                continue
            passed, between = row["yield"], row["ratio_high"]
            yield {
                "dial": goal.dial, "given": given, "least_yield": goal.least_yield, "yield": passed,
                "most_ratio": round(goal.most_ratio, 4), "ratio": row["ratio"], "ratio_high": between,
                "yields": None if goal.least_yield is None or not isinstance(passed, float)
                else passed >= goal.least_yield,
                "safe": isinstance(between, float) and between <= goal.most_ratio,
            }  # fmt: skip
