"""Make actions true, on the forge and in the store, and say what became of each.

One handler a kind of action; the type checker proves that none is missing, so nothing is called done that nobody did.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.forge.port import Forge, ForgeAction, ReadOnly, Refused, Target
from bot.line.landing import DONE, Steps
from bot.policy.actions import (
    Action,
    Ask,
    AskReview,
    EndFreeze,
    PutComment,
    React,
    RemoveComment,
    Reply,
    ReportIncident,
    Rescore,
    RuleClaim,
    SaveAttestation,
    SaveEscalation,
    SaveFeedback,
    SetCheck,
    SetLabel,
    StartFreeze,
)
from bot.policy.incidents.claim import Claim
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
from bot.policy.pull import CheckRun, PullRequest
from bot.policy.state import Question
from bot.store import (
    Assessments,
    Claims,
    DeferredReviews,
    Exceptions,
    FeedbackLog,
    Freezes,
    LandingQueue,
    Notes,
    Passages,
    Sourced,
    Sources,
)
from bot.store.sourced import SourcedChange
from bot.store.sources import OURS

NO_LANDING = "nothing lands by itself here"
NOBODY = "nobody here answers such a question"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action, for the audit log."""

    action: Action
    words: str  # DONE, or why not
    number: int | None = None  # of the check run or comment that shows it


@dataclass(frozen=True, slots=True)
class Changeable:
    """What actions change in the store."""

    exceptions: Exceptions
    feedback: FeedbackLog
    assessments: Assessments
    freezes: Freezes
    notes: Notes
    claims: Claims
    passages: Passages
    landing_queue: LandingQueue
    sourced: Sourced
    sources: Sources
    deferred_reviews: DeferredReviews


