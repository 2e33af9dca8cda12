"""What should be true of changes that review and land themselves, as data: from the decision to the landing."""

from dataclasses import dataclass
from typing import ClassVar

from bot.policy.candidate import Consent, DayPlace, DeferredReview, SourceKey, Stop, StopRule, Trust, Waiting
from bot.policy.gatekeeping import Gatekeeping, Method
from bot.policy.phases import Owner, Phase
from bot.policy.pull import Person
from bot.policy.radar.record import Decided
from bot.policy.state import State


@dataclass(frozen=True, slots=True)
class SavePassage:
    """What automatic review decided, where that is another decision than the last: a row of the ledger."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    decided: Decided

    def holds(self, state: State) -> bool:
        return self.decided.digest == state.recorded


@dataclass(frozen=True, slots=True)
class QueueLanding:
    """Let it wait to land by itself: it begins, or goes on with another head of the same content."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    waiting: Waiting

    def holds(self, state: State) -> bool:
        return self.waiting == state.waiting


@dataclass(frozen=True, slots=True)
class CancelLanding:
    """It does not wait to land any more. `rule` names why, as in the ledger."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    rule: str

    def holds(self, state: State) -> bool:
        return state.waiting is None


@dataclass(frozen=True, slots=True)
class StopLanding:
    """Keep that somebody does not want it to land by itself; what was said outright is not replaced by less."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("commands", "auto_review", "landing")

    stop: Stop

    def holds(self, state: State) -> bool:
        present = state.wishes.stop
        return present is not None and not self.stop.outranks(present)


@dataclass(frozen=True, slots=True)
class ReleaseLanding:
    """A person takes back what stopped it, having read the remarks `heard`; `consent`: its author lets it land."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("commands", "auto_review")

    heard: frozenset[str]
    consent: Consent | None = None
    by: Person | None = None

    def holds(self, state: State) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Approve:
    """A review of the landing App that approves just this head; done once for each."""

    phase: ClassVar[Phase] = Phase.KEPT
    owners: ClassVar[tuple[Owner, ...]] = ("landing",)

    head_sha: str
    base_ref: str
    words: str  # of the review; ours

    def holds(self, state: State) -> bool:
        gate = state.gatekeeping
        return isinstance(gate, Gatekeeping) and gate.head_sha == self.head_sha and gate.approval is not None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An approval of the landing App counts no longer: nothing waits to land with it."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("landing",)

    review: int
    words: str

    def holds(self, state: State) -> bool:
        return all(each.number != self.review or each.state != "approved" for each in state.pull.reviews)


@dataclass(frozen=True, slots=True)
class Land:
    """Merge just this head now, or put it into the merge queue (`method` None); it takes a place of its day."""

    phase: ClassVar[Phase] = Phase.LANDED
    owners: ClassVar[tuple[Owner, ...]] = ("landing",)

    head_sha: str
    base_ref: str
    base_sha: str
    method: Method | None
    place: DayPlace

    def holds(self, state: State) -> bool:
        return not state.pull.open


@dataclass(frozen=True, slots=True)
class CloseReview:
    """The review that was put off until after the landing is done."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("commands",)

    review: DeferredReview

    def holds(self, state: State) -> bool:
        return self.review == state.deferred


@dataclass(frozen=True, slots=True)
class NoteSource:
    """Keep that this change is one of a source: what becomes of it counts for the source's record."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    key: SourceKey
    author: Person

    def holds(self, state: State) -> bool:
        return isinstance(state.trust, Trust) and state.trust.noted


@dataclass(frozen=True, slots=True)
class RejectChange:
    """A person said no to a change of a source: it counts against the source, once."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    by: Person | None
    how: StopRule

    def holds(self, state: State) -> bool:
        return isinstance(state.trust, Trust) and state.trust.rejected


@dataclass(frozen=True, slots=True)
class DenySource:
    """Nothing of a source lands any more until a person lifts that: it touched what no machine may touch."""

    phase: ClassVar[Phase] = Phase.SAID
    owners: ClassVar[tuple[Owner, ...]] = ("auto_review",)

    key: SourceKey
    because: str  # from outside, escape when shown

    def holds(self, state: State) -> bool:
        return isinstance(state.trust, Trust) and bool(state.trust.denied)
