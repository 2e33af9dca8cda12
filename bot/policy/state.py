"""Everything a decision may rest on: the pull request, its risk, its escalation. No clock, no client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.policy.candidate import (
    NOTHING_SAID,
    Bump,
    DeferredReview,
    Inspection,
    ModelReview,
    Origin,
    Trust,
    Waiting,
    Wishes,
)
from bot.policy.content import Content
from bot.policy.differences import Differences
from bot.policy.escalation import Escalation
from bot.policy.gatekeeping import Gatekeeping
from bot.policy.incidents.claim import Claim
from bot.policy.pull import Hands, Person, PullRequest, Remark, Unknown
from scoring.assessment import Assessment

Cause = Literal["change", "forge", "us"]  # what its author wrote, the forge that did not answer, or codechill itself

_NOBODY_LOOKED = Unknown("nobody looked")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be done, in words for people, and who caused it."""

    words: str  # "the diff has 11,204 files"
    retry: bool = True
    cause: Cause = "us"


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """What is wrong with the repository's configuration on the base branch."""

    file: str
    line: int | None
    column: int | None
    words: str  # what is wrong and what was meant
    last_good: bool = False  # an older, valid version is in force meanwhile


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that takes long, and what its answer holds for."""

    fact: str
    about: str  # the name of a content, say


@dataclass(frozen=True, slots=True)
class State:
    pull: PullRequest
    risk: Assessment | None = None
    failure: Failure | None = None  # why there is no risk
    problems: tuple[ConfigProblem, ...] = ()
    escalations: tuple[Escalation, ...] = ()  # oldest first
    content: Content | Unknown = _NOBODY_LOOKED
    hands: Hands | Unknown = _NOBODY_LOOKED  # beside the author's
    # person id -> "write", "admin", and "@org/team" for each team named in the configuration they belong to
    granted: Mapping[int, frozenset[str]] = field(default_factory=dict)
    attested: frozenset[str] = frozenset()  # heads whose author attested that the review was adequate
    notes: frozenset[str] = frozenset()  # keys of replies and notes that were written already
    # when it edits the configuration: what is wrong with its version, and one sentence on what would change
    proposed: tuple[ConfigProblem, ...] = ()
    proposal: str = ""
    changes: tuple[str, ...] = ()  # and each setting that it would change; from outside, escape when shown
    warnings: tuple[str, ...] = ()  # for maintainers: why the check may not hold what it says it holds
    page: str = ""  # address of the repository on the forge
    twins: frozenset[int] = frozenset()  # other open pull requests of the same head
    held_twins: frozenset[int] = frozenset()  # those of them that are held by themselves
    questions: tuple[Question, ...] = ()  # asked of nobody yet
    claims: tuple[Claim, ...] = ()  # of incidents that changes of this repository caused; while somebody asks of them
    differences: Differences | None = None  # from the build before; None: nobody looked
    # what automatic review looks at, as far as somebody needed it
    origin: Origin | Unknown = _NOBODY_LOOKED
    inspection: Inspection | Unknown = _NOBODY_LOOKED
    # since when each version that it takes is known to be out; of those that are missing nobody knows
    released: Mapping[Bump, datetime] = field(default_factory=dict)
    review: ModelReview | Unknown | None = _NOBODY_LOOKED  # None: no language model is asked here
    trust: Trust | Unknown = _NOBODY_LOOKED
    gatekeeping: Gatekeeping | Unknown = _NOBODY_LOOKED
    waiting: Waiting | None = None
    wishes: Wishes = NOTHING_SAID
    dislikes: tuple[Remark, ...] = ()  # 👎 on our comment, of people whose opinion counts
    deferred: DeferredReview | None = None  # its review, once it landed without one
    recorded: str = ""  # digest of what automatic review decided last
    program: str = ""  # version of codechill that decides
    lander: Person | None = None  # the account of the App that lands; None: nothing ever lands by itself
    lands: bool = True  # False: something waits to land by itself, and no App that lands is set up here

    @property
    def content_name(self) -> str | None:
        """What the content is known by; None while nobody knows it."""
        return None if isinstance(self.content, Unknown) else self.content.name

    @property
    def paths(self) -> tuple[str, ...] | None:
        """Every changed path, none of them for a change of nothing; None while nobody knows them."""
        return None if isinstance(self.content, Unknown) else self.content.paths
