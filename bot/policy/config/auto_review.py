"""What a file says of changes that may review and land themselves."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args

from bot.plain import to_text
from bot.policy.config.known_sources import SourceKind

AutoMode = Literal["off", "shadow", "suggest", "enforce"]
MODES: tuple[AutoMode, ...] = get_args(AutoMode)  # each does more than the one before it
Threshold = Literal["P5", "P10", "P20", "P25", "P50"]
THRESHOLDS: tuple[Threshold, ...] = get_args(Threshold)  # from the strictest on
MOST_A_DAY = 2000
HOLD_LABEL = "codechill:hold"
SUGGEST_LABEL = "codechill:low-risk"
_RULES = 1  # raise it when the same settings are to mean something else: what was decided before counts no longer


def share_of(threshold: Threshold) -> float:
    """P5 is 0.05: only the safest 5 % may pass."""
    return int(threshold[1:]) / 100


@dataclass(frozen=True, slots=True)
class Bots:
    """How safe a change of a source has to look. `bypass_risk`: not at all; the reviewer alone decides."""

    threshold: Threshold = "P20"
    allowlisted_threshold: Threshold = "P50"
    bypass_risk: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Two steps for people's changes; the second is the stricter. `authors`: who may; None: whoever is a member.

    `deferred_review`: a change that passes the first step only may land before somebody looks. Otherwise only the
    second step lands anything.
    """

    mode: AutoMode = "enforce"  # at most that of the section
    verification: Threshold = "P10"
    approval: Threshold = "P5"
    deferred_review: bool = True
    deferred_review_within: timedelta = timedelta(days=5)
    authors: tuple[str, ...] | None = None  # logins and "@org/team", in lower case


@dataclass(frozen=True, slots=True)
class Gates:
    """What a source's past has to look like. Bounds are upper ends of one-sided 95 % intervals."""

    days: int = 60
    max_incidents: int = 0
    max_revert_upper95: float = 0.03
    max_rejection_upper95: float = 0.10
    min_landed: int = 100
    test_name_match: Literal["substring", "word"] = "substring"
    sensitive_path: Literal["deny", "person"] = "deny"


@dataclass(frozen=True, slots=True)
class Size:
    files: int = 20
    lines: int = 400


@dataclass(frozen=True, slots=True)
class Dependencies:
    min_release_age: timedelta = timedelta(days=7)
    majors: Literal["human", "allowed"] = "human"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What is asked of a language model, where the operator has set one up."""

    min_confidence: int = 8  # of 10
    max_effort: int = 3  # of 5
    samples: int = 1
    send: Literal["diff", "none"] = "diff"
    tokens_per_change: int = 60_000


@dataclass(frozen=True, slots=True)
class ChangeSource:
    """A source of automated changes: how it is recognised, all of it together, and its own settings."""

    name: str
    account: int  # of its bot, on the forge
    kind: SourceKind
    branches: tuple[str, ...] = ()  # globs, one has to match; none: any
    within: str = ""  # a glob that has to match too: the part of a bot's changes that is this source's
    trailer: str = ""  # a line that every commit has to bear, "Codemod-Id: x"
    owner: str = ""
    mode: AutoMode = "enforce"  # at most that of the section
    daily_limit: int = 10
    allowlisted: bool = False
    threshold: Threshold | None = None  # None: that of all bots
    landing_delay: timedelta | None = None  # None: that of all changes


@dataclass(frozen=True, slots=True)
class AutoReview:
    """Off until a file says otherwise."""

    mode: AutoMode = "off"
    landing_delay: timedelta = timedelta(hours=24)
    hold_label: str = HOLD_LABEL  # in lower case
    suggest_label: str = SUGGEST_LABEL  # in lower case
    bots: Bots = field(default_factory=Bots)
    people: People = field(default_factory=People)
    gates: Gates = field(default_factory=Gates)
    sources: Mapping[str, ChangeSource] = field(default_factory=dict)  # in the order of the file
    denied: tuple[str, ...] = ()  # names of sources
    size: Size = field(default_factory=Size)
    dependencies: Dependencies = field(default_factory=Dependencies)
    sensitive_paths: tuple[str, ...] = ()  # beside the built-in ones
    sox_paths: tuple[str, ...] = ()
    reviewer: Reviewer = field(default_factory=Reviewer)

    @property
    def on(self) -> bool:
        return self.mode != "off"

    @property
    def policy(self) -> str:
        """What is in force, in 16 characters: equal settings have equal names, whatever file they come from."""
        said = to_text([_RULES, self, list(self.sources)])  # of two sources that match, the first counts
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def mode_for(self, source: ChangeSource | None) -> AutoMode:
        """How far changes of a source, or of people, may go."""
        return less(self.mode, self.people.mode if source is None else source.mode)

    def threshold_for(self, source: ChangeSource) -> Threshold:
        """What its changes have to be among. Its own setting may only be stricter than that of all bots."""
        usual = self.bots.allowlisted_threshold if source.allowlisted else self.bots.threshold
        return stricter(usual, source.threshold or usual)

    def delay_for(self, source: ChangeSource | None) -> timedelta:
        """How long its changes wait. Its own setting may only be longer than that of all changes."""
        return max(self.landing_delay, (source and source.landing_delay) or self.landing_delay)


def less(one: AutoMode, other: AutoMode) -> AutoMode:
    """The mode that does less by itself."""
    return min(one, other, key=MODES.index)


def stricter(one: Threshold, other: Threshold) -> Threshold:
    return min(one, other, key=THRESHOLDS.index)
