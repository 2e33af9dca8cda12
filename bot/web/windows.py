"""Every window with where it comes from, when it opens next, where windows overlap, and what is odd about them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from bot.policy.calendar import Scope, Window
from bot.policy.calendar.feed import AHEAD, BACK, Feed
from bot.policy.calendar.instants import EVER, NEVER
from bot.policy.calendar.recurring import PublicHolidays, feasts
from bot.policy.config import FILE, ORGANISATION_FILE, Config
from bot.policy.config.freezes import Freeze
from bot.policy.config.idle import doubtful, idle
from bot.policy.config.windows import describe, details
from bot.policy.state import ConfigProblem
from bot.policy.text import globs
from bot.policy.text.words import code, listed
from bot.store import KnownFeed

MOST = 40  # overlaps that are listed


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a window is written, or who started it. `address` is on the forge, "" where nothing leads there."""

    words: str
    address: str = ""
    records: tuple[int, ...] = ()  # of the audit log, where it was started by hand
    feed: str = ""  # the calendar that it takes its times from, without what may be secret in its address
    read: datetime | None = None  # when that calendar was read last


@dataclass(frozen=True, slots=True)
class Source:
    """One window as it is written. Names, globs and reasons are from outside: escape them when shown."""

    name: str
    level: str
    share: float
    when: str
    narrowed: tuple[tuple[str, str], ...]  # its zone, branches, paths, authors, exceptions and reason, by key
    origin: Origin
    open: bool
    since: datetime | None  # of the opening that is on or comes next; None: since ever, or it opens no more
    until: datetime | None
    over: bool  # it opens no more as far as anybody can see


