"""Rates that rest on few cases: their intervals, and whether two of them differ. Plain arithmetic, no library."""

from dataclasses import dataclass
from math import comb, exp, lgamma, log, sqrt

Z = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, with Wilson's 95 % interval. value, low and high are None of nothing."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def low(self) -> float | None:
        return wilson(self.part, self.whole)[0] if self.whole else None

    @property
    def high(self) -> float | None:
        return wilson(self.part, self.whole)[1] if self.whole else None


def wilson(part: int, whole: int, z: float = Z) -> tuple[float, float]:
    """Return the interval of part / whole after Wilson (1927): wide where little was seen, also at 0 and 1."""
    rate = part / whole
    middle = (rate + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * sqrt(rate * (1 - rate) / whole + z * z / (4 * whole * whole))
    return max(0.0, middle - half), min(1.0, middle + half)


def fisher(first: Rate, second: Rate) -> float:
    """Return the one-sided p of Fisher's exact test: how likely it is that chance alone gives `first` so high a share.

    With both margins of the 2 x 2 table fixed, the sum of the hypergeometric distribution from first.part up. 1.0 when
    either is of nothing.
    """
    if not first.whole or not second.whole:
        return 1.0
    faults, whole = first.part + second.part, first.whole + second.whole
    most = min(first.whole, faults)
    chances = (_hypergeometric(hits, first.whole, faults, whole) for hits in range(first.part, most + 1))
    return min(1.0, sum(chances))


def _hypergeometric(hits: int, drawn: int, faults: int, whole: int) -> float:
    """The chance that `hits` of `drawn` are among the `faults` of `whole`."""
    if drawn - hits > whole - faults or hits > faults:
        return 0.0
    return exp(_choices(faults, hits) + _choices(whole - faults, drawn - hits) - _choices(whole, drawn))


def _choices(n: int, k: int) -> float:
    """The logarithm of n over k."""
    if n < 60:
        return log(comb(n, k))
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One rate over another with its 95 % interval."""

    value: float
    low: float
    high: float


def ratio(first: Rate, second: Rate) -> Ratio | None:
    """Return first over second, with the interval of its logarithm after Katz (1978).

    Half a case is added to each cell where one rate is 0, as is usual; None when either is of nothing, or both are 0.
    """
    if not first.whole or not second.whole or not (first.part or second.part):
        return None
    spare = 0.0 if first.part and second.part else 0.5
    a, b = first.part + spare, second.part + spare
    n, m = first.whole + spare, second.whole + spare
    middle = log(a / n) - log(b / m)
    half = Z * sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m))
    return Ratio(exp(middle), exp(middle - half), exp(middle + half))


SURE = 1.644854  # of the normal distribution: 95 % lie below


def upper(part: int, whole: int) -> float:
    """Return what the rate lies below with 95 % confidence, one-sided: Wilson's (1927) bound.

    Of no case among n it is exact, 1 - 0.05 ** (1 / n), which the rule of three rounds to 3 / n: 0.0295 of 100, where
    Wilson's would promise 0.0263. Of nothing it is 1: nothing is known.
    """
    if not whole:
        return 1.0
    return wilson(part, whole, SURE)[1] if part else 1 - 0.05 ** (1 / whole)
