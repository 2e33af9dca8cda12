"""The levels to come as an iCalendar feed, for people's own calendars."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import islice

import icalendar

from bot.policy.calendar import Calendar, InForce, Scope
from bot.policy.text.words import percent

AHEAD = timedelta(days=400)


def to_ics(calendar: Calendar, now: datetime, scope: Scope, most: int | None = None) -> str:
    """One event for each stretch above green that ends in sight, at most so many. The same calendar, the same text."""
    feed = icalendar.Calendar()
    feed.add("prodid", "-//codechill//calendar//EN")
    feed.add("version", "2.0")
    feed.add("name", "Code chill")
    near = (one for one in calendar.levels(now, scope) if one.since is None or one.since < now + AHEAD)
    events = (_event(stretch, now) for stretch in near if stretch.share > 0)
    for event in islice((one for one in events if one is not None), most):
        feed.add_component(event)
    return str(feed.to_ical(), "utf-8")


def _event(stretch: InForce, now: datetime) -> icalendar.Event | None:
    if stretch.until is None or stretch.window is None:
        return None
    start = (stretch.since or now).astimezone(UTC)
    summary = f"{stretch.window.name} ({stretch.level}, {percent(stretch.share)} held back)"
    event = icalendar.Event()
    event.add("uid", f"{hashlib.sha256(f'{start.isoformat()} {summary}'.encode()).hexdigest()[:32]}@codechill")
    event.add("dtstamp", start)
    event.add("dtstart", start)
    event.add("dtend", stretch.until.astimezone(UTC))
    event.add("summary", summary)
    event.add("transp", "OPAQUE")
    return event
