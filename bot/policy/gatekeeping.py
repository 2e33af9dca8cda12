"""What keeps the gate of a branch: the rules in force there, and what the forge says of one head before it."""

from dataclasses import dataclass
from typing import Literal

from bot.policy.pull import Person

Method = Literal["merge", "squash", "rebase"]
METHODS: tuple[Method, ...] = ("squash", "merge", "rebase")  # the first that is allowed is taken


@dataclass(frozen=True, slots=True)
class Required:
    """A check that has to pass. `source`: number of the App whose report counts; None: anybody's."""

    name: str
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported last of a check. `source` None: a commit status, which whoever may write can set."""

    name: str
    source: int | None
    conclusion: str | None  # None: still under way
    by: str = ""  # slug of that App


@dataclass(frozen=True, slots=True)
class Rules:
    """What a branch asks of a landing: classic protection, rulesets and settings of the repository taken together."""

    required: frozenset[Required] = frozenset()
    up_to_date: bool = False
    approvals: int = 0
    one_more: bool = False  # for what an App opened
    code_owners: bool = False
    last_push: bool = False
    conversations: bool = False
    signatures: bool = False
    linear: bool = False
    queue: bool = False
    methods: frozenset[Method] = frozenset(METHODS)
    strange: frozenset[str] = frozenset()  # rules that codechill cannot see kept
    bypass: bool = False  # the landing App need not obey one of them

    @property
    def reviewed(self) -> bool:
        """Whether a review is asked for at all."""
        return bool(self.approvals or self.code_owners or self.last_push)


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging it now would give. `proven`: that changes no behaviour; None: nobody tried to prove it."""

    tree: str  # "": it does not merge
    proven: bool | None = None


@dataclass(frozen=True, slots=True)
class Gatekeeping:
    """As of one moment, for one head into one base."""

    head_sha: str
    base_sha: str
    lander: Person  # the account of the App that lands
    ours: frozenset[int]  # numbers of our Apps
    may: bool  # the landing App may write contents and pull requests: its review counts, and it can merge
    rules: Rules = Rules()
    reported: tuple[Reported, ...] = ()
    others: int = 0  # approvals of others that count
    objected: bool = False  # somebody whose review counts requests changes
    approval: int | None = None  # our own that counts for this head
    decision: str = ""  # "APPROVED", "REVIEW_REQUIRED", "CHANGES_REQUESTED"; "": no review is asked for
    state: str = ""  # the forge's one word for it: "CLEAN", "BLOCKED", "BEHIND", ...
    unresolved: int = 0  # conversations
    unsigned: int = 0  # commits without a signature that the forge verified
    queued: bool = False  # it stands in the merge queue
    enqueued: bool = False  # we put this head into the queue
    stopped: str = ""  # why nothing lands by itself in this repository
    merged: Merged | None = None
