"""The table of sources: where each sends, how it signs, and what reads it. To add one: its adapter, and its row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.doors.incidents import signed, signing
from bot.policy.incidents.report import Report


@dataclass(frozen=True, slots=True)
class Source:
    """`read` takes the JSON and when it came; none: it says nothing of an incident. It raises Unreadable."""

    name: str  # of its secret in CODECHILL_INCIDENT_SECRETS, and of its address /incidents/<name>
    words: str
    scheme: signing.Scheme
    read: Callable[[object, datetime], tuple[Report, ...]]
    retries: bool = True  # it sends again what got no answer, and gives up on us when that is called wrong


SOURCES: tuple[Source, ...] = (
    Source("signed", "any tool, signed JSON of ours", signing.stamped, signed.read, retries=False),
)
