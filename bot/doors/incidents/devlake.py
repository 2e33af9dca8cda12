"""What Apache DevLake takes for incidents, signed as our own form is: one issue, or a list of them.

Fields after https://devlake.apache.org/docs/Plugins/webhook ("Incidents"): `issue_key`, `title`, `description`, `url`,
`type`, `severity`, `created_date`, `updated_date`. DevLake blames the deployment before it: here that is no evidence. A
line `Cause: owner/name#12` in the description names the cause, and without one the incident waits for a person.
"""

from datetime import datetime

from bot.doors.incidents.shapes import Named, earlier, stated
from bot.forge.github.shapes import Moment, Shape, shaped
from bot.policy.incidents.report import Report


class _Issue(Shape):
    issue_key: Named
    title: str = ""
    description: str | None = None
    url: str | None = None
    type: str = "INCIDENT"
    severity: str | None = None
    creator_name: str | None = None
    created_date: Moment | None = None
    updated_date: Moment | None = None


def read(payload: object, received: datetime) -> tuple[Report, ...]:
    """Raises Unreadable. Bugs and requirements say nothing."""
    issues = [shaped(_Issue, each) for each in (payload if isinstance(payload, list) else [payload])]
    return tuple(_report(issue, received) for issue in issues if issue.type.upper() == "INCIDENT")


def _report(issue: _Issue, received: datetime) -> Report:
    cause = stated((), issue.description or "")
    return Report(
        source="devlake",
        incident=issue.issue_key,
        at=earlier(issue.updated_date or issue.created_date, received),
        by=issue.creator_name or "DevLake JSON",
        cause=cause,
        evidence="the description of the issue names it" if cause else "",
        title=issue.title,
        severity=issue.severity or "",
        links=(issue.url,) if issue.url else (),
        text=issue.description or "",
    )
