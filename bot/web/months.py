"""A month as it is painted: for each day a strip, as long as the day is on its clock, of what is in force when."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from bot.policy.calendar import Calendar, InForce, Scope, Window
from bot.policy.calendar.feed import AHEAD, BACK
from bot.policy.calendar.instants import EVER, NEVER, at_minute, instant

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of one day. `start` and `end` are minutes since its local midnight, as they pass."""

    name: str  # of the window
    level: str
    share: float  # 0 to 1
    start: float
    end: float
    begins: str  # the same as the day's clock shows it: 17:00
    ends: str  # 24:00 where the day ends
    scoped: bool  # only for some paths or authors


@dataclass(frozen=True, slots=True)
class Day:
    """`length` in minutes: 1440, but where the clock jumps."""

    date: date
    length: float
    force: tuple[Bar, ...]  # what is in force; between the bars nothing is held back
    lanes: tuple[tuple[Bar, ...], ...]  # one for each window of the month, in the order they are listed
    holidays: tuple[str, ...]
    today: bool

    @property
    def words(self) -> str:
        """The same for whoever has the strip read out."""
        said = [*self.holidays]
        said += [f"{bar.level} from {bar.begins} to {bar.ends}" for bar in self.force]
        return ", ".join(said if self.force else [*said, "nothing is held back"])


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that a window is open; None: since ever, or without end in sight. Times in the window's own zone."""

    name: str
    level: str
    share: float
    since: datetime | None
    until: datetime | None
    scoped: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks begin on Monday; None: a day of another month."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    windows: tuple[str, ...]  # of each lane
    openings: tuple[Opening, ...]  # by their beginning


Feasts = tuple[tuple[date, str], ...]


@lru_cache(maxsize=64)
def paint(calendar: Calendar, first: date, today: date, scope: Scope, feasts: Feasts = ()) -> Month:
    """The month that begins at `first`, in the calendar's zone, for what the scope names.

    A page is looked at more often than its calendar changes: the same month is painted once.
    """
    zone = ZoneInfo(calendar.zone)
    days = _days(first)
    begins = [instant(at_minute(day, 0), zone) for day in (*days, following(first))]
    cuts = [_Cut(start, end, zone) for start, end in pairwise(begins)]
    windows = [window for window in calendar.windows if window.covers(scope)]
    spans = {window: _spans(window, begins[0], begins[-1]) for window in windows}
    shown = [window for window in windows if spans[window]]
    stretches = within(calendar, begins[0], begins[-1], scope)
    painted = [
        Day(
            date=day,
            length=cut.length,
            force=tuple(cut.force(stretches)),
            lanes=tuple(tuple(cut.lane(window, spans[window])) for window in shown),
            holidays=tuple(name for at, name in feasts if at == day),
            today=day == today,
        )
        for day, cut in zip(days, cuts, strict=True)
    ]
    opened = (_opening(window, *span) for window in shown for span in spans[window])
    return Month(
        first=first,
        weeks=tuple(_weeks(painted)),
        windows=tuple(window.name for window in shown),
        openings=tuple(sorted(opened, key=lambda one: (one.since.timestamp() if one.since else 0.0, one.name))),
    )


def following(first: date, months: int = 1) -> date:
    """The first day of the month so many months later, or earlier where it is negative."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def within(calendar: Calendar, start: datetime, end: datetime, scope: Scope) -> tuple[InForce, ...]:
    """What is in force from one instant to another, without a gap, green included."""
    later = calendar.levels(start, scope)
    return tuple(takewhile(lambda one: one.since is None or one.since < end, later))


def scoped(window: Window) -> bool:
    return window.paths is not None or window.authors is not None


# --- parts of a day


def _days(first: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((following(first) - first).days)]


def _weeks(days: Sequence[Day]) -> Iterator[tuple[Day | None, ...]]:
    before: list[Day | None] = [None] * days[0].date.weekday()
    after: list[Day | None] = [None] * (6 - days[-1].date.weekday())
    cells = [*before, *days, *after]
    return (tuple(cells[at : at + 7]) for at in range(0, len(cells), 7))


@dataclass(frozen=True, slots=True)
class _Cut:
    """A day, out of which bars are cut."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def length(self) -> float:
        return (self.end - self.start) / MINUTE

    def force(self, stretches: Iterable[InForce]) -> Iterator[Bar]:
        for one in stretches:
            if one.share > 0 and one.window is not None:
                some = one.window.paths is not None
                yield from self._bar(one.window.name, one.level, one.share, some, one.since or EVER, one.until or NEVER)

    def lane(self, window: Window, spans: Iterable[tuple[datetime, datetime]]) -> Iterator[Bar]:
        for since, until in spans:
            yield from self._bar(window.name, window.level.name, window.level.share, scoped(window), since, until)

    def _bar(self, name: str, level: str, share: float, some: bool, since: datetime, until: datetime) -> Iterator[Bar]:
        low, high = max(since.astimezone(UTC), self.start), min(until.astimezone(UTC), self.end)
        if low < high:
            at = [(moment - self.start) / MINUTE for moment in (low, high)]
            ends = "24:00" if high == self.end else self._clock(high)
            yield Bar(name, level, share, at[0], at[1], self._clock(low), ends, some)

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%H:%M}"


def _spans(window: Window, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    years = start.astimezone(UTC).year - BACK, end.astimezone(UTC).year + AHEAD
    return tuple((span.start, span.end) for span in window.spans(*years) if span.start < end and span.end > start)


def _opening(window: Window, since: datetime, until: datetime) -> Opening:
    zone = ZoneInfo(window.zone)
    begins = None if since == EVER else since.astimezone(zone)
    ends = None if until == NEVER else until.astimezone(zone)
    return Opening(window.name, window.level.name, window.level.share, begins, ends, scoped(window))
