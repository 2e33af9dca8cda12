"""How right labels were: the paper's formulas, with n.d. where there is nothing to divide by.

"Enhancing Differential Testing", section IV.A: accuracy is the sum of true positives over all; a label's accuracy is
its recall. What was not predicted has no precision; what was predicted and always wrong has precision 0.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scoring.difftest.labels import Label

ND = "n.d."
# what a mistake costs: a regression that nobody sees goes to production, a false alarm takes a minute
COSTS = {
    (Label.REGRESSION, Label.NOISE): 20.0,
    (Label.REGRESSION, Label.NEW_FEATURE): 20.0,
    (Label.REGRESSION, None): 1.0,
    (Label.NEW_FEATURE, Label.NOISE): 2.0,
}
Pair = tuple[Label, Label | None]  # the truth, and what was predicted


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one label."""

    tp: int
    fp: int
    fn: int
    tn: int = 0

    @property
    def precision(self) -> float | None:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """None where the label is neither there nor predicted."""
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else None


@dataclass(frozen=True, slots=True)
class Measures:
    """`of` has a row a label. `abstained`: how many were left to a person; they count as not right."""

    n: int
    of: dict[Label, Counts]
    abstained: int
    cost: float

    @property
    def accuracy(self) -> float | None:
        return sum(each.tp for each in self.of.values()) / self.n if self.n else None

    @property
    def macro_f1(self) -> float | None:
        """The mean over the labels that are defined."""
        defined = [each.f1 for each in self.of.values() if each.f1 is not None]
        return sum(defined) / len(defined) if defined else None

    @property
    def missed_regressions(self) -> int:
        return self.of[Label.REGRESSION].fn


def measure(pairs: Iterable[Pair] | Counter[Pair]) -> Measures:
    """Measures of (truth, predicted), each as often as it came. `cost` is the mean over all by COSTS, 1 otherwise."""
    counts = pairs if isinstance(pairs, Counter) else Counter(pairs)
    n = sum(counts.values())
    of = {label: _counts(counts, label, n) for label in Label}
    cost = sum(number * COSTS.get(pair, 1.0) for pair, number in counts.items() if pair[0] is not pair[1])
    abstained = sum(number for (_, predicted), number in counts.items() if predicted is None)
    return Measures(n, of, abstained, cost / n if n else 0.0)


def _counts(counts: Counter[Pair], label: Label, n: int) -> Counts:
    tp = counts[label, label]
    fp = sum(number for (truth, predicted), number in counts.items() if predicted is label is not truth)
    fn = sum(number for (truth, predicted), number in counts.items() if truth is label is not predicted)
    return Counts(tp, fp, fn, n - tp - fp - fn)


def shown(value: float | None, digits: int = 4) -> str:
    """A figure as the paper prints it."""
    return ND if value is None else f"{value:.{digits}f}"
