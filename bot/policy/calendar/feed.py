"""Windows from an iCalendar feed: every event is one, as RFC 5545 says; cancelled and transparent ones are not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bot.policy.calendar.instants import at_minute
from bot.policy.calendar.spans import Span

MAX_CHARS = 1024 * 1024
MAX_EVENTS = 2_000
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


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


def check_feed(text: str) -> str | None:
    """What is wrong with a feed's text, in words, or None."""
    if len(text) > MAX_CHARS:
        return f"it is larger than {MAX_CHARS // 1024} KiB"
    try:
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        if len(events) > MAX_EVENTS:
            return f"it holds more than {MAX_EVENTS} events"
        if any(_repeats_too_often(event) for event in events):
            return "an event repeats more than once a day"
        for _ in Feed("", text).spans(date(2026, 1, 1), date(2027, 1, 1), ZoneInfo("UTC")):
            pass
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError) as error:
        return f"it cannot be read as iCalendar ({type(error).__name__})"
    return None


def _repeats_too_often(event: Any) -> bool:
    rules = event.get("RRULE", [])
    rules = rules if isinstance(rules, list) else [rules]
    freqs = {str(freq).upper() for rule in rules for freq in rule.get("FREQ", [])}
    sub_daily = any(key in rule for rule in rules for key in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    return sub_daily or not freqs.isdisjoint(_TOO_OFTEN)


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