class Performer:
    """`ask` has a question about a pull request answered by a job; asked twice it is answered once. `report` has what
    somebody says of an incident taken in by a job."""

    def __init__(
        self,
        forge: Forge,
        store: Changeable,
        clock: Callable[[], datetime],
        ask: Callable[[Target, int, Question], None] | None = None,
        report: Callable[[Target, Report], None] = lambda target, report: None,
        steps: Steps | None = None,
    ) -> None:
        self._steps = steps
        self._forge = forge
        self._ask, self._report = ask, report
        self._store = store
        self._clock = clock

    def perform(self, target: Target, pull: PullRequest, actions: Iterable[Action]) -> Iterator[Outcome]:
        """One after the other, in the order of their phases; each outcome is there once its action is done.

        Raises ForgeError kinds other than Refused: what comes after is not done then.
        """
        for action in sorted(actions, key=lambda action: action.phase):
            yield self._handle(target, pull, action)

    def all(self, target: Target, pull: PullRequest, actions: Iterable[Action]) -> tuple[Outcome, ...]:
        return tuple(self.perform(target, pull, actions))

    def on_commit(self, target: Target, check: SetCheck) -> Outcome:
        """On a commit that is no pull request's head: a merge group."""
        try:
            self._forge.check_commit(target, check)
        except ReadOnly as error:
            return Outcome(check, str(error))
        return Outcome(check, DONE)

    def _handle(self, target: Target, pull: PullRequest, action: Action) -> Outcome:
        match action:
            case SetCheck() | PutComment() | RemoveComment() | React() | SetLabel() | AskReview():
                return self._on_forge(target, pull, action)
            case Reply():
                outcome = self._on_forge(target, pull, action)
                self._store.notes.add(target.repository_id, pull.number, action.key, at=self._clock())
                return outcome
            case SaveEscalation() | SaveAttestation() | SaveFeedback() | Rescore() | StartFreeze() | EndFreeze():
                self._keep((target.repository_id, pull.number), action)
                return Outcome(action, DONE)
            case NoteSource() | DenySource() | RejectChange() | CloseReview():
                self._remember((target.repository_id, pull.number), action)
                return Outcome(action, DONE)
            case SavePassage() | QueueLanding() | CancelLanding() | StopLanding() | ReleaseLanding():
                self._auto_review((target.repository_id, pull.number), action)
                return Outcome(action, DONE)
            case Approve() | Withdraw() | Land():
                return Outcome(action, self._stepped(target, pull, action))
            case ReportIncident():
                self._report(target, action.report)
                return Outcome(action, DONE)
            case RuleClaim():
                return Outcome(action, self._rule(action))
            case Ask():
                return Outcome(action, self._asked(target, pull.number, action.question))
            case _:
                assert_never(action)

    def _stepped(self, target: Target, pull: PullRequest, action: Approve | Withdraw | Land) -> str:
        return NO_LANDING if self._steps is None else self._steps.take(target, pull, action)

    def _asked(self, target: Target, number: int, question: Question) -> str:
        if self._ask is None:
            return NOBODY
        self._ask(target, number, question)
        return DONE

    def _rule(self, action: RuleClaim) -> str:
        def ruled(claim: Claim) -> Claim:
            return action.ruling.on(claim, by=action.by.login, reason=action.reason, at=action.at)

        try:
            self._store.claims.rule(action.claim, ruled, at=self._clock())
        except (LookupError, ValueError) as problem:  # somebody was faster
            return str(problem)
        return DONE

    def _keep(
        self,
        key: tuple[int, int],
        action: SaveEscalation | SaveAttestation | SaveFeedback | Rescore | StartFreeze | EndFreeze,
    ) -> None:
        now, repository = self._clock(), key[0]
        match action:
            case SaveEscalation():
                self._store.exceptions.save(*key, action.escalation, at=now)
            case SaveAttestation():
                self._store.exceptions.attest(*key, action.head_sha, action.by, at=now)
            case SaveFeedback():
                self._store.feedback.save(*key, action.head_sha, action.by, action.useful, action.text, at=now)
            case Rescore():
                self._store.assessments.forget(*key, action.head_sha)
            case StartFreeze():
                self._store.freezes.save(repository, action.freeze, at=now)
            case EndFreeze():
                for freeze in self._store.freezes.of(repository, action.at):
                    if freeze.id == action.id:
                        self._store.freezes.save(repository, replace(freeze, end=action.at), at=now)
            case _:
                assert_never(action)

    def _remember(self, key: tuple[int, int], action: NoteSource | DenySource | RejectChange | CloseReview) -> None:
        """What is kept of a source, and of a review that was put off."""
        now = self._clock()
        match action:
            case NoteSource():
                self._store.sourced.note(SourcedChange(*key, action.key, action.author.id, now))
            case DenySource(of, because):
                self._store.sources.deny(of, by=OURS, because=because, at=now)
            case RejectChange(by, how):
                self._store.sourced.reject(*key, by=by.login if by else "", how=how, at=now)
            case CloseReview(review):
                self._store.deferred_reviews.close(*key, review, at=now)
            case _:
                assert_never(action)

    def _auto_review(
        self,
        key: tuple[int, int],
        action: SavePassage | QueueLanding | CancelLanding | StopLanding | ReleaseLanding,
    ) -> None:
        now, queue = self._clock(), self._store.landing_queue
        match action:
            case SavePassage():
                self._store.passages.save(*key, action.decided, at=now)
            case QueueLanding():
                queue.put(*key, action.waiting, at=now)
            case CancelLanding():
                queue.cancel(*key, action.rule, at=now)
            case StopLanding():
                queue.stop(*key, action.stop, at=now)
            case ReleaseLanding():
                queue.release(*key, action.heard, action.consent, action.by, at=now)
            case _:
                assert_never(action)

    def _on_forge(self, target: Target, pull: PullRequest, action: ForgeAction) -> Outcome:
        try:
            return Outcome(action, DONE, self._forge.perform(target, pull, action))
        except Refused as error:  # one refused action must not keep the others from being performed
            return Outcome(action, str(error))


def checks_after(pull: PullRequest, outcomes: Iterable[Outcome]) -> dict[str, CheckRun]:
    """Our check runs by name when these are done: what was just written is not asked for."""
    before = {run.name: run for run in (pull.check, *pull.other_checks) if run is not None}
    return before | {
        action.name: action.run(number)
        for action, number in ((outcome.action, outcome.number) for outcome in outcomes)
        if isinstance(action, SetCheck) and number is not None
    }
