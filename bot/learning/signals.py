"""Signs that the world has moved away from what the model knows: each with a threshold, a sentence, and what to do.

Pure: numbers and outcomes go in, readings come out. A reading that rests on too little alarms nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.learning.fates import LANDINGS, REPLACED
from bot.policy.standing.level import among_riskiest
from bot.store import Outcome
from scoring.history.dataset import MATURITY, Times
from scoring.learning.drift import Shift, shift
from scoring.learning.rates import Rate, fisher

Floats = NDArray[np.float64]

MOVED = 0.25  # of the stability index: by convention below .1 nothing moved, and from .25 on much did
LEAST = 100  # values on each side of a comparison
WIDE = 0.1  # the share of features that must have moved: of a hundred some always do
REFERENCE, NEWEST = 1000, 250  # changes that are compared with, and those that are
PULLS = 200  # the newest pull requests whose ranks are counted
APART = 1.5  # times the share that was asked for
AGED = timedelta(days=90)  # most reverts of a landing are known then, and a part of its fixes
OFF = 2.0  # times as many faults as expected, or half
EXPECTED = 5.0  # faults that must be expected before anything is said
FEWER = 0.5  # of the rate of labels before


@dataclass(frozen=True, slots=True)
class Reading:
    """`name` tells the sign from others, `about` ("5 %") one gate from another; `value` is alarming beyond `limit`."""

    name: str
    value: float
    limit: float
    n: int
    alert: bool
    words: str
    fix: str = ""
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.name} {self.about}".strip()


def scores_moved(log_odds: Sequence[float]) -> Reading:
    """What the model says of changes, oldest first: the newest against those before."""
    values = np.array(log_odds[-REFERENCE - NEWEST :], dtype=np.float64)
    moved = shift(values[:-NEWEST], values[-NEWEST:])
    return _moved("scores", moved, "The scores of the newest changes are spread otherwise than before")


def _moved(name: str, moved: Shift, words: str) -> Reading:
    enough = moved.reference >= LEAST and moved.newest >= NEWEST
    alert = enough and moved.value > MOVED
    said = f"{words}: stability index {moved.value:.2f}, more than {MOVED} is much." if alert else ""
    fix = (
        "Look at what changed in the repository (a move, a generator, another language); a challenger is being fitted."
    )
    return Reading(name, moved.value, MOVED, moved.newest, alert, said, fix if alert else "")


def features_moved(names: Sequence[str], values: NDArray[np.float32]) -> Reading:
    """Features by value. Ranks would not do: what most changes have none of ranks a little higher with each of them.

    `values` has a row for each of the newest REFERENCE + NEWEST changes, oldest first, and a column for each name.
    """
    before, newest = values[:-NEWEST].astype(np.float64), values[-NEWEST:].astype(np.float64)
    if len(before) < LEAST or not names:
        return Reading("features", 0.0, WIDE, len(newest), False, "")
    moved = {name: shift(before[:, n], newest[:, n]).value for n, name in enumerate(names)}
    far = sorted((name for name in moved if moved[name] > MOVED), key=lambda name: -moved[name])
    share = len(far) / len(names)
    alert = share > WIDE
    words = (
        f"{len(far)} of {len(names)} features of the newest {len(newest)} changes are spread otherwise than before, "
        f"most of all {', '.join(far[:3])}."
    )
    fix = (
        "Look at what changed in the repository (a move, a generator, another language); a challenger is being fitted."
    )
    return Reading("features", share, WIDE, len(newest), alert, words if alert else "", fix if alert else "")


def share_held(outcomes: Sequence[Outcome], gate: float) -> Reading:
    """How many of the newest pull requests rank among the riskiest `gate`, whatever window was open."""
    heads = [row for row in outcomes if row.fate != REPLACED]
    newest = sorted(heads, key=lambda row: row.assessed_at)[-PULLS:]
    rate = Rate(sum(among_riskiest(row.percentile, gate) for row in newest), len(newest))
    value = (rate.value or 0.0) / gate
    enough = rate.whole >= LEAST and rate.low is not None and rate.high is not None
    alert = enough and (rate.low or 0) > gate * APART
    words = (
        f"Of the newest {rate.whole} pull requests {_whole(rate.value)} rank among the riskiest {_percent(gate)} (95 % "
        f"interval {_whole(rate.low)} to {_whole(rate.high)}): a window for {_percent(gate)} holds more than it names."
    )
    fix = (
        "Where pull requests land as merge commits they are ranked among single commits, which are smaller. A level of "
        f"{_percent(share_that_holds(newest, gate))} would have held {_percent(gate)} of these: name it in `levels`."
    )
    return Reading(
        "share held", value, APART, rate.whole, alert, words if alert else "", fix if alert else "", _percent(gate)
    )


def share_that_holds(rows: Sequence[Outcome], gate: float) -> float:
    """The share to name so that `gate` of these pull requests would be held, to a tenth of a percent and never 0."""
    ranks = sorted((row.percentile for row in rows), reverse=True)
    if not ranks:
        return gate
    last = ranks[max(0, round(gate * len(ranks)) - 1)]
    return max(0.001, round(1 - last, 3))


def calibration(outcomes: Sequence[Outcome], now: datetime) -> Reading:
    """Faults that were expected of landings, against those that are known. What never landed is in neither."""
    landed = [
        row for row in outcomes if row.fate in LANDINGS and row.ended_at is not None and row.ended_at <= now - AGED
    ]
    expected, observed = sum(row.probability for row in landed), sum(row.fault_at is not None for row in landed)
    rate = Rate(observed, len(landed))
    times = observed / expected if expected else 1.0
    mean = expected / len(landed) if landed else 0.0
    outside = bool(landed) and not (rate.low or 0) <= mean <= (rate.high or 1)
    alert = expected >= EXPECTED and outside and (times > OFF or times < 1 / OFF)
    words = (
        f"Of {len(landed)} landings that are 90 days old or older {expected:.0f} were expected to be at fault, "
        f"{observed} are known to have been (95 % interval {_count(rate.low, rate.whole)} to "
        f"{_count(rate.high, rate.whole)})."
    )
    more = "Incidents may have begun to be imported" if times > 1 else "Reverts and fixes may not say what they repair"
    fix = f"{more}; a challenger is being fitted. Ranks, and so what is held, do not depend on it."
    return Reading("calibration", times, OFF, len(landed), alert, words if alert else "", fix if alert else "")


def labels_arrive(at: Times, known_at: Times, now: int) -> Reading:
    """Faults known within 30 days of landing: of the newest matured changes against those before.

    `at` tells when changes landed, oldest first, `known_at` when each was first known to be at fault: NEVER where it
    was not. Seconds since 1970.
    """
    end = int(np.searchsorted(at, now - MATURITY, "right"))
    soon = known_at[:end] - at[:end] <= MATURITY
    newest, before = soon[-NEWEST:], soon[:-NEWEST][-REFERENCE:]
    lately, usual = Rate(int(newest.sum()), len(newest)), Rate(int(before.sum()), len(before))
    times = (lately.value or 0.0) / usual.value if usual.value else 1.0
    missing = fisher(Rate(usual.part, usual.whole), lately)
    alert = len(newest) == NEWEST and len(before) >= LEAST and times < FEWER and missing < 0.01
    words = (
        f"Of the newest {lately.whole} matured changes {lately.part} were known to be at fault within 30 days, of the "
        f"{usual.whole} before {usual.part}: labels hardly arrive any more."
    )
    fix = (
        "See whether reverts still name what they take back (`This reverts commit …`, `Fixes: …`), and import "
        "incidents; without labels no model gets better."
    )
    return Reading("labels", times, FEWER, lately.whole, alert, words if alert else "", fix if alert else "")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _whole(share: float | None) -> str:
    return f"{100 * (share or 0):.0f} %"


def _count(share: float | None, whole: int) -> str:
    return f"{(share or 0) * whole:.0f}"
