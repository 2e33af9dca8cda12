"""Changes that may review and land themselves: the decision is kept, the queue follows it, and the check says it.

Shadow writes nothing but the record. Suggest says it. Only enforce lets anything wait to land.
"""

from collections.abc import Iterable

from bot.policy.actions import Button, Conclusion, Reply, SetCheck, SetLabel
from bot.policy.candidate import Stop, StopRule, Trust, Waiting
from bot.policy.case import Case
from bot.policy.events import Changed, Event, Labelled
from bot.policy.landing_actions import (
    CancelLanding,
    DenySource,
    NoteSource,
    QueueLanding,
    RejectChange,
    ReleaseLanding,
    SavePassage,
    StopLanding,
)
from bot.policy.pull import AUTO_REVIEW
from bot.policy.radar import objections
from bot.policy.radar.record import decided
from bot.policy.radar.stages import eligible
from bot.policy.radar.strength import mode, source_of
from bot.policy.responses import commands
from bot.policy.show import landing

STOP = Button("Stop landing", "A person looks at it first", "stop-landing")
SHIP = Button("Let it land", "By itself, once the delay is over", "ship")
WAIT = Button("Wait for a reviewer", "It does not land by itself", "wait")


REJECTIONS: frozenset[StopRule] = frozenset({"hold", "review", "label", "changes_requested"})
Wanted = (
    SavePassage
    | QueueLanding
    | CancelLanding
    | StopLanding
    | ReleaseLanding
    | NoteSource
    | DenySource
    | RejectChange
    | SetCheck
    | SetLabel
    | Reply
)


def respond(case: Case, event: Event | None) -> Iterable[Wanted]:
    if case.config.auto_review.mode == "off":
        yield from _cancelled(case, "mode", answered=False)
        return
    if case.waiting:
        return
    yield from _of_source(case)
    yield SavePassage(decided(case.state, case.config, case.passage))
    answered = _answered(case, event)
    yield from _objections(case, event, answered=answered)
    yield from _queue(case, answered=answered)
    if mode(case.state, case.config) in ("suggest", "enforce"):
        number = case.pull.number
        yield SetCheck(case.pull.head_sha, _conclusion(case), landing.card(case), _buttons(case), AUTO_REVIEW, number)
        # the card says why (show/card); what lands by itself needs no suggestion
        yield SetLabel(case.config.auto_review.suggest_label, bool(landing.suggested(case)))


def _of_source(case: Case) -> Iterable[NoteSource | DenySource | RejectChange]:
    """What becomes of it is told of its source."""
    trust, source = case.state.trust, source_of(case.state, case.config)
    if not isinstance(trust, Trust) or source is None:
        return
    yield NoteSource(trust.key, case.pull.author)
    touched = (case.passage.stage, case.passage.answer.rule) == (eligible.STAGE.name, eligible.SENSITIVE)
    if touched and case.config.auto_review.gates.sensitive_path == "deny":
        yield DenySource(trust.key, f"#{case.pull.number}: {case.passage.answer.why}")
    stop = objections.current(case.state, case.config)
    if trust.noted and stop is not None and stop.rule in REJECTIONS and stop.by != case.pull.author:
        yield RejectChange(stop.by, stop.rule)


def _answered(case: Case, event: Event | None) -> bool:
    """What happened is a word that stops it or lets it go on: its answer tells what comes of it, and what was said
    before it is heard."""
    return any(isinstance(each, StopLanding | ReleaseLanding) for each in commands.respond(case, event))


def _queue(case: Case, *, answered: bool) -> Iterable[QueueLanding | CancelLanding | Reply]:
    match case.landing:
        case Waiting() as waiting:
            yield QueueLanding(waiting)
        case refusal:
            yield from _cancelled(case, refusal.rule, answered=answered)


def _cancelled(case: Case, rule: str, *, answered: bool) -> Iterable[CancelLanding | Reply]:
    """Told once: who expects it to land by itself has to hear that it does not."""
    before = case.state.waiting
    if before is None:
        return
    yield CancelLanding(rule)
    if case.config.mode != "shadow" and not answered and rule not in TOLD_BY_ANSWER:
        said = landing.card(case)
        yield Reply(f"landing:{before.since.isoformat()}", f"{said.headline}. {said.lead}")


TOLD_BY_ANSWER = frozenset({"hold", "review", "wait", "mode"})


def _objections(case: Case, event: Event | None, *, answered: bool) -> Iterable[StopLanding | ReleaseLanding]:
    """What the forge shows is kept, so that taking it away again does not let it land by itself."""
    stop, present = objections.current(case.state, case.config), case.state.wishes.stop
    if present is not None and present.rule == "label" and _lifted(present, case, event):
        yield ReleaseLanding(frozenset(), by=event.by if isinstance(event, Changed) else None)
    elif stop is not None and present is None and stop.rule != "changes_requested" and not answered:
        by = event.by if stop.rule == "label" and isinstance(event, Labelled | Changed) else stop.by
        yield StopLanding(Stop(stop.rule, by, stop.at))


def _lifted(present: Stop, case: Case, event: Event | None) -> bool:
    """The label was taken off by a person, or by the bot that had put it on."""
    off = isinstance(event, Changed) and event.what == "unlabeled"
    by = event.by if isinstance(event, Changed) else None
    if not off or by is None or case.config.auto_review.hold_label in {each.lower() for each in case.pull.labels}:
        return False
    return not by.bot or (present.by is not None and present.by.id == by.id)


def _conclusion(case: Case) -> Conclusion | None:
    """It never fails: without it a person looks, as ever."""
    answer = case.passage.answer
    if answer.outcome == "waits" and answer.until is None:  # nobody sees a check run for a week
        return None
    return "success" if isinstance(case.landing, Waiting) else "neutral"


def _buttons(case: Case) -> tuple[Button, ...]:
    if mode(case.state, case.config) != "enforce":
        return ()
    match case.landing:
        case Waiting():
            return (STOP,)
        case refusal if refusal.rule == "nobody_ships_it":
            return SHIP, WAIT
        case refusal if refusal.stop is not None and refusal.stop.rule not in ("changes_requested", "label"):
            return (SHIP,)
        case _:
            return ()
