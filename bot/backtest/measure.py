"""Counts and rates of a replay. A share of nothing is None, never 0."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np

from bot.backtest.outcomes import Outcomes
from bot.backtest.replay import Replayed
from scoring.learning.rates import wilson

Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the landings of one window, group or period."""

    landings: int  # while a window was open
    held: int
    let_through: int  # a hard freeze would have stopped these too
    proven: int  # would have been held, had they not been proved harmless
    faults: int  # landings that were later reverted or fixed
    caught: int  # of these, held
    false_alarms: int  # held, and nothing is known against them
    share_held: float | None
    share_caught: float | None
    rate_held: float | None  # of the held, at fault
    rate_let: float | None  # of those let through, at fault
    delay_median_hours: float | None
    delay_total_hours: float
    endless: int  # held with no end in sight

    def figures(self) -> Figures:
        """As plain data, each share with its interval."""
        return {
            **asdict(self),
            **around("held", self.held, self.landings),
            **around("caught", self.caught, self.faults),
            **around("rate_held", self.caught, self.held),
            **around("rate_let", self.faults - self.caught, self.let_through),
        }


def tally(replayed: Iterable[Replayed], outcomes: Outcomes) -> Tally:
    """Count the landings while a window was open."""
    open_ = [each for each in replayed if each.in_window]
    held = [each for each in open_ if each.held]
    faults = sum(each.landing.row in outcomes.by_row for each in open_)
    caught = sum(each.landing.row in outcomes.by_row for each in held)
    hours = [each.hours for each in held if each.hours is not None]
    return Tally(
        landings=len(open_),
        held=len(held),
        let_through=len(open_) - len(held),
        proven=sum(each.proven is not None for each in open_),
        faults=faults,
        caught=caught,
        false_alarms=len(held) - caught,
        share_held=share(len(held), len(open_)),
        share_caught=share(caught, faults),
        rate_held=share(caught, len(held)),
        rate_let=share(faults - caught, len(open_) - len(held)),
        delay_median_hours=round(float(np.median(hours)), 2) if hours else None,
        delay_total_hours=round(float(sum(hours)), 1),
        endless=sum(each.hours is None for each in held),
    )


def share(part: int, whole: int) -> float | None:
    """part / whole, to four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % interval of part / whole after Wilson: wide where little was seen, also at 0 and 1. None of nothing."""
    if not whole:
        return None
    low, high = wilson(part, whole, 1.96)
    return round(low, 4), round(high, 4)


def around(name: str, part: int, whole: int) -> Figures:
    """The ends of that interval, as two figures by that name."""
    low, high = interval(part, whole) or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}


def windows(replayed: Sequence[Replayed], outcomes: Outcomes) -> list[Figures]:
    """What each window held, in the order of first appearance; `openings` counts those in which something landed."""
    keys = dict.fromkeys((each.window, each.level, each.share) for each in replayed if each.in_window)
    rows = []
    for window, level, target in keys:
        members = [each for each in replayed if (each.window, each.level, each.share) == (window, level, target)]
        openings = len({each.opened for each in members})
        row: Figures = {"window": window, "level": level, "target": target, "openings": openings}
        rows.append(row | tally(members, outcomes).figures())
    return rows


def openings(replayed: Sequence[Replayed], outcomes: Outcomes) -> list[Figures]:
    """One entry each time a window was open and something landed, oldest first."""
    members: dict[tuple[str, str, float, datetime | None], list[Replayed]] = {}
    for each in replayed:
        if each.in_window:
            members.setdefault((each.window, each.level, each.share, each.opened), []).append(each)
    return [
        {"window": window, "level": level, "target": target, "since": opened.isoformat() if opened else None}
        | tally(those, outcomes).figures()
        for (window, level, target, opened), those in members.items()
    ]


def grouped(
    replayed: Sequence[Replayed], outcomes: Outcomes, key: Callable[[Replayed], str], most: int = 8
) -> list[Figures]:
    """The largest groups by landings in windows; the small ones together."""
    members: dict[str, list[Replayed]] = {}
    for each in replayed:
        if each.in_window:
            members.setdefault(key(each), []).append(each)
    names = sorted(members, key=lambda name: (-len(members[name]), name))
    rest = [each for name in names[most:] for each in members[name]]
    groups: list[Figures] = [{"name": name} | tally(members[name], outcomes).figures() for name in names[:most]]
    return [*groups, {"name": "all others"} | tally(rest, outcomes).figures()] if rest else groups


def periods(replayed: Sequence[Replayed], outcomes: Outcomes) -> list[Figures]:
    """By quarter, or by year when there are more than twelve quarters; empty ones are there too."""
    if not replayed:
        return []
    first, last = _quarter(replayed[0]), _quarter(replayed[-1])
    by_year = last - first > 12
    members: dict[int, list[Replayed]] = {}
    for each in replayed:
        members.setdefault(_quarter(each) // (4 if by_year else 1), []).append(each)
    low, high = min(members), max(members)
    return [
        {"name": str(at) if by_year else f"{at // 4} Q{at % 4 + 1}"} | tally(members.get(at, ()), outcomes).figures()
        for at in range(low, high + 1)
    ]


def _quarter(each: Replayed) -> int:
    at = each.landing.at
    return at.year * 4 + (at.month - 1) // 3
