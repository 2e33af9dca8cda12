"""One VEVENT: when it is, how it repeats, and whether it holds anything back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.policy.calendar.ics.lines import Component, Line, Odd, Sheet
from bot.policy.calendar.ics.rule import Repeat, repeat
from bot.policy.calendar.ics.values import Kind, Moment, length, moment, moments, periods, words

CANCELLED, FREE, NO_LENGTH = "is cancelled", "is marked free for part of a day", "has no length"
BENIGN = (CANCELLED, FREE, NO_LENGTH)


@dataclass(frozen=True, slots=True)
class Event:
    """`nominal`: how long on the wall clock, `exact`: more of it, in elapsed time. `end`: of its own, when it has one.

    `why_not`: it is no window, and why. `instead_of`: the time in its series that it stands for; `onwards`: and for
    those that follow.
    """

    uid: str
    name: str
    number: int  # of its line
    start: Moment
    end: Moment | None
    nominal: timedelta
    exact: timedelta
    why_not: str
    sequence: int
    instead_of: Moment | None
    onwards: bool
    rules: tuple[Repeat, ...]
    except_rules: tuple[Repeat, ...]  # RFC 2445 had them; calendars from then still come
    more: tuple[Moment, ...]
    fewer: tuple[Moment, ...]
    periods: tuple[tuple[Moment, Moment | timedelta], ...] = ()  # of `more`: those with an end or a length of their own


def event(part: Component, sheet: Sheet) -> Event:
    """Raises Odd. What is no window anyway is read no further than its start, its place in a series and its end."""
    if part.cut:
        raise Odd("is cut off")
    line = part.first("DTSTART")
    if line is None:
        raise Odd("has no start")
    start = moment(line)
    end, nominal, exact = _lasts(part, start)
    read = Event(
        uid=part.text("UID") or f"line {part.number}",
        name=words(part.text("SUMMARY")),
        number=part.number,
        start=start,
        end=end,
        nominal=nominal,
        exact=exact,
        why_not="",
        sequence=_sequence(part.text("SEQUENCE")),
        instead_of=_first_moment(part.first("RECURRENCE-ID")),
        onwards=_onwards(part.first("RECURRENCE-ID")),
        rules=(),
        except_rules=(),
        more=(),
        fewer=(),
    )
    why_not = _why_not(part, sheet, read)
    if why_not:
        return replace(read, why_not=why_not, rules=_usable(part))
    return replace(
        read,
        rules=tuple(repeat(rule) for rule in part.lines.get("RRULE", ())),
        except_rules=tuple(repeat(rule) for rule in part.lines.get("EXRULE", ())),
        more=tuple(one for line in part.lines.get("RDATE", ()) for one in moments(line)),
        fewer=tuple(one for line in part.lines.get("EXDATE", ()) for one in moments(line)),
        periods=tuple(one for line in part.lines.get("RDATE", ()) for one in periods(line)),
    )


def _usable(part: Component) -> tuple[Repeat, ...]:
    """The rules of what is no window: to tell whether it is over, whatever they are worth."""
    try:
        return tuple(map(repeat, part.lines.get("RRULE", ())))
    except Odd:
        return ()


def _lasts(part: Component, start: Moment) -> tuple[Moment | None, timedelta, timedelta]:
    """A whole day without an end lasts a day, and so does one that ends on the day it begins."""
    line, lasts = part.first("DTEND"), part.text("DURATION")
    day = start.kind is Kind.DAY
    if line is not None:
        end = moment(line)
        if (end.kind is Kind.DAY) is not day:
            raise Odd("is a whole day at one end only")
        if not day:
            return end, timedelta(), timedelta()
        if end.wall < start.wall:
            raise Odd("ends before it begins")
        return None, max(end.wall - start.wall, timedelta(days=1)), timedelta()
    if lasts:
        whole = length(lasts)
        if whole < timedelta():
            raise Odd("ends before it begins")
        days = timedelta(days=whole.days)
        return None, max(days, timedelta(days=1)) if day else days, timedelta() if day else whole - days
    return None, timedelta(days=1) if day else timedelta(), timedelta()


def _why_not(part: Component, sheet: Sheet, event: Event) -> str:
    if part.text("STATUS").upper() == "CANCELLED" or sheet.text("METHOD").upper() == "CANCEL":
        return CANCELLED
    if part.text("TRANSP").upper() == "TRANSPARENT" and not _whole_days(event):
        return FREE
    return ""


def _whole_days(event: Event) -> bool:
    """By its kind, or from midnight to midnight, as Outlook writes it."""
    if event.start.kind is Kind.DAY:
        return True
    ends = event.end.wall if event.end is not None else event.start.wall + event.nominal
    midnights = all(wall.time() == datetime.min.time() for wall in (event.start.wall, ends))
    zones = event.end is None or (event.end.kind, event.end.zone) == (event.start.kind, event.start.zone)
    local = event.start.kind is not Kind.UTC
    return midnights and zones and local and not event.exact and ends > event.start.wall


def _sequence(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _first_moment(line: Line | None) -> Moment | None:
    return None if line is None else moment(line)


def _onwards(line: Line | None) -> bool:
    return line is not None and line.parameters.get("RANGE", "").upper() == "THISANDFUTURE"
