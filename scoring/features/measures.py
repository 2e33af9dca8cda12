"""Small arithmetic that several families of features share."""

from collections.abc import Callable, Iterable
from math import log2

from scoring.history.entry import EMPTY, Entry
from scoring.history.state import Facts, FileFacts

DAY = 86400.0
PRIOR = 5.0  # imagined changes at the repository's own rate, so that one fault among one change is no certainty
LONG_AGO = 3650.0  # days: what stands for "never"

Of = Callable[[Facts], float]
OfFile = Callable[[FileFacts], float]


def total(measure: OfFile) -> Of:
    """Return the sum of a measure over the files."""

    def of(facts: Facts) -> float:
        return float(sum(map(measure, facts.files)))

    return of


def peak(measure: OfFile) -> Of:
    """Return the largest value of a measure among the files, 0 for none."""

    def of(facts: Facts) -> float:
        return float(max(map(measure, facts.files), default=0.0))

    return of


def mean(measure: OfFile) -> Of:
    """Return the mean of a measure over the files, 0 for none."""

    def of(facts: Facts) -> float:
        return float(sum(map(measure, facts.files)) / max(1, len(facts.files)))

    return of


def share(part: OfFile, whole: OfFile) -> Of:
    """Return the ratio of two sums over the files, 0 when the second is."""

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
    seen = entry.recent * entry.decay(facts.at)
    return (entry.decayed_bad(facts.at) + PRIOR * facts.base) / ((seen + PRIOR) * facts.base)


def worst_rate(place: Callable[[FileFacts], Entry]) -> Of:
    """Return the largest relative rate of faults among the entries of the files, 1 for none."""

    def of(facts: Facts) -> float:
        return max((fault_rate(place(file), facts) for file in facts.files), default=1.0)

    return of


def mean_rate(place: Callable[[FileFacts], Entry]) -> Of:
    """Return the mean relative rate of faults over the entries of the files, 1 for none."""

    def of(facts: Facts) -> float:
        if not facts.files:
            return 1.0
        return sum(fault_rate(place(file), facts) for file in facts.files) / len(facts.files)

    return of


def days_since(moment: int, at: int) -> float:
    """Return the days from a moment to `at`; LONG_AGO when there was none."""
    return min(LONG_AGO, max(0.0, (at - moment) / DAY)) if moment else LONG_AGO


def entropy(parts: Iterable[float]) -> float:
    """Return how evenly a whole is spread over its parts, in bits."""
    values = [part for part in parts if part > 0]
    whole = sum(values)
    return -sum(part / whole * log2(part / whole) for part in values) if whole else 0.0
