"""A freeze window: when, how strict, and for what."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.policy.calendar.feed import Feed, sight
from bot.policy.calendar.instants import EVER, NEVER
from bot.policy.calendar.spans import Span, cut, join
from bot.policy.calendar.times import Carved, Dated, Times
from bot.policy.text import globs


@dataclass(frozen=True, slots=True)
class Level:
    """How much is held back: the share (0 to 1) of changes, riskiest first."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked about; None means unknown, and then scoped windows count."""

    base_ref: str | None = None
    paths: tuple[str, ...] | None = None
    protected: bool = True
    author: frozenset[str] | None = None  # login in lower case, and "@org/team" of each team


@dataclass(frozen=True, slots=True)
class Window:
    name: str
    level: Level
    times: Times
    zone: str
    branches: tuple[str, ...] | None = None  # globs; None: every protected branch
    paths: tuple[str, ...] | None = None  # globs; None: every path
    authors: tuple[str, ...] | None = None  # logins and "@org/team", lower case; None: everybody
    carved: tuple[Carved, ...] = ()
    reason: str = ""
    file: str = ""
    line: int | None = None
    hand: str = ""  # id of the freeze when a person started it by hand
    keys: tuple[tuple[str, int], ...] = field(default=(), compare=False)  # the line of each thing said of it

    def covers(self, scope: Scope) -> bool:
        return self._covers_branch(scope) and self._covers_paths(scope.paths) and self._covers_author(scope)

    def _covers_branch(self, scope: Scope) -> bool:
        if scope.base_ref is None:
            return True
        return scope.protected if self.branches is None else globs.any_matches(self.branches, scope.base_ref)

    def _covers_paths(self, paths: Sequence[str] | None) -> bool:
        if paths is None or self.paths is None:
            return True
        return any(globs.any_matches(self.paths, path) for path in paths)

    def _covers_author(self, scope: Scope) -> bool:
        return scope.author is None or self.authors is None or not scope.author.isdisjoint(self.authors)

    def spans(self, first_year: int, last_year: int) -> tuple[Span, ...]:
        """When it is open, sorted, joined, exceptions cut out; complete between the two years, both included."""
        return _spans(self.times, self.carved, self.zone, first_year, last_year)

    def open_spans(self, at: datetime, first_year: int, last_year: int) -> tuple[Span, ...]:
        """Those that hold the instant: several only when a feed's events overlap."""
        spans = self.spans(first_year, last_year)
        begun = bisect_right(spans, at, key=lambda span: span.start)
        candidates = spans[:begun] if isinstance(self.times, Feed) else spans[max(0, begun - 1) : begun]
        return tuple(span for span in candidates if at < span.end)


@lru_cache(maxsize=1024)
def _spans(times: Times, carved: tuple[Carved, ...], zone: str, first_year: int, last_year: int) -> tuple[Span, ...]:
    clock = ZoneInfo(zone)
    spans = join(times.spans(*sight(first_year, last_year), clock))
    left = cut(spans, [hole.span(clock) for hole in carved])
    return left if isinstance(times, Dated) else tuple(_in_sight(left, first_year, last_year))


def _in_sight(spans: Iterable[Span], first_year: int, last_year: int) -> Iterator[Span]:
    """A recurring span that reaches out of sight has no known end there."""
    low, high = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    for span in spans:
        if span.end > low and span.start < high:
            start = EVER if span.start < low else span.start
            yield replace(span, start=start, end=NEVER if span.end > high else span.end)
