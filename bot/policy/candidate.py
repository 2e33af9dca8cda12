"""What is known of a pull request that may review and land itself, beyond what every look knows.

Each is a fact of its own and may be Unknown: whatever automatic review does not know is for a person to look at.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.pull import Person
from scoring.inspection import Bump, Category, Dependencies, Hazard, Hunk, Inspection, Judged

WEB_FLOW = Person(19864447, "web-flow")  # GitHub itself, where it commits for the one who wrote: it signed that


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a pull request as the forge lists it; None: no account is known for that address."""

    sha: str
    author: Person | None
    committer: Person | None
    verified: bool  # the forge checked its signature
    message: str = ""  # from outside; its trailers name a source or an agent, and nothing else is read of it
    parents: int = 1
    helpers: tuple[Person | None, ...] = ()  # co-authors, by its trailers


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a pull request comes from. `commits` are all of them, oldest first, or there is no Origin."""

    head_repository: int | None  # None: it is gone
    association: str  # of its author with the repository, in the forge's word: "MEMBER", "FIRST_TIME_CONTRIBUTOR", ...
    commits: tuple[Commit, ...]
    pushers: frozenset[int] = frozenset()  # accounts that pushed them, as far as deliveries told
    app: int | None = None  # our own account on the forge; None: the forge did not tell


# what any reviewer may see that no machine lets pass
Signal = Literal["review_effort", "large_structural_change", "logic_error", "performance", "security"]


@dataclass(frozen=True, slots=True)
class ModelReview:
    """What a language model says of a change, after we checked the form of it: it may veto or confirm, never permit."""

    accepts: bool
    why: str  # in our words
    confidence: int = 0
    effort: int = 0
    categories: frozenset[Category] = frozenset()
    signals: frozenset[str] = frozenset()
    model: str = ""
    prompt: str = ""  # hash of what was asked


PEOPLE = "people"  # what stands for whatever people wrote, where sources of bots have names of their own
EVERYTHING = "*"  # what stands for all that lands by itself in an organisation


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A source as it is trusted: by itself, in one repository, or in the whole organisation (repository 0).

    `organisation` is the installation of the App: repositories of one owner.
    """

    organisation: int
    repository: int
    name: str

    @property
    def everything(self) -> "SourceKey":
        """All that lands by itself in the organisation."""
        return SourceKey(self.organisation, 0, EVERYTHING)


@dataclass(frozen=True, slots=True)
class Track:
    """What became of a source's changes in the days that count, and what is told of it today."""

    landed: int = 0
    reverted: int = 0  # of those that landed
    rejected: int = 0  # by people, before it landed
    judged: int = 0  # landed or rejected
    incidents: int = 0  # that became known in those days
    landed_today: int = 0  # by itself, in the organisation's day


@dataclass(frozen=True, slots=True)
class Churn:
    """What landed by itself today of one author, and how often it changed the paths of this change."""

    changes: int = 0
    lines: int = 0  # added and deleted
    most: int = 0  # of landings that one path of this change had
    path: str = ""  # that path; from outside, escape when shown


Dial = Literal["shadow", "P5", "P10", "P20", "P25", "P50"]


@dataclass(frozen=True, slots=True)
class Trust:
    """Where a source stands: earned and lost by itself. `denied`: why nothing of it lands, until a person lifts it;
    from outside, escape when shown. `stopped` is the same of everything in the organisation."""

    key: SourceKey
    track: Track = Track()
    dial: Dial = "shadow"
    since: datetime | None = None  # at that dial; None: always
    denied: str = ""
    stopped: str = ""
    churn: Churn = Churn()
    overdue: int = 0  # deferred reviews of its author, or of their team, that nobody did in time
    noted: bool = False  # that this change is one of the source
    rejected: bool = False  # a person said no to this change


@dataclass(frozen=True, slots=True)
class DayPlace:
    """One of the landings that a source may have in the organisation's day: claimed before it is tried."""

    key: SourceKey
    day: str  # "2026-11-28"
    limit: int
    step: Dial
    author: int
    lines: int = 0
    paths: tuple[str, ...] = ()


Pipeline = Literal["ace", "verification", "approval"]  # bots; people, reviewed afterwards; people, reviewed by nobody


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits to land by itself. It holds for this content, base and policy, and no other."""

    head_sha: str
    base_ref: str
    policy: str
    since: datetime
    land_after: datetime
    diff: str = ""  # name of its content: a rebase that leaves it as it is keeps the delay
    pipeline: Pipeline = "ace"
    source: str = ""  # "": a person's


StopRule = Literal["hold", "review", "wait", "label", "comment", "thumb", "changes_requested", "landing"]
SAID_OUTRIGHT: frozenset[StopRule] = frozenset({"hold", "review", "wait"})


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a change does not land by itself until a person says that it may. `by` None: nobody can tell whose it is.
    `words`: why it could not land when it was due, in ours."""

    rule: StopRule
    by: Person | None
    at: datetime
    words: str = ""

    def outranks(self, other: "Stop") -> bool:
        """It is kept in place of the other: said outright it is worth more than seen, and nothing twice."""
        return self.rule in SAID_OUTRIGHT and (other.rule not in SAID_OUTRIGHT or other.by != self.by)


@dataclass(frozen=True, slots=True)
class Consent:
    """The author of a change lets it land by itself, as it then was."""

    by: Person
    at: datetime
    diff: str  # name of its content


@dataclass(frozen=True, slots=True)
class Wishes:
    """What people said about a change that may land by itself; pushes do not change it."""

    stop: Stop | None = None
    consent: Consent | None = None
    heard: frozenset[str] = frozenset()  # keys of remarks that somebody answered with a release


NOTHING_SAID = Wishes()


@dataclass(frozen=True, slots=True)
class DeferredReview:
    """A change that landed by itself and is to be reviewed by a person afterwards. `owners`: logins and "@org/team"
    that were asked to review it; empty: whoever may write here. `reviewed_by` None: nobody did yet."""

    author: Person
    title: str  # from outside, escape when shown
    head_sha: str
    landed_at: datetime
    due: datetime
    owners: tuple[str, ...] = ()
    verdict: Literal["", "ok", "revert"] = ""
    reviewed_by: Person | None = None
    reviewed_at: datetime | None = None
    why: str = ""  # from outside, escape when shown


__all__ = [
    "Bump",
    "Category",
    "Commit",
    "Dependencies",
    "Dial",
    "Hazard",
    "Hunk",
    "Inspection",
    "Judged",
    "ModelReview",
    "Origin",
    "Signal",
    "Track",
    "Trust",
    "Waiting",
]
