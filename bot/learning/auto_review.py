"""The numbers that must not get worse where changes land by themselves: their faults against those of all else.

Pure: outcomes go in, and which of them landed by themselves. All landings count for as long as one another.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log, sqrt

from bot.learning.fates import LANDINGS
from bot.learning.follow import RIPE
from bot.learning.guardrails import KINDS, UNLIKELY, Comparison, compare
from bot.learning.guardrails import rate as rate_of
from bot.policy.text.words import percent
from bot.store import Outcome
from scoring.learning.rates import Ratio, Z

CAVEAT = (
    "Association is no proof: what lands by itself was chosen for its low risk, so it differs from all else in more "
    "than in how it landed. Matching on size, path and author makes the groups more alike, not equal."
)
THIN = 20  # landings of a group: of fewer nothing is said
TWICE = 2  # faults: one alone stops no organisation
Numbered = tuple[int, int]  # a repository and the number of a pull request of it
Stratum = tuple[str, ...]  # what is alike of those that are compared: size, path, author class


@dataclass(frozen=True, slots=True)
class Matched:
    """One kind of fault, of those landings only that have one of the other group beside them in the same stratum.

    `ratio` is that of Mantel and Haenszel (1959), with the interval of Greenland and Robins (1985); None where one
    side had no fault to compare.
    """

    name: str
    alone: int
    others: int
    strata: int
    ratio: Ratio | None


@dataclass(frozen=True, slots=True)
class Compared:
    """`comparisons`: of what landed by itself against all else, by kind of fault."""

    alone: int  # landings that are ripe
    others: int
    unripe: int  # landings by themselves that are not
    comparisons: tuple[Comparison, ...]
    matched: tuple[Matched, ...]

    @property
    def thin(self) -> bool:
        return min(self.alone, self.others) < THIN


def compared(
    outcomes: Sequence[Outcome], alone: Collection[Numbered], now: datetime,
    stratum: Callable[[Outcome], Stratum | None] | None = None, within: timedelta = RIPE,
) -> Compared:  # fmt: skip
    """Count what is known at `now` of landings that are so old, with the faults of as long after landing; matched only
    where `stratum` says what is alike (None: it is not known of this one)."""
    landed = [row for row in outcomes if row.fate in LANDINGS and row.ended_at is not None]
    ripe = [row for row in landed if row.ended_at is not None and row.ended_at <= now - within]
    first = [row for row in ripe if (row.repository_id, row.number) in alone]
    second = [row for row in ripe if (row.repository_id, row.number) not in alone]
    young = sum((row.repository_id, row.number) in alone for row in landed) - len(first)
    words = "landed by itself against all else"
    return Compared(
        len(first),
        len(second),
        young,
        tuple(compare(kind, words, first, second, within) for kind in KINDS),
        () if stratum is None else tuple(matched(kind, first, second, stratum, within) for kind in KINDS),
    )


def breach(seen: Compared) -> str:
    """Why nothing may land by itself any more: it does worse than all else, and chance alone hardly makes it so."""
    for each in () if seen.alone < THIN or not seen.others else seen.comparisons:
        worse = (each.first.value or 0.0) > (each.second.value or 0.0)
        if worse and each.first.part >= TWICE and each.p < UNLIKELY:
            one, other = (f"{rate.part} of {rate.whole} ({percent(rate.value or 0.0)})"
                          for rate in (each.first, each.second))  # fmt: skip
            return f"{each.name}: {one} of what landed by itself, {other} of all else, p = {each.p:.2g}"
    return ""


def matched(
    kind: str, alone: Iterable[Outcome], others: Iterable[Outcome], stratum: Callable[[Outcome], Stratum | None],
    within: timedelta = RIPE,
) -> Matched:  # fmt: skip
    """The same comparison within strata."""
    groups: dict[Stratum, tuple[list[Outcome], list[Outcome]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((alone, others)):
        for row in rows:
            if (alike := stratum(row)) is not None:
                groups[alike][side].append(row)
    both = [pair for pair in groups.values() if pair[0] and pair[1]]
    tables = [
        (rate_of(one, kind, within).part, len(one), rate_of(other, kind, within).part, len(other))
        for one, other in both
    ]
    return Matched(
        kind, sum(n for _, n, _, _ in tables), sum(m for *_, m in tables), len(tables), mantel_haenszel(tables)
    )


def mantel_haenszel(tables: Sequence[tuple[int, int, int, int]]) -> Ratio | None:
    """Return the common ratio of rates over tables (part, whole, part of the others, whole of the others), with its
    95 % interval. None where one side has no fault at all."""
    above = sum(a * m / (n + m) for a, n, _, m in tables)
    below = sum(b * n / (n + m) for _, n, b, m in tables)
    if not above or not below:
        return None
    spread = sum((n * m * (a + b) - a * b * (n + m)) / (n + m) ** 2 for a, n, b, m in tables)
    half = Z * sqrt(spread / (above * below))
    middle = log(above / below)
    return Ratio(exp(middle), exp(middle - half), exp(middle + half))
