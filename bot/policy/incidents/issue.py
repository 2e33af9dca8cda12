"""What an issue says of an incident: it bears a label that makes it one, and a field `Cause` names the change.

It counts as the word of whoever put the label on or edited it, and only where that person and its author may both
write: anybody can open an issue, and a form of the forge labels it for them. Closing and reopening says nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.policy.incidents.causes import field_of
from bot.policy.incidents.report import Report
from bot.policy.pull import Person

SAYING = frozenset({"opened", "edited", "labeled"})  # what makes an issue say something
NOT_SAYING = frozenset({"unlabeled"})  # what may take back what it said


@dataclass(frozen=True, slots=True)
class Issue:
    """As it was when somebody did `what` to it. `moved`: it came from another repository, where it said it already."""

    number: int
    what: str
    title: str
    body: str
    labels: frozenset[str]
    author: Person
    by: Person
    at: datetime
    page: str = ""
    moved: bool = False

    def name(self, repository: str) -> str:
        """Of its incident."""
        return f"{repository}#{self.number}"


def said_in(issue: Issue, repository: str, severity: str, *, author_may: bool) -> Report:
    """Of one that bears the label, by somebody who may write. `severity` is the label that says that it was severe."""
    cause = field_of(issue.body)
    report = Report(
        source="issue",
        incident=issue.name(repository),
        at=issue.at,
        by=issue.by.login,
        cause=cause,
        evidence=f"a field of {issue.name(repository)} names it" if cause else "",
        title=issue.title,
        severity=severity,
        links=(issue.page,) if issue.page else (),
        text=issue.body,
        by_id=issue.by.id,
    )
    if author_may:
        return report
    return report.doubted(f"written by {issue.author.login}, who may not write to {repository}")
