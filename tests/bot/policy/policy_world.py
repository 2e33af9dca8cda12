"""A pull request and its surroundings to start from, and a fake forge and store: `apply` makes actions true."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, assert_never

from bot.policy.actions import (
    Action,
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
from bot.policy.candidate import Wishes
from bot.policy.config import Config, parse
from bot.policy.content import Content
from bot.policy.landing_actions import (
    CancelLanding,
    CloseReview,
    DenySource,
    NoteSource,
    QueueLanding,
    RejectChange,
    ReleaseLanding,
    SavePassage,
    StopLanding,
)
from bot.policy.pull import CheckRun, Comment, Hands, Person, PullRequest, Repository, Unknown
from bot.policy.state import State
from scoring.assessment import Assessment, Evidence, Proof, Reason

ANA = Person(1, "ana")  # the author
BEN = Person(2, "ben")  # a colleague who may write
MIA = Person(3, "mia")  # a release manager
BOT = Person(99, "codechill[bot]", bot=True)
HEAD = "a" * 40
PATHS = ("api/session.py",)
WEEKEND = """\
version: 1
timezone: Europe/Berlin
windows:
  - name: Weekend
    level: weekend
    weekly: {from: "Fri 17:00", to: "Mon 08:00"}
escalation:
  managers: ["@acme/release-managers"]
"""
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
GRANTED = {2: frozenset({"write"}), 3: frozenset({"write", "@acme/release-managers"})}


def weekend(more: str = "", mode: str = "enforce") -> Config:
    return parse(f"{WEEKEND}{more}\nmode: {mode}\n")


def pull(**changes: Any) -> PullRequest:
    base = PullRequest(
        repository=Repository(7, "acme/shop", "main", private=True),
        number=5,
        title="Speed up the checkout",
        author=ANA,
        head_sha=HEAD,
        head_ref="speed",
        base_sha="b" * 40,
        base_ref="main",
        draft=False,
        open=True,
        auto_merge=False,
        protected=True,
        updated_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    return replace(base, **changes)


REPAIRED = Reason(
    "repaired_file",
    "3 of the last 12 changes to {subject} were later reverted or repaired",
    0.4,
    "api/session.py",
    (Evidence("c" * 40, "d" * 40), Evidence("e" * 40, "f" * 40), Evidence("1" * 40, "2" * 40)),
)


def risk(percentile: float = 0.96, proof: Proof | None = None, **changes: Any) -> Assessment:
    base = Assessment(
        sha=HEAD,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        percentile=percentile,
        probability=0.07,
        base_rate=0.016,
        reasons=(REPAIRED,),
        suggestions=(),
        model="shipped-2026.11",
        reference=500,
        labelled=38,
        proof=proof,
    )
    return replace(base, **changes)


def state(percentile: float | None = 0.96, proof: Proof | None = None, **changes: Any) -> State:
    of_pull = {key: changes.pop(key) for key in list(changes) if key in PullRequest.__slots__}
    base = State(
        pull=pull(**of_pull),
        risk=None if percentile is None else risk(percentile, proof),
        content=changed(paths=changes.pop("paths", PATHS)),
        hands=Hands(),
        granted=GRANTED,
    )
    return replace(base, **changes)


def changed(name: str = "patch-1", paths: tuple[str, ...] | Unknown = PATHS) -> Content | Unknown:
    return paths if isinstance(paths, Unknown) else Content(name, paths)


def said(body: str, by: Person = ANA, number: int = 100, **changes: Any) -> Comment:
    return Comment(number, by, body, datetime(2026, 11, 21, 11, tzinfo=UTC), **changes)


def apply(before: State, actions: Iterable[Action]) -> State:
    """What a forge and a store that do as they are told look like afterwards."""
    after = before
    for action in actions:
        after = _apply(after, action)
    return after


def _apply(before: State, action: Action) -> State:
    here = before.pull
    match action:
        case SetCheck():
            status = "in_progress" if action.conclusion is None else "completed"
            check = CheckRun(1, action.head_sha, status, action.conclusion, action.digest, name=action.name)
            ours = {run.name: run for run in (here.check, *here.other_checks) if run is not None}
            return replace(before, pull=here.showing(ours | {action.name: check}))
        case PutComment():
            ours = Comment(9, BOT, "card", here.updated_at, digest=action.card.digest())
            return replace(before, pull=replace(here, comment=ours))
        case RemoveComment(comment):
            spare = tuple(each for each in here.spare if each != comment)
            return replace(before, pull=replace(here, spare=spare))
        case AskReview(who):
            return replace(before, pull=replace(here, asked=(*here.asked, who)))
        case SetLabel(name, on):
            labels = here.labels | {name} if on else {each for each in here.labels if each.lower() != name}
            return replace(before, pull=replace(here, labels=frozenset(labels)))
        case Reply():
            answered = here.replied_to | ({action.comment} if action.comment is not None else set())
            return replace(before, pull=replace(here, replied_to=answered), notes=before.notes | {action.key})
        case SaveEscalation(escalation):
            others = [one for one in before.escalations if one.id != escalation.id]
            return replace(before, escalations=(*others, escalation))
        case SaveAttestation():
            return replace(before, attested=before.attested | {action.head_sha})
        case SavePassage() | QueueLanding() | CancelLanding() | StopLanding() | ReleaseLanding():
            return _auto_review(before, action)
        case (
            React()
            | SaveFeedback()
            | Rescore()
            | StartFreeze()
            | EndFreeze()
            | ReportIncident()
            | RuleClaim()
            | NoteSource()
            | CloseReview()
            | RejectChange()
            | DenySource()
        ):
            return before
        case _:
            assert_never(action)


def _auto_review(
    before: State, action: SavePassage | QueueLanding | CancelLanding | StopLanding | ReleaseLanding
) -> State:
    match action:
        case SavePassage(decided):
            return replace(before, recorded=decided.digest)
        case QueueLanding(waiting):
            return replace(before, waiting=waiting)
        case CancelLanding():
            return replace(before, waiting=None)
        case StopLanding(stop):
            return replace(before, wishes=replace(before.wishes, stop=stop))
        case ReleaseLanding(heard, consent):
            given = consent or before.wishes.consent
            return replace(before, wishes=Wishes(None, given, before.wishes.heard | heard))
        case _:
            assert_never(action)
