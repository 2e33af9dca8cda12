"""What the server's own inspection says of a change that lies in a repository at hand."""

from datetime import datetime

from scoring.git import Git
from scoring.history.diff import read
from scoring.history.read import change_of
from scoring.inspection import Inspection
from scoring.inspector import inspect
from scoring.semantics.git import prove


def inspected(
    git: Git, base: str, head: str, at: datetime, percentile: float | None, *, judging: bool = True
) -> Inspection:
    """`base` "" is before the first commit; `percentile` is what its risk was ranked at; `judging`: its hunks too.

    Raises ScoringError.
    """
    diff = read(git, base, head)
    change = change_of(diff, at=at, title="", message="")
    return inspect(git, diff, change, prove(git, change), percentile, judging=judging)
