"""Facts about a pull request, fetched once and frozen: what every rule and response may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the forge. Identity is the number; the login is only for showing."""

    id: int
    login: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Repository:
    id: int
    full_name: str  # changes on a rename or transfer: never a key
    default_branch: str
    archived: bool = False
    private: bool = False  # seen by its members only


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in the conversation. `digest` is ours, read from the hidden marker; None on other people's."""

    id: int
    author: Person
    body: str
    created_at: datetime
    edited: bool = False
    digest: str | None = None


CHECK = "codechill"  # the check that says whether a change may land; others of ours have other names
AUTO_REVIEW = "codechill/auto-review"  # says whether it lands by itself
DIFFERENTIAL_TEST = "differential-test"  # says whether its differences from the build before are all accounted for


@dataclass(frozen=True, slots=True)
class CheckRun:
    """Our own check run on the head, the newest of its name. `digest` is what its external_id says it shows; None when
    an older one of ours shows something else."""

    id: int
    head_sha: str
    status: str  # queued, in_progress or completed, as far as ours go
    conclusion: str | None
    digest: str | None
    spare: tuple[int, ...] = ()  # ids of older ones of ours that show something else: the forge takes none away
    name: str = CHECK


ReviewState = Literal["approved", "changes_requested", "commented", "dismissed"]


@dataclass(frozen=True, slots=True)
class Review:
    author: Person
    state: ReviewState
    head_sha: str
    submitted_at: datetime
    number: int = 0  # that the forge gave it


@dataclass(frozen=True, slots=True)
class Remark:
    """Somebody said something about a change that is no command."""

    key: str
    author: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """What nobody knows is not empty: whatever looks at it has to say what then."""

    why: str  # "the diff has 11,204 files"


AWAITED = Unknown("its answer is still to come")  # of what takes long and was asked


@dataclass(frozen=True, slots=True)
class Hands:
    """Who had a hand in a change: authors, co-authors and committers of its commits, merges included, and who pushed
    them. Accounts of the forge by number; `unplaced` are addresses that nobody can place, case folded."""

    people: frozenset[int] = frozenset()
    unplaced: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Life:
    """When a pull request was opened and how it ended. `landed_as` is the commit on its base branch, "": none yet."""

    opened_at: datetime
    closed_at: datetime | None = None
    landed_at: datetime | None = None
    landed_as: str = ""


@dataclass(frozen=True, slots=True)
class PullRequest:
    repository: Repository
    number: int
    title: str
    author: Person
    head_sha: str
    head_ref: str
    base_sha: str
    base_ref: str
    draft: bool
    open: bool
    auto_merge: bool  # armed to land by itself, or waiting in a merge queue
    protected: bool  # the base branch is protected
    updated_at: datetime
    mergeable: bool | None = None  # whether it merges without conflicts; None: the forge is working it out
    body: str = ""  # the description; from outside, escape when shown
    labels: frozenset[str] = frozenset()
    reviews: tuple[Review, ...] = ()
    asked: tuple[str, ...] = ()  # whose review is asked for and still to come: logins and "@org/team"
    check: CheckRun | None = None
    other_checks: tuple[CheckRun, ...] = ()  # of ours, by other names
    comment: Comment | None = None  # our sticky comment
    spare: tuple[int, ...] = ()  # ids of comments of ours that are there already: one too many each
    replied_to: frozenset[int] = frozenset()  # ids of comments that carry a reply of ours
    noted: frozenset[str] = frozenset()  # digests of our notes that answer no comment
    remarks: tuple[Remark, ...] = ()  # comments of people in the conversation; reviews stand apart
    life: Life | None = None

    def check_named(self, name: str) -> CheckRun | None:
        return self.check if name == CHECK else next((run for run in self.other_checks if run.name == name), None)

    def showing(self, checks: Mapping[str, CheckRun]) -> "PullRequest":
        """The same with these check runs of ours, by name."""
        others = tuple(run for name, run in checks.items() if name != CHECK)
        return replace(self, check=checks.get(CHECK), other_checks=others)