@dataclass(frozen=True, slots=True)
class Overlap:
    """Windows that are open at the same time, the one that counts first."""

    names: tuple[str, ...]
    level: str
    share: float
    times: int
    since: datetime | None  # of the first time
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Office:
    """Whose public holidays are windows, and the coming ones."""

    name: str  # DE BE
    window: str
    days: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What origins are told by."""

    forge: str
    full_name: str
    ref: str  # the base branch, or the commit of its configuration
    freezes: Mapping[str, Freeze]
    records: Mapping[str, tuple[int, ...]]  # audit records of each freeze
    feeds: Sequence[KnownFeed]
    written: Mapping[str, Window]  # by name, as in the file: one whose calendar cannot be read may count as open

    def as_written(self, window: Window) -> Window:
        return window if window.hand else self.written.get(window.name, window)

    def origin(self, window: Window) -> Origin:
        if window.hand:
            freeze = self.freezes.get(window.hand)
            by = f"by hand by {code(freeze.by.login)}" if freeze else "by hand"
            return Origin(f"started {by}", records=self.records.get(window.hand, ()))
        times = self.as_written(window).times
        known = next((one for one in self.feeds if isinstance(times, Feed) and one.path == times.path), None)
        return Origin(
            words=f"line {window.line} of {code(window.file)}" if window.line else code(window.file),
            address=self.address(window.file, window.line),
            feed=_host(times.path) if isinstance(times, Feed) else "",
            read=known.good_at if known else None,
        )

    def address(self, file: str = FILE, line: int | None = None) -> str:
        """Of a line of the file that is in force."""
        at = f"#L{line}" if line else ""
        owner = self.full_name.partition("/")[0]
        if file == ORGANISATION_FILE:
            return f"{self.forge}/{owner}/.github/blob/HEAD/{ORGANISATION_FILE}{at}"
        return f"{self.forge}/{self.full_name}/blob/{quote(self.ref)}/{FILE}{at}"


def _host(path: str) -> str:
    """An address without its path, which may hold a secret."""
    return (urlsplit(path).hostname or "") if "://" in path else path


def sources(config: Config, now: datetime, place: Place) -> Iterator[Source]:
    for window in config.calendar.windows:
        spans = window.spans(now.year - BACK, now.year + AHEAD)
        coming = next((span for span in spans if span.end > now), None)
        zone = ZoneInfo(window.zone)
        yield Source(
            name=window.name,
            level=window.level.name,
            share=window.level.share,
            when=_when(place.as_written(window)),
            narrowed=tuple(details(window)),
            origin=place.origin(window),
            open=coming is not None and coming.start <= now,
            since=None if coming is None or coming.start == EVER else coming.start.astimezone(zone),
            until=None if coming is None or coming.end == NEVER else coming.end.astimezone(zone),
            over=coming is None,
        )


def _when(window: Window) -> str:
    if isinstance(window.times, Feed):
        return f"events of {_host(window.times.path)}"
    return describe(window)


@lru_cache(maxsize=64)
def overlaps(windows: tuple[Window, ...], start: datetime, end: datetime, zone: str) -> tuple[Overlap, ...]:
    """Every set of windows that are open together between two instants, the longest lists first."""
    seen: dict[tuple[int, ...], list[tuple[datetime, datetime]]] = {}
    for (low, high), together in _together(windows, start, end):
        if len(together) > 1:
            seen.setdefault(together, []).append((low, high))
    rows = (_overlap([windows[at] for at in together], times, zone) for together, times in seen.items())
    return tuple(sorted(rows, key=lambda row: (-len(row.names), row.names)))[:MOST]


def _together(
    windows: Sequence[Window], start: datetime, end: datetime
) -> Iterator[tuple[tuple[datetime, datetime], tuple[int, ...]]]:
    years = start.year - BACK, end.year + AHEAD
    spans = [[span for span in one.spans(*years) if span.start < end and span.end > start] for one in windows]
    edges = {edge for some in spans for span in some for edge in (span.start, span.end)}
    cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
    for low, high in pairwise(cuts):
        yield (
            (low, high),
            tuple(at for at, some in enumerate(spans) if any(span.start <= low and span.end >= high for span in some)),
        )


def _overlap(windows: Sequence[Window], times: Sequence[tuple[datetime, datetime]], zone: str) -> Overlap:
    ordered = sorted(windows, key=lambda window: -window.level.share)
    begins, ends = (moment.astimezone(ZoneInfo(zone)) for moment in times[0])
    first = ordered[0]
    return Overlap(tuple(one.name for one in ordered), first.level.name, first.level.share, _runs(times), begins, ends)


def _runs(times: Sequence[tuple[datetime, datetime]]) -> int:
    """How often, where one part ends as the next begins counted once."""
    return 1 + sum(before[1] != after[0] for before, after in pairwise(times))


def offices(config: Config, first: datetime, last: datetime) -> Iterator[Office]:
    """Of each window for public holidays, the days between two instants."""
    for window in config.calendar.windows:
        times = window.times
        if isinstance(times, PublicHolidays):
            zone = ZoneInfo(window.zone)
            low, high = (moment.astimezone(zone).date() for moment in (first, last))
            known = feasts(times.country, times.subdivision, times.categories, low.year, high.year)
            name = " ".join(filter(None, (times.country, times.subdivision)))
            yield Office(name, window.name, tuple((day, words) for day, words in known if low <= day <= high))


def warnings(config: Config, now: datetime, branches: Sequence[str]) -> tuple[ConfigProblem, ...]:
    """What is wrong with calendars, what is over, repeats oddly, or is for branches that nobody opens anything for."""
    return (*config.problems, *config.notes, *idle(config, now), *doubtful(config, now), *_unmatched(config, branches))


def _unmatched(config: Config, branches: Sequence[str]) -> Iterator[ConfigProblem]:
    known = listed([code(branch) for branch in branches], "and")
    for window in config.calendar.windows:
        some = window.branches
        if some is not None and not any(globs.any_matches(some, branch) for branch in branches):
            for_ = listed([code(glob) for glob in some])
            said = f"the window {window.name} is for {for_}; pull requests were looked at for {known or 'none'} only"
            yield ConfigProblem(window.file, window.line, None, said)


def narrow(windows: Iterable[Window], scope: Scope) -> tuple[Window, ...]:
    return tuple(window for window in windows if window.covers(scope))
