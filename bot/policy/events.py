"""What may have happened. An event is only a reason to look: facts are fetched, never taken from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from bot.policy.pull import Comment, Person


@dataclass(frozen=True, slots=True)
class Changed:
    """A pull request was opened, pushed to, edited, closed, reviewed, or our check was asked for again."""

    what: str  # the forge's own word, for the log: "opened", "synchronize", "review", "rerequested", ...
    as_of: datetime | None = None  # facts older than this are stale and are fetched again
    head_sha: str | None = None
    by: Person | None = None  # who did it; of a push: who pushed


@dataclass(frozen=True, slots=True)
class Commented:
    """Somebody wrote a comment (created, never edited)."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button: on our check run, or on a page of ours, which the forge signed them in to."""

    button: str  # its identifier
    by: Person
    head_sha: str
    shown: str = ""  # the digest of what the check showed then, or the page's card; "": it cannot be told
    source: Literal["check", "page"] = "check"
    text: str = ""  # what they wrote beside it; from outside, escape when shown


@dataclass(frozen=True, slots=True)
class Labelled:
    """Somebody put a label on: where the configuration says so, that asks for an exception. It never grants one."""

    label: str
    by: Person
    at: datetime  # the change that it was: the same label put on again asks again


Why = Literal["edge", "sweep", "configuration", "clock", "reviewer", "differences"]


@dataclass(frozen=True, slots=True)
class Tick:
    """The clock reached an edge of a window, it was moved, or it is time to look again."""

    why: Why


@dataclass(frozen=True, slots=True)
class Queued:
    """A merge queue asks about a commit that holds one or more pull requests."""

    head_sha: str
    head_ref: str
    base_ref: str


@dataclass(frozen=True, slots=True)
class Due:
    """The delay of a change that waits to land by itself is over."""


Event = Changed | Commented | Pressed | Labelled | Tick | Queued | Due


def commander(event: Event | None) -> Person | None:
    """Whose word it carries: a comment's, a button's, a label's."""
    match event:
        case Commented(comment):
            return comment.author
        case Pressed(_, by) | Labelled(_, by):
            return by
        case Changed() | Tick() | Queued() | Due() | None:
            return None
        case _:
            assert_never(event)
