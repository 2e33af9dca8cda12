"""Small arithmetic that several families of features share."""

from collections.abc import Callable, Iterable
from itertools import islice
from math import log2
from operator import attrgetter
from typing import Any

from scoring.facts.entry import EMPTY, HALF_YEAR, Entry
from scoring.facts.lines import COUNTS, LineCounts
from scoring.facts.moment import Facts, FileFacts, folder, once
from scoring.incidents import is_fix

DAY = 86400.0
PRIOR = 5.0  # imagined changes at the repository's own rate, so that one fault among one change is no certainty
LONG_AGO = 3650.0  # days: what stands for "never"

Of = Callable[[Facts], float]
OfFile = Callable[[FileFacts], float]
Place = Callable[[FileFacts], Entry]

# the same objects everywhere, so that what is computed of a place is computed once
PATH: Place = attrgetter("path")
FOLDER: Place = attrgetter("folder")
AREA: Place = attrgetter("area")
KIND: Place = attrgetter("kind")
MINE: Place = attrgetter("mine")


def total(measure: OfFile) -> Of:
    """The sum of a measure over the files."""

    def of(facts: Facts) -> float:
        return float(sum(map(measure, facts.files)))

    return of


def peak(measure: OfFile) -> Of:
    """The largest value of a measure among the files, 0 for none."""

    def of(facts: Facts) -> float:
        return float(max(map(measure, facts.files), default=0.0))

    return of


def mean(measure: OfFile) -> Of:
    """The mean of a measure over the files, 0 for none."""

    def of(facts: Facts) -> float:
        return float(sum(map(measure, facts.files)) / max(1, len(facts.files)))

    return of


@once
def line_totals(facts: Facts) -> LineCounts:
    """The counts of all lines of the change, without their words."""
    lines = [file.lines for file in facts.files]
    if len(lines) == 1:
        return lines[0]
    totals: Iterable[Any] = map(sum, islice(zip(*lines, strict=True), COUNTS))
    return LineCounts(*totals)


def line_total(name: str) -> Of:
    """The sum of a count of lines over the files."""
    of = attrgetter(name)
    return lambda facts: float(of(line_totals(facts)))


def line_share(part: str, whole: str) -> Of:
    """The ratio of two sums of counts of lines, 0 when the second is."""
    over, under = attrgetter(part), attrgetter(whole)

    def of(facts: Facts) -> float:
        totals = line_totals(facts)
        return over(totals) / under(totals) if under(totals) else 0.0

    return of


@once
def churns(facts: Facts) -> list[int]:
    """The lines changed in each file."""
    return [file.lines.added + file.lines.deleted for file in facts.files]


def share(part: OfFile, whole: OfFile) -> Of:
    """The ratio of two sums over the files, 0 when the second is."""

    def of(facts: Facts) -> float:
        under = sum(map(whole, facts.files))
        return float(sum(map(part, facts.files)) / under) if under else 0.0

    return of


def base_rate(facts: Facts) -> float:
    """The share of this repository's recent changes known to have been at fault, never 0."""
    return facts.base


def fault_rate(entry: Entry, facts: Facts) -> float:
    """The recent rate of faults of an entry relative to the repository's, drawn towards 1 when little is known."""
    if entry is EMPTY:
        return 1.0
    at, base = facts.at, facts.base
    gap = at - entry.last
    # Entry.decay and Entry.decayed_bad without the calls: this is asked some thirty times a change
    seen = entry.recent * 0.5 ** ((gap if gap > 0 else 0) / HALF_YEAR)
    bad = entry.decayed_bad(at) if entry.bad_recent else 0.0
    return float((bad + PRIOR * base) / ((seen + PRIOR) * base))


def rates(place: Place, facts: Facts) -> list[float]:
    """The relative rate of faults of each file's entry."""
    key = ("rates", place)
    values: list[float] | None = facts.memo.get(key)
    if values is None:
        values = facts.memo[key] = [fault_rate(place(file), facts) for file in facts.files]
    return values


def worst_rate(place: Place) -> Of:
    """The largest relative rate of faults among the entries of the files, 1 for none."""
    return lambda facts: max(rates(place, facts), default=1.0)


def mean_rate(place: Place) -> Of:
    """The mean relative rate of faults over the entries of the files, 1 for none."""
    return lambda facts: sum(rates(place, facts)) / len(facts.files) if facts.files else 1.0


def days_since(moment: int, at: int) -> float:
    """The days from a moment to `at`; LONG_AGO when there was none."""
    return min(LONG_AGO, max(0.0, (at - moment) / DAY)) if moment else LONG_AGO


def churn(facts: Facts) -> float:
    """The lines changed."""
    return float(sum(churns(facts)))


def largest_churn(facts: Facts) -> float:
    """The lines changed in the file that changes most."""
    return float(max(churns(facts), default=0))


@once
def evenness(facts: Facts) -> float:
    """How evenly the changed lines are spread over the files, in bits."""
    return entropy(churns(facts))


@once
def folders(facts: Facts) -> set[str]:
    return {folder(file.file.path) for file in facts.files}


@once
def repairs(facts: Facts) -> bool:
    """Say whether the title speaks of repairing something."""
    return is_fix(facts.title)


@once
def people_before(facts: Facts) -> int:
    """How many people changed one of these files before."""
    return len(set().union(*(file.path.authors for file in facts.files)))


@once
def ages(facts: Facts) -> list[float]:
    """The days since each file that is known last changed."""
    return [days_since(file.path.last, facts.at) for file in facts.files if file.path.n]


def entropy(parts: Iterable[float]) -> float:
    """How evenly a whole is spread over its parts, in bits."""
    values = [part for part in parts if part > 0]
    whole = sum(values)
    return -sum(part / whole * log2(part / whole) for part in values) if whole else 0.0
