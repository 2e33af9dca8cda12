"""Windows from an iCalendar feed: every event is one, as RFC 5545 says; cancelled and transparent ones are not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bot.policy.calendar.instants import at_minute
from bot.policy.calendar.recurring import happens
from bot.policy.calendar.spans import Span

FIRST, LAST = 1970, 2999  # years
MAX_CHARS = 1024 * 1024
MAX_A_YEAR = 2_000  # expanding one takes about a third of a millisecond
_UTC = ZoneInfo("UTC")
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of a feed. `text` None and nothing `wrong`: it is not there. Both: an older copy, of `since`."""

    text: str | None = None
    wrong: str = ""  # why it could not be read lately, in words
    since: datetime | None = None  # when the older copy was known to be what is there

    @property
    def problem(self) -> str | None:
        """What people should be told, or None."""
        if self.text is None:
            return f"cannot be used: {self.wrong or 'it is not there'}"
        broken = check_feed(self.text)
        if broken is not None:
            return f"cannot be used: {broken}"
        if not self.wrong:
            return None
        of = f"; its copy of {self.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC counts" if self.since else ""
        return f"cannot be read now ({self.wrong}){of}"

    @property
    def usable(self) -> bool:
        return self.text is not None and check_feed(self.text) is None

    @property
    def missing(self) -> bool:
        return self.text is None and not self.wrong


MISSING = Copy()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by its path; its text is given later, None until then (and then nothing is open)."""

    path: str
    text: str | None = None

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        if self.text is None:
            return
        low, high = at_minute(first, 0).replace(tzinfo=zone), at_minute(last, 0).replace(tzinfo=zone)
        for event in recurring_ical_events.of(icalendar.Calendar.from_ical(self.text)).between(low, high):
            if str(event.get("STATUS", "")).upper() != "CANCELLED" and not _transparent(event):
                yield Span(_instant(event.start, zone), _instant(event.end, zone), _name(event))


@lru_cache(maxsize=32)
def check_feed(text: str) -> str | None:
    """What is wrong with a feed's text, in words, or None."""
    if len(text) > MAX_CHARS:
        return f"it is larger than {MAX_CHARS // 1024} KiB"
    try:
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        if any(_repeats_too_often(event) for event in events):
            return "an event repeats more than once a day"
        if any(map(_backwards, events)):
            return "an event ends before it begins"
        if sum(_a_year(event) for event in events) > MAX_A_YEAR:
            return f"it holds more than {MAX_A_YEAR} events a year"
        if not all(_happens(rule, event) for event in events for rule in _rules(event)):
            return "an event repeats by a rule that never happens"
        if not all(_in_years(event) for event in events):  # all, not only those of the year that is tried
            return f"an event lies outside the years {FIRST} to {LAST}"
        for _ in Feed("", text).spans(date(2026, 1, 1), date(2027, 1, 1), _UTC):
            pass
    except (
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        TypeError,
        ArithmeticError,
        OSError,
        RecursionError,
    ) as error:
        # OSError, RecursionError: a zone is looked for among files and modules, and its name may be too long for them
        return f"it cannot be read as iCalendar ({type(error).__name__})"
    return None


def _in_years(event: Any) -> bool:
    return bool(event.start.year >= FIRST and event.end.year <= LAST)


def _rules(event: Any) -> list[Any]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _freq(rule: Any) -> str:
    return str(rule["FREQ"][0]).upper()


def _repeats_too_often(event: Any) -> bool:
    return any(
        _freq(rule) in _TOO_OFTEN or not rule.keys().isdisjoint(("BYHOUR", "BYMINUTE", "BYSECOND"))
        for rule in _rules(event)
    )


def _a_year(event: Any) -> int:
    """How often it happens in a year, estimated from above before anything is expanded."""
    dates = event.get("RDATE", [])
    found = 1 + sum(len(some.dts) for some in (dates if isinstance(dates, list) else [dates]))
    for rule in _rules(event):
        count = {key: max(1, len(rule.get(key, []))) for key in ("BYDAY", "BYMONTH", "BYMONTHDAY")}
        yearly = 366 if not rule.keys().isdisjoint(("BYDAY", "BYYEARDAY", "BYWEEKNO")) else count["BYMONTH"]
        weekdays = 5 * count["BYDAY"] if "BYDAY" in rule else 1
        found += (
            _years(event)
            * {
                "DAILY": 366,
                "WEEKLY": 53 * count["BYDAY"],
                "MONTHLY": 12 * max(weekdays, count["BYMONTHDAY"]),
                "YEARLY": yearly * count["BYMONTHDAY"],
            }[_freq(rule)]
        )
    return found


def _backwards(event: Any) -> bool:
    return bool(event.end < event.start)


def _years(event: Any) -> int:
    """How many years one event may touch: where it repeats, so many years' worth of it are open at once."""
    return 1 + int((event.end - event.start).days) // 365


def _happens(rule: Any, event: Any) -> bool:
    parts = {key.upper(): ",".join(str(value) for value in values) for key, values in rule.items()}
    start = event.start
    return happens(parts, start.date() if isinstance(start, datetime) else start)


def _transparent(event: Any) -> bool:
    return str(event.get("TRANSP", "")).upper() == "TRANSPARENT"


def _name(event: Any) -> str:
    words = "".join(char if char.isprintable() else " " for char in str(event.get("SUMMARY", "")))
    return " ".join(words.split())[:80]


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """A floating time, and a whole day, is in the window's zone."""
    if not isinstance(moment, datetime):
        moment = at_minute(moment, 0)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
