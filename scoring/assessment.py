"""What comes out: how risky a change looks, why, and what would lower it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Evidence:
    """A commit that a reader can open, and the one by which it was taken back or repaired."""

    sha: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One claim that is true of the change, raises its score and lies on the risky side of what is usual."""

    claim: str  # its name in scoring.claims.table.CLAIMS
    words: str  # no full stop; "{subject}" stands where the subject goes: only the renderer quotes hostile text
    share: float  # of all that raises the score, 0 to 1: what it carries
    subject: str | None = None  # a path, or a folder with "/" at its end
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A part of the change that could go on its own; both halves were scored. Whether it helps the gate says."""

    subject: str  # a path, or a folder with "/" at its end
    paths: tuple[str, ...]  # of the part
    moved: float  # percentile of the part by itself, 0 to 1
    stays: float  # and of what stays


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known for certain of a change's effect (scoring/semantics)."""

    level: Literal["P", "S", "H"]  # proof, strong evidence, heuristic
    kind: str  # comments, formatting, docs, tests, data, rename, generated, ...
    words: str  # one sentence: how it was checked


@dataclass(frozen=True, slots=True)
class Part:
    """Files of a change that are of one kind, and how certain it is that they hurt nobody."""

    level: Literal["P", "S", "H"] | None
    kind: str  # as in Proof, or the class of the file: docs, tests, generated, lockfile, resource, code
    files: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk of one change at one moment."""

    sha: str
    at: datetime
    percentile: float  # 0 to 1: the share of this repository's recent changes that scored lower
    probability: float  # 0 to 1, re-based to the true rate: that a change like this is later reverted or fixed
    base_rate: float  # 0 to 1: the same for a change of this repository on average
    reasons: tuple[Reason, ...]  # strongest first
    suggestions: tuple[Suggestion, ...]
    model: str  # id of the model folder's card, e.g. "shipped-2026.11"
    reference: int  # how many recent changes the percentile is measured among
    labelled: int  # how many changes of this repository carry a label
    features: dict[str, float] = field(default_factory=dict)  # what the model saw, for the audit log and feedback
    proof: Proof | None = None
    parts: tuple[Part, ...] = ()  # what the change is made of, the least certain first
    base: str = ""  # the commit that `sha` was compared with; another base is another change
    log_odds: float | None = None  # what percentile and probability are made of; None in what was stored before
    beside: dict[str, float] = field(default_factory=dict)  # the same by models that are only tried, by their ids
