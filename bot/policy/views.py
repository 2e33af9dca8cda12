"""What is shown, as data: the renderer turns a view into Markdown, and its digest tells whether it is already shown."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from bot.policy.differences import TeamDifferences
from bot.policy.state import ConfigProblem, Failure
from scoring.assessment import Part, Proof, Reason

Tone = Literal["held", "free", "quiet", "waiting", "failed", "misconfigured", "shadow"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The window in force, as shown."""

    window: str
    level: str
    share: float  # 0 to 1
    action: Literal["block", "extra_review", "author_attest"]
    until: datetime | None  # in the window's own zone
    base_ref: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Something the author can do that changes what the gate does; "{subject}" in `words` is a path from outside."""

    words: str  # no full stop
    subject: str


@dataclass(frozen=True, slots=True)
class Ask:
    """How to ask for an exception, or what became of it."""

    reasons: tuple[str, ...]
    managers: tuple[str, ...]  # names, shown in code style so that nobody is pinged
    state: Literal["none", "asked", "approved", "denied", "void", "expired"] = "none"
    words: str = ""  # one sentence about the present state, plain text
    quoted: str = ""  # text of the author or approver: escape it
    request: str = ""  # which one it is: a button that was pressed on an earlier one decides nothing


@dataclass(frozen=True, slots=True)
class Card:
    """The risk comment, the check's summary and the terminal card are three renderings of this."""

    tone: Tone
    headline: str  # plain text, ours
    lead: str = ""  # one or two sentences under the headline, plain text, ours
    by_itself: str = ""  # that it could land by itself, and why, where that is only a suggestion; plain text, ours
    gate: Gate | None = None
    percentile: float | None = None
    probability: float | None = None
    base_rate: float | None = None
    reasons: tuple[Reason, ...] = ()
    because: str = ""  # instead of reasons, when there is something to explain and nothing stands out
    suggestions: tuple[Advice, ...] = ()
    proof: Proof | None = None
    parts: tuple[Part, ...] = ()
    ask: Ask | None = None
    failure: Failure | None = None
    problems: tuple[ConfigProblem, ...] = ()
    warnings: tuple[str, ...] = ()  # for maintainers, plain text, ours
    build: str = ""  # whose differences are shown
    differences: tuple[TeamDifferences, ...] = ()  # each team's differences; text in them is from outside: escape it
    changes: tuple[str, ...] = ()  # of settings, when the pull request edits them; from outside: escape them
    model: str = ""
    reference: int = 0
    labelled: int = 0
    page: str = ""  # of the repository on the forge, to link commits; "" where there is none

    def digest(self) -> str:
        """Twelve hex digits that change when anything shown changes."""
        return _digest(asdict(self))


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]
