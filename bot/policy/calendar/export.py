"""The levels to come as an iCalendar feed, for people's own calendars."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import icalendar

from bot.policy.calendar import Calendar, InForce, Scope
from bot.policy.text.words import percent

AHEAD = timedelta(days=400)
EVERY = timedelta(hours=1)  # how often whoever subscribed is to look again


@dataclass(frozen=True, slots=True)
class Published:
    """What a calendar that people subscribe to says of itself. `page`: an address where more is told."""

    title: str = "Code chill"
    page: str = ""
    endless: bool = False  # what has no end in sight is an event up to the end of sight; else it is left out


def to_ics(
    calendar: Calendar, now: datetime, scope: Scope, most: int | None = None, published: Published | None = None
) -> str:
    """One event for each stretch above green, at most so many (RFC 5545). The same calendar, the same text."""
    said = published or Published()
    feed = icalendar.Calendar()
    feed.add("prodid", "-//codechill//calendar//EN")
    feed.add("version", "2.0")
    feed.add("name", said.title)
    if published is not None:
        feed.add("x-wr-calname", said.title)
        feed.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})  # RFC 7986
    near = (one for one in calendar.levels(now, scope) if one.since is None or one.since < now + AHEAD)
    events = (_event(stretch, now, said) for stretch in near if stretch.share > 0)
    for event in islice((one for one in events if one is not None), most):
        feed.add_component(event)
    return str(feed.to_ical(), "utf-8")


def _event(stretch: InForce, now: datetime, said: Published) -> icalendar.Event | None:
    until = stretch.until or (now + AHEAD if said.endless else None)
    if until is None or stretch.window is None:
        return None
    start = (stretch.since or now).astimezone(UTC)
    summary = f"{stretch.window.name} ({stretch.level}, {percent(stretch.share)} held back)"
    event = icalendar.Event()
    event.add("uid", f"{hashlib.sha256(f'{start.isoformat()} {summary}'.encode()).hexdigest()[:32]}@codechill")
    event.add("dtstamp", start)
    event.add("dtstart", start)
    event.add("dtend", until.astimezone(UTC))
    event.add("summary", summary if stretch.until else f"{summary}, no end in sight")
    event.add("transp", "OPAQUE")
    if said.page:
        event.add("url", said.page)
    return event
