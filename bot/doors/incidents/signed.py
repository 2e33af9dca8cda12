"""Our own form, for every tool that can send JSON and sign it.

    {"incident": "INC-204", "cause": "acme/shop#123", "severity": "sev1", "title": "...", "root_cause": "...",
     "link": "https://...", "links": ["https://..."], "at": "2026-11-24T12:00:00Z", "by": "maya", "evidence": "person"}

Only `incident` must be there. `evidence` is `person` (somebody looked and says so), `rollback` or `time` (guesses).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bot.doors.incidents.shapes import Named, earlier
from bot.forge.github.shapes import Moment, Shape, Unreadable, shaped
from bot.policy.incidents.causes import cause_of
from bot.policy.incidents.report import Level, Report

_LEVELS = {"person": Level.PERSON, "rollback": Level.ROLLBACK, "time": Level.TIME}
_SAYS = {
    "person": "{} names it",
    "rollback": "{} says that an older version was deployed again",
    "time": "{} names it as what landed shortly before",
}


class _Incident(Shape):
    incident: Named
    cause: str = ""
    title: str = ""
    severity: str = ""
    root_cause: str = ""
    link: str = ""
    links: tuple[str, ...] = ()
    at: Moment | None = None
    by: str = ""
    evidence: Literal["person", "rollback", "time"] = "person"


def read(payload: object, received: datetime, by: str = "a signed request") -> tuple[Report, ...]:
    """`by`: what says so, for people. Raises Unreadable."""
    given = shaped(_Incident, payload)
    cause = cause_of(given.cause) if given.cause else None
    if given.cause and cause is None:
        raise Unreadable("cause: write owner/name#123, owner/name@<commit id>, or the address of either")
    report = Report(
        source="signed",
        incident=given.incident,
        at=earlier(given.at, received),
        by=given.by or by,
        level=_LEVELS[given.evidence],
        cause=cause,
        evidence=_SAYS[given.evidence].format(by) if cause else "",
        title=given.title,
        severity=given.severity,
        links=tuple(link for link in (given.link, *given.links) if link),
        text=given.root_cause,
    )
    return (report,)


def read_all(rows: Sequence[object], received: datetime, by: str) -> tuple[Report, ...]:
    """Rows of a file of that form. Raises Unreadable, naming the row."""
    reports: list[Report] = []
    for place, one in enumerate(rows, 1):
        try:
            reports += read(one, received, by)
        except Unreadable as problem:
            raise Unreadable(f"row {place}: {problem}") from None
    return tuple(reports)
