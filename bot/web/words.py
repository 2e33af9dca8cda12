"""How moments, ranks and names are written on pages."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from bot.policy.text import words
from bot.policy.text.whole import visible

SHORT = 7  # hex digits of a commit


def moment(at: datetime, zone: str = "") -> Markup:
    """Mon 24 Nov 08:00 CET, readable by machines too."""
    local = at.astimezone(ZoneInfo(zone)) if zone else at
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), words.when(local))


def between(earlier: datetime, later: datetime) -> str:
    """3 d 4 h, 5 h 10 min, 12 min: cut, never rounded up."""
    minutes = int(max(timedelta(), later - earlier).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if minutes >= 60:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{minutes} min" if minutes else "less than a minute"


_CODE = re.compile(r"`([^`\n]+)`")


def prose(text: str) -> Markup:
    """A sentence of ours, its `code spans` as code; everything in it is escaped."""
    parts = _CODE.split(visible(text))
    shown = (Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup().join(shown)


def sentence(words: str, subject: str | None = None) -> Markup:
    """Words of ours around a path from outside, which stands where {subject} is."""
    parts = [prose(part) for part in words.split("{subject}")] if subject is not None else [prose(words)]
    return Markup("<code>{}</code>").format(visible(subject or "")).join(parts)


def count(number: int, one: str, many: str = "") -> str:
    """1 change, 2 changes"""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


KINDS = {  # of the parts of a change
    "comments": "comments only", "formatting": "layout only", "data": "equal data", "docs": "documentation",
    "docstrings": "docstrings only", "tests": "tests", "imports": "reordered imports", "rename": "another name only",
    "lockfile": "pinned versions", "generated": "generated code", "resource": "pictures or fonts",
    "nothing": "no difference", "code": "code", "directive": "comments that tools obey", "mode": "changed permissions",
}  # fmt: skip

ACTIONS = {  # of the line, as a record names them
    "SetCheck": "check set", "SetLabel": "label set", "AskReview": "review asked",
    "PutComment": "card written", "RemoveComment": "double removed", "Reply": "answer written",
    "React": "reaction", "SaveEscalation": "exception kept", "SaveFeedback": "feedback kept", "Ask": "asked",
    "SaveAttestation": "attestation kept", "Rescore": "scored again", "StartFreeze": "freeze begun",
    "EndFreeze": "freeze ended", "ReportIncident": "incident noted", "RuleClaim": "claim ruled on",
    "SavePassage": "automatic review decided", "QueueLanding": "waits to land", "CancelLanding": "waits no longer",
    "StopLanding": "landing stopped", "ReleaseLanding": "landing released", "Approve": "approved for landing",
    "Withdraw": "approval withdrawn", "Land": "landing begun", "CloseReview": "reviewed afterwards",
    "NoteSource": "source noted", "RejectChange": "counted as a no to its source", "DenySource": "source denied",
}  # fmt: skip
RECORDS = {  # kinds of records of the audit log
    "decision": "decided", "escalation": "exception", "attestation": "attested", "landing": "queue of landings",
    "automatic_landing": "landing by itself", "deferred_review": "review afterwards",
}  # fmt: skip

FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "rank": words.rank,
    "percent": lambda share: words.percent(share).replace(" ", "\u00a0"),
    "visible": visible,
    "prose": prose,
    "whole": lambda share: f"{share:.0%}".replace("%", "\u00a0%"),
    "count": count,
    "between": between,
}
