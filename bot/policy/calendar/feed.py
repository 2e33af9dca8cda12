"""Windows from an iCalendar feed: every event is one, as RFC 5545 says; what is left out is counted and said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.policy.calendar.ics.lines import MAX_CHARS
from bot.policy.calendar.ics.reading import MAX_A_YEAR, LeftOut, Reading, reading
from bot.policy.calendar.instants import EVER, NEVER
from bot.policy.calendar.spans import Span

__all__ = ["MAX_A_YEAR", "MAX_CHARS", "MISSING", "Copy", "Feed", "check_feed", "sight"]

BACK, AHEAD = 1, 2  # years in sight: ahead always more than 400 days


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of a feed. `text` None and nothing `wrong`: it is not there. Both: an older copy, of `since`."""

    text: str | None = None
    wrong: str = ""  # why it could not be read lately, in words
    since: datetime | None = None  # when the older copy was known to be what is there

    @property
    def missing(self) -> bool:
        return self.text is None and not self.wrong


MISSING = Copy()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by its path; its text is given later, None until then (and then nothing is open).

    `fixed`: the window names its zone, so that times without one are in it whatever the calendar says.
    """

    path: str
    text: str | None = None
    fixed: bool = False

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        """A calendar that cannot be used in these years counts as open: it was told so when it was read."""
        if self.text is None:
            return
        reading = self.read(first, last, zone.key)
        yield from reading.spans if reading.wrong is None else [Span(EVER, NEVER)]

    def read(self, first: date, last: date, zone: str) -> Reading:
        return reading(self.text or "", first, last, zone, fixed=self.fixed)


def sight(first_year: int, last_year: int) -> tuple[date, date]:
    """The days that have to be known for everything between two years, both included, in every zone."""
    return date(first_year - 1, 12, 1), date(last_year + 1, 1, 31)


def in_sight(now: datetime) -> tuple[date, date]:
    year = now.astimezone(UTC).year
    return sight(year - BACK, year + AHEAD)


def check_feed(text: str, now: datetime) -> str | None:
    """Why a feed's text cannot be used, in words, or None."""
    return reading(text, *in_sight(now), "UTC").wrong


def problem(copy: Copy, reading: Reading | None) -> str | None:
    """What people should be told of a feed as a whole, or None; `reading` is what its text says."""
    wrong = reading.wrong if reading is not None else copy.wrong or "it is not there"
    if wrong is not None:
        return f"cannot be used: {wrong}"
    if not copy.wrong:
        return None
    of = f"; its copy of {copy.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC counts" if copy.since else ""
    return f"cannot be read now ({copy.wrong}){of}"


def left_out(reading: Reading, zone: str, *, odd: bool) -> str | None:
    """What people should be told of single events: those to mend (`odd`), or those that say they are no windows."""
    some = [one for one in reading.left_out if one.odd is odd]
    said = [f"leaves out {_of(some, reading.events)}"] if some else []
    if odd and reading.unknown_zones:
        names = ", ".join(f'"{name}"' for name in reading.unknown_zones[:3])
        said.append(f"names zones that are not known ({names}), whose times are read as {zone}")
    return ", and ".join(said) or None


def _of(some: list[LeftOut], events: int) -> str:
    each = [f"{one.example} {one.why}{_like(one.number)}" for one in some]
    number = sum(one.number for one in some)
    return f"{number} of {events} event{'' if events == 1 else 's'}: {', '.join(each)}"


def _like(number: int) -> str:
    return f" (and {number - 1} more like it)" if number > 1 else ""
