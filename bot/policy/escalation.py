"""A justification and its answer, bound to what was seen when it was given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.pull import Person


@dataclass(frozen=True, slots=True)
class Escalation:
    """One author's request to land in spite of the gate. It holds for this content and this window only."""

    id: str
    reason: str  # a key of escalation.reasons
    text: str  # why it cannot wait; from outside, escape when shown
    by: Person
    at: datetime
    head_sha: str
    content: str | None  # its name: survives a merge of a base that left its files alone; None: nobody knew it
    window: str  # name of the window it asks about
    expires: datetime | None  # the end of that window
    percentile: float
    model: str
    state: Literal["asked", "approved", "denied", "void", "expired"] = "asked"
    first: Person | None = None  # who approved it while it takes one more: nobody can tell who worked on the change
    answered_by: Person | None = None
    answered_at: datetime | None = None
    answer: str = ""
    ended_at: datetime | None = None  # when it was denied, voided, or expired
    ended_because: str = ""  # in our words, of what was voided or expired
