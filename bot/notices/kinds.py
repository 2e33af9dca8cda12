"""Every kind of notice, once: what it says, and when it is due. Pure: what is true now, whether it was told or not.

What is due no longer (an exception that was answered meanwhile) is not sent any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.notices import alarms, exceptions, trust, weekly, windows
from bot.notices.notice import Notice
from bot.notices.readings import Readings


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A row of the table. `derive` gives what is due now."""

    name: str
    words: str
    derive: Callable[[Readings, datetime], Iterator[Notice]]


KINDS: tuple[NoticeKind, ...] = (
    NoticeKind("window", "A window opens", windows.opened),
    NoticeKind("exception", "An exception waits for an answer", exceptions.waiting),
    NoticeKind("expiry", "An exception ends soon", exceptions.ending),
    NoticeKind("incident", "An incident names a change that landed", alarms.incidents),
    NoticeKind("drift", "A sign of drift alarms", alarms.drift),
    NoticeKind("doctor", "The doctor found a fault", alarms.findings),
    NoticeKind("trust", "A source of automatic changes was denied, or its record speaks for more", trust.moved),
    NoticeKind("landing", "Nothing lands by itself any more, until a person resumes it", alarms.landing),
    NoticeKind("review", "A review that was put off is overdue", alarms.reviews),
    NoticeKind("week", "The weekly report", weekly.reports),
)


def due(readings: Readings, now: datetime) -> tuple[Notice, ...]:
    """Everything that is true now and worth telling, each once."""
    return tuple({one.key: one for kind in KINDS for one in kind.derive(readings, now)}.values())
