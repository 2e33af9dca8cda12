"""How fast changes go through review, how much there is to review, and who reads it. Pure: courses go in.

Of fewer than THIN cases nothing is said but how many there were.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.learning.auto_review import THIN
from bot.store import Course
from scoring.learning.rates import Rate

A_DAY = timedelta(days=1)
UNREAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Median:
    """Of `n` cases; value None: of too few."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Both:
    """The same of what landed by itself and of all else. `ratio`: how many times the first is of the second, below 1 is
    faster; never a "reduction" in percent, which cannot be compared."""

    alone: Median
    others: Median

    @property
    def ratio(self) -> float | None:
        if self.alone.value is None or not self.others.value:
            return None
        return self.alone.value / self.others.value


@dataclass(frozen=True, slots=True)
class Pace:
    """Hours on the clock, nights and weekends included. To close: from published (not: opened as a draft) to landed or
    given up. Review: the same without the queue, and up to the last approval where somebody approved it."""

    to_close: Both
    review: Both
    queue: Median
    within_a_day: Rate | None  # read by a person, or closed, within 24 hours of being published
    waiting: int  # open, published, read by nobody


@dataclass(frozen=True, slots=True)
class Pressure:
    """How much there is to read. `developers` are people who published something."""

    lines: Median
    changes: int
    developers: int
    a_developer: float | None
    automated: Rate | None


@dataclass(frozen=True, slots=True)
class Readership:
    """Who reads: `unread` are files that changed in UNREAD and that nobody but authors has read meanwhile; `busiest`
    is the share of all reading that one person did."""

    unread: Rate | None
    readers: int
    reads: int
    busiest: Rate | None


def pace(courses: Sequence[Course], now: datetime) -> Pace:
    closed = [each for each in courses if each.closed_at is not None and each.published_at is not None]
    old = [each for each in courses if each.published_at is not None and each.published_at <= now - A_DAY]
    return Pace(
        to_close=_both(closed, _to_close),
        review=_both(closed, _review),
        queue=_median(each.queued.total_seconds() / 3600 for each in closed if each.queued),
        within_a_day=_rate(old, _soon),
        waiting=sum(each.closed_at is None and each.published_at is not None and not each.reads for each in courses),
    )


def pressure(courses: Sequence[Course]) -> Pressure:
    published = [each for each in courses if each.published_at is not None]
    people = [each for each in published if not each.bot]
    developers = len({each.author_id for each in people})
    return Pressure(
        lines=_median(each.lines for each in published if each.lines is not None),
        changes=len(published),
        developers=developers,
        a_developer=len(people) / developers if len(people) >= THIN else None,
        automated=_rate(published, lambda each: each.bot),
    )


def readership(courses: Sequence[Course], now: datetime) -> Readership:
    landed = [each for each in courses if each.landed_at is not None and each.landed_at >= now - UNREAD]
    files = {path for each in landed for path in each.paths}
    seen = {path for each in landed if each.reads for path in each.paths}
    by_person = Counter(read.person_id for each in landed for read in each.reads)
    reads = by_person.total()
    busiest = max(by_person.values(), default=0)
    return Readership(
        unread=Rate(len(files - seen), len(files)) if len(files) >= THIN else None,
        readers=len(by_person),
        reads=reads,
        busiest=Rate(busiest, reads) if reads >= THIN else None,
    )


def _both(courses: Iterable[Course], hours: Callable[[Course], float]) -> Both:
    sides: tuple[list[float], list[float]] = ([], [])
    for each in courses:
        sides[0 if each.alone else 1].append(hours(each))
    return Both(_median(sides[0]), _median(sides[1]))


def _to_close(each: Course) -> float:
    return _hours(each.closed_at, each.published_at)


def _review(each: Course) -> float:
    approvals = [read.approved_at for read in each.reads if read.approved_at is not None]
    if approvals:
        return max(0.0, _hours(max(approvals), each.published_at))
    return max(0.0, _to_close(each) - each.queued.total_seconds() / 3600)


def _hours(end: datetime | None, begin: datetime | None) -> float:
    assert end is not None and begin is not None  # noqa: S101, PT018 - only what is closed and was published is asked
    return (end - begin).total_seconds() / 3600


def _soon(each: Course) -> bool:
    assert each.published_at is not None  # noqa: S101 - said by the caller
    moments = [*(read.at for read in each.reads), *([each.closed_at] if each.closed_at else [])]
    return bool(moments) and min(moments) <= each.published_at + A_DAY


def _median(values: Iterable[float]) -> Median:
    listed = list(values)
    return Median(median(listed) if len(listed) >= THIN else None, len(listed))


def _rate(courses: Sequence[Course], true_of: Callable[[Course], bool]) -> Rate | None:
    return Rate(sum(map(true_of, courses)), len(courses)) if len(courses) >= THIN else None
