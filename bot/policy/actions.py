"""What should be true on the forge and in the store, as data.

Each action knows when it already holds, and names the phase in which it is performed and the responses that may want
it. To add one: its dataclass and its place in `Action` here, its handler in `bot/line/perform.py`, and, where a forge
has to do it, its place in `ForgeAction` and in every forge; the type checker names each that is missing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.policy.config.freezes import Freeze
from bot.policy.escalation import Escalation
from bot.policy.incidents.claim import Ruling
from bot.policy.incidents.report import Report
from bot.policy.landing_actions import (
    Approve,
    CancelLanding,
    CloseReview,
    DenySource,
    Land,
    NoteSource,
    QueueLanding,
    RejectChange,
    ReleaseLanding,
    SavePassage,
    StopLanding,
    Withdraw,
)
from bot.policy.phases import Owner, Phase
from bot.policy.pull import CHECK, CheckRun, Person
from bot.policy.shown import Shown, shown
from bot.policy.state import Question, State
from bot.policy.views import Card

Conclusion = Literal["success", "failure", "neutral", "action_required"]


@dataclass(frozen=True, slots=True)
class Button:
    """At most three on a check run; GitHub's limits: label 20, description 40, identifier 20 characters."""

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True)
class SetCheck:
    """Our check run of a name on a commit. `conclusion` None means in progress."""

    phase: ClassVar[Phase] = Phase.SHOWN
    owners: ClassVar[tuple[Owner, ...]] = ("check", "auto_review", "difftest")

    head_sha: str
    conclusion: Conclusion | None
    card: Card
    buttons: tuple[Button, ...] = ()
    name: str = CHECK
    number: int = 0  # of the pull request whose verdict it is; 0: of none by itself

    @property
    def shows(self) -> Shown:
        asked = any(button.identifier == "approve" for button in self.buttons)
        return Shown(self.card.digest(), self.conclusion or "in_progress", self.number, asked)

    @property
    def digest(self) -> str:
        return str(self.shows)

    def holds(self, state: State) -> bool:
        """Also when the check shows the verdict of another pull request of the same commits, and rightly so."""
        check = state.pull.check_named(self.name)
        if check is None or check.head_sha != self.head_sha:
            return False
        there = shown(check.digest)
        of_twin = there is not None and there.number in state.twins and there.before(self.shows)
        return of_twin or check.digest == self.digest

    def run(self, number: int) -> CheckRun:
        """The check run that this makes, by the number that the forge gives it."""
        status = "completed" if self.conclusion else "in_progress"
        return CheckRun(number, self.head_sha, status, self.conclusion, self.digest, name=self.name)


@dataclass(frozen=True, slots=True)
class PutComment:
    """The one sticky comment; made when there is none, edited in place otherwise."""

    phase: ClassVar[Phase] = Phase.SHOWN
    owners: ClassVar[tuple[Owner, ...]] = ("comment",)

    card: Card

    def holds(self, state: State) -> bool:
        comment = state.pull.comment
        return comment is not None and comment.digest == self.card.digest()


@dataclass(frozen=True, slots=True)
class RemoveComment:
    """Take away a comment of ours that is there already: two processes wrote at once, or an answer was lost."""

    phase: ClassVar[Phase] = Phase.SHOWN
    owners: ClassVar[tuple[Owner, ...]] = ("comment",)

    comment: int

    def holds(self, state: State) -> bool:
        return self.comment not in state.pull.spare


@dataclass(frozen=True, slots=True)
class Reply:
    """A short answer to one comment, or (comment None) a note on the pull request when its verdict crosses a gate."""

    owners: ClassVar[tuple[Owner, ...]] = ("comment", "exceptions", "commands", "auto_review")

    key: str  # what it answers: done once for each key
    words: str  # plain text, ours, Markdown allowed
    comment: int | None = None
    quoted: str = ""  # text from outside that the answer repeats: escape it
    mention: tuple[str, ...] = ()  # people or teams who are really asked
    by: int | None = None  # whom it answers: nobody may have all answers

    @property
    def phase(self) -> Phase:
        return Phase.NOTED if self.comment is None else Phase.SAID

    @property
    def digest(self) -> str:
        """Names a note that answers no comment, so that it is found again when its answer was lost."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:12]

    def holds(self, state: State) -> bool:
        if self.comment is None:
            return self.key in state.notes or self.digest in state.pull.noted
        return self.key in state.notes or self.comment in state.pull.replied_to


@dataclass(frozen=True, slots=True)
class React:
    """👀, 👍 or 👎 on a comment; the forge makes it once only."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    comment: int
    content: Literal["eyes", "+1", "-1"]
    by: int | None = None  # whose comment it is

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class SetLabel:
    """A label of ours, on the pull request while `on`; letter case makes no other label."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    name: str
    on: bool

    def holds(self, state: State) -> bool:
        return self.on == (self.name.lower() in {label.lower() for label in state.pull.labels})


@dataclass(frozen=True, slots=True)
class AskReview:
    """Somebody, or "@org/team", is asked for a review; asked already, nothing changes."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    who: str

    def holds(self, state: State) -> bool:
        return self.who.lower() in {name.lower() for name in state.pull.asked}


@dataclass(frozen=True, slots=True)
class SaveEscalation:
    """Keep an escalation in its new state; the store writes one audit record for each change of state."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("exceptions", "commands")

    escalation: Escalation

    def holds(self, state: State) -> bool:
        return self.escalation in state.escalations


@dataclass(frozen=True, slots=True)
class SaveFeedback:
    """What somebody thinks of the score, stored with it for evaluation."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    by: Person
    useful: bool
    text: str
    head_sha: str

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class SaveAttestation:
    """The author attests that this head was adequately reviewed."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    by: Person
    head_sha: str

    def holds(self, state: State) -> bool:
        return self.head_sha in state.attested


@dataclass(frozen=True, slots=True)
class Rescore:
    """Forget the stored assessment of this head and look again."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    head_sha: str

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class StartFreeze:
    """Keep a freeze that somebody started by hand; the shell joins it to the calendar and decides again."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    freeze: Freeze

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class EndFreeze:
    """End a freeze that was started by hand, now."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    id: str
    by: Person
    at: datetime

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Ask:
    """Have a question answered by somebody who takes long; the answer is a fact at a later look."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("questions",)

    question: Question

    def holds(self, state: State) -> bool:
        return self.question not in state.questions


@dataclass(frozen=True, slots=True)
class ReportIncident:
    """Keep what somebody says of an incident; which change it names is found out by a job."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    report: Report

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class RuleClaim:
    """A person confirms, disputes or withdraws what is claimed of an incident."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    claim: int
    ruling: Ruling
    by: Person
    reason: str
    at: datetime

    def holds(self, state: State) -> bool:
        return False


Action = (
    SetCheck
    | PutComment
    | RemoveComment
    | Reply
    | React
    | SetLabel
    | AskReview
    | SaveEscalation
    | SaveFeedback
    | SaveAttestation
    | Rescore
    | StartFreeze
    | EndFreeze
    | Ask
    | ReportIncident
    | RuleClaim
    | SavePassage
    | QueueLanding
    | CancelLanding
    | StopLanding
    | ReleaseLanding
    | NoteSource
    | DenySource
    | RejectChange
    | Approve
    | Withdraw
    | Land
    | CloseReview
)
