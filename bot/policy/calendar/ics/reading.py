"""What a calendar says of the years in sight: spans, what is left out of it and why, or why it cannot be used."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.policy.calendar.ics.event import BENIGN, Event, event
from bot.policy.calendar.ics.lines import Component, Odd, Sheet, Steps, TooMuch, Unreadable, sheets
from bot.policy.calendar.ics.series import Series, Sight, by_uid, in_sight, lasts, newest
from bot.policy.calendar.ics.values import Kind, words
from bot.policy.calendar.ics.zones import Clocks, Named, known
from bot.policy.calendar.instants import at_minute
from bot.policy.calendar.spans import Span

MAX_A_YEAR = 2_000
STEPS = 250_000  # days, times and dates looked at: well below a second
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`why` says it of one; `example` is the name and line of the first one. `odd`: somebody should mend it."""

    why: str
    number: int
    example: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """`wrong`: it cannot be used at all. `events`: how many could matter in sight, those left out included."""

    spans: tuple[Span, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unknown_zones: tuple[str, ...] = ()  # their times are read on the calendar's own clock
    events: int = 0
    wrong: str | None = None


@lru_cache(maxsize=64)
def reading(text: str, first: date, last: date, zone: str, *, fixed: bool = False) -> Reading:
    """Spans that may touch the days from `first` to `last`. Times without a zone are on the clock of `zone`.

    The calendar's own zone (X-WR-TIMEZONE) comes before it, unless `fixed`.
    """
    try:
        return _Read(first, last, ZoneInfo(zone), fixed=fixed).of(_sheets(text))
    except Unreadable as error:
        return Reading(wrong=str(error))
    except TooMuch:
        return Reading(wrong="its events repeat in ways that take too long to work out")


@lru_cache(maxsize=4)
def _sheets(text: str) -> list[Sheet]:
    return sheets(text)


@dataclass(slots=True)
class _LeftOut:
    """Counts by reason, with the first of each."""

    number: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)

    def add(self, why: str, name: str, line: int) -> None:
        self.number[why] += 1
        shown = name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"
        self.example.setdefault(why, f'"{shown}" (line {line})' if name else f"the event on line {line}")

    def left_out(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(why, number, self.example[why], why not in BENIGN) for why, number in self.number.items())


class _Read:
    """One look at a calendar, with what it may still cost."""

    def __init__(self, first: date, last: date, zone: ZoneInfo, *, fixed: bool) -> None:
        self.sight = Sight(at_minute(first, 0), at_minute(last, 0))
        self.zone, self.fixed = zone, fixed
        self.steps, self.left_out, self.events = Steps(STEPS), _LeftOut(), 0
        self.starts: Counter[int] = Counter()
        self.unknown: dict[str, None] = {}

    def of(self, sheets: list[Sheet]) -> Reading:
        spans = [span for sheet in sheets for span in self._sheet(sheet)]
        return Reading(tuple(spans), self.left_out.left_out(), tuple(self.unknown), self.events)

    def _sheet(self, sheet: Sheet) -> Iterator[Span]:
        stated = None if self.fixed else known(sheet.text("X-WR-TIMEZONE"))
        years = self.sight.low.year, self.sight.high.year
        clocks = Clocks(Named(stated or self.zone), sheet.zones, years, self.steps)
        parsed = (self._event(part, sheet, clocks) for part in sheet.events)
        whole, instead = by_uid(newest(one for one in parsed if one is not None))
        led = {one.uid for one in whole if not one.why_not}
        for one in whole:
            yield from self._counted(one, instead.get(one.uid, ()), clocks)
        for one in (each for some in instead.values() for each in some):
            if not (one.onwards and one.uid in led):  # its series has it
                yield from self._counted(replace(one, rules=(), more=()), (), clocks)

    def _event(self, part: Component, sheet: Sheet, clocks: Clocks) -> Event | None:
        """None: it is left out, or cannot matter."""
        try:
            read = event(part, sheet)
            if not in_sight(read, self.sight):
                return None
            if not read.why_not:
                lasts(read, clocks)
        except (Odd, OverflowError) as error:
            self.events += 1
            self._leave_out(error, words(part.text("SUMMARY")), part.number)
            return None
        self.events += 1
        if read.why_not:
            self.left_out.add(read.why_not, read.name, read.number)
        elif read.start.kind is Kind.ZONED and clocks.named(read.start.zone) is None:
            self.unknown.setdefault(read.start.zone[:_SHOWN])
        return read

    def _leave_out(self, error: Exception, name: str, line: int) -> None:
        self.left_out.add(str(error) if isinstance(error, Odd) else "lies beyond all calendars", name, line)

    def _counted(self, one: Event, instead: Iterable[Event], clocks: Clocks) -> Iterator[Span]:
        if one.why_not:
            return
        try:
            spans = list(Series(one, instead, clocks, self.sight, self.steps).spans())
        except (Odd, OverflowError) as error:
            self._leave_out(error, one.name, one.number)
            return
        for span in spans:
            year = max(span.start.year, self.sight.low.year)
            self.starts[year] += 1
            if self.starts[year] > MAX_A_YEAR:
                raise Unreadable(f"it holds more than {MAX_A_YEAR} events a year")
        yield from spans
