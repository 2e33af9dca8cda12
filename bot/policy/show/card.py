"""What a person should see: the score, what holds the change and until when, and the ways out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from bot.policy.case import Case
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.managers import managers
from bot.policy.opinion import Opinion, Verdict
from bot.policy.rules import configuration, gate
from bot.policy.rules.gate import somebody_unknown
from bot.policy.show import advice, landing
from bot.policy.standing import approval
from bot.policy.standing.level import among_riskiest, is_exempt, stretches, would_hold
from bot.policy.state import Failure
from bot.policy.text import words
from bot.policy.views import Advice, Ask, Card, Gate, Tone
from scoring.assessment import Assessment

AskState = Literal["asked", "approved", "denied", "void", "expired"]
NOTICE_AHEAD = timedelta(hours=12)
NOTHING_STANDS_OUT = "No single thing in this change stands out; many small ones add up."
MOST_CHANGES = 20  # of settings that are listed; the sentence above them counts all


def build(case: Case) -> Card:
    risk = case.risk
    why = risk.reasons if risk and _is_explained(case) else ()
    return Card(
        tone=_tone(case),
        headline=words.capital(_headline(case)),
        lead=" ".join(sentence for sentence in _lead(case) if sentence),
        by_itself=landing.suggested(case),
        gate=_gate(case),
        percentile=case.percentile,
        probability=risk.probability if risk else None,
        base_rate=risk.base_rate if risk else None,
        reasons=why,
        because=NOTHING_STANDS_OUT if _is_explained(case) and not why else "",
        suggestions=_advice(case),
        proof=risk.proof if risk else None,
        parts=risk.parts if risk else (),
        ask=_ask(case),
        failure=case.state.failure if risk is None else None,
        problems=(*case.state.problems, *case.state.proposed, *case.config.problems, *case.config.notes),
        warnings=case.state.warnings,
        changes=case.state.changes[:MOST_CHANGES],
        model=risk.model if risk else "",
        reference=risk.reference if risk else 0,
        labelled=risk.labelled if risk else 0,
        page=case.state.page,
    )


def scored(risk: Assessment, config: Config) -> Card:
    """The card of a change that is no pull request: what its score says, and at which levels it would be held."""
    proven = risk.proof is not None and risk.proof.level == "P"
    explained = not proven and risk.percentile >= config.notice
    why = risk.reasons if explained else ()
    holding = [
        name for name, share in config.levels.items() if 0 < share < 1 and among_riskiest(risk.percentile, share)
    ]
    held = f"held at level {words.listed(holding)}" if holding and not proven else "held at no level"
    return Card(
        tone="free" if explained else "quiet",
        headline=words.capital(f"{words.riskier(risk.percentile)} · {held}"),
        percentile=risk.percentile,
        probability=risk.probability,
        base_rate=risk.base_rate,
        reasons=why,
        because=NOTHING_STANDS_OUT if explained and not why else "",
        suggestions=tuple(advice.easing(risk, config.levels)) if explained else (),
        proof=risk.proof,
        parts=risk.parts,
        model=risk.model,
        reference=risk.reference,
        labelled=risk.labelled,
    )


def _is_explained(case: Case) -> bool:
    """What ranks high, or is held for its rank, is explained; what is proven harmless or ranks low is not."""
    if case.percentile is None or case.proven:
        return False
    return case.percentile >= case.config.notice or _is_held_for_its_rank(case)


def _is_held_for_its_rank(case: Case) -> bool:
    return [opinion.rule for opinion in case.holding] == [gate.NAME] and 0 < case.in_force.share < 1


def _advice(case: Case) -> tuple[Advice, ...]:
    risk = case.risk
    if risk is None or not _is_explained(case):
        return ()
    if _is_held_for_its_rank(case):
        return tuple(advice.freeing(risk, case.in_force.share))
    return () if case.holding else tuple(advice.easing(risk, case.config.levels))


def _tone(case: Case) -> Tone:
    if case.config.mode == "shadow":
        return "shadow"
    if case.firm is not None and case.firm.rule == configuration.NAME:
        return "misconfigured"
    if case.waiting:
        return "waiting"
    if case.holding:
        return "held"
    if case.risk is None:
        return "failed"
    quiet = (case.risk.percentile < case.config.notice and not _ahead(case)) or case.proven
    return "quiet" if quiet and case.exception is None else "free"


def _headline(case: Case) -> str:
    ranked = "" if case.percentile is None else words.riskier(case.percentile)
    if case.firm is not None:
        return f"{_held(case)}{case.firm.firm}"
    if case.waiting:
        return "Waiting for the score"
    unscored = "this change could not be scored"
    if case.holding:
        return f"{_held(case)}{_until(case.free_at, case) or ' until further notice'} · {ranked or unscored}"
    if case.exception is not None and _gated(case):
        return f"Exception approved{_until(case.lifted_until, case)} · {ranked or unscored}"
    return f"{ranked or unscored} · free to land"


def _held(case: Case) -> str:
    return "held" if case.config.mode == "enforce" else "would be held"


def _until(moment: datetime | None, case: Case) -> str:
    if moment is None:
        return ""
    return f" until {words.when(moment.astimezone(ZoneInfo(case.zone)))}"


def _gated(case: Case) -> bool:
    return any(opinion.verdict is Verdict.BLOCK for opinion in case.opinions)


def _lead(case: Case) -> Iterator[str]:
    yield from (opinion.words for opinion in _worth_saying(case))
    if case.state.failure is not None:
        yield _unscored(case) if case.risk is None else _not_again(case.state.failure)
    if case.holding and case.firm is None:
        yield _ways_out(case)
    if case.holding and case.config.mode in ("comment", "advise"):
        yield "This repository only advises: nothing stops you."
    if not case.holding:
        yield _ahead(case)
    yield case.state.proposal
    if any(problem.last_good for problem in case.state.problems):
        yield "The configuration has a problem; its last valid version stays in force."


def _worth_saying(case: Case) -> tuple[Opinion, ...]:
    """What holds it; when nothing does, what keeps it free."""
    if case.holding:
        return case.holding
    return tuple(opinion for opinion in case.opinions if opinion.verdict is Verdict.PASS)


def _ways_out(case: Case) -> str:
    if case.waiting:
        return ""
    wait = "You can wait until then" if case.free_at else "You can wait until it ends"
    lower = ", make it safer" if _safer_helps(case) else ""
    most, one = ("three", " and get one approval") if somebody_unknown(case.state) else ("two", "")
    extra = {
        "extra_review": f", get {most} approvals of this head from people who had no hand in it",
        "author_attest": f", attest with `/chill attest` that it was reviewed adequately{one}",
    }.get(case.config.gate.action_at(case.in_force.level), "")
    return f"{wait}{lower}{extra}, or ask for an exception."


def _safer_helps(case: Case) -> bool:
    """A lower score lets it land: the score alone holds it, and not every change is held."""
    by_score = all(opinion.rule == gate.NAME for opinion in case.holding)
    return case.risk is not None and by_score and case.in_force.share < 1


def _unscored(case: Case) -> str:
    failure = case.state.failure
    authors = failure is not None and failure.cause == "change"
    levels = [
        name
        for name, share in case.config.levels.items()
        if (share > 0 if authors else case.config.gate.on_error_at(name, share) == "closed")
    ]
    stays = f" While {words.listed(levels)} is in force it stays held." if levels else ""
    again = " `/chill refresh` tries again." if failure and failure.retry else ""
    return f"codechill could not score this change: {failure.words if failure else ''}.{stays}{again}"


def _not_again(failure: Failure) -> str:
    return (
        f"codechill could not look at this change again: {failure.words}. Its last score stands, it is looked at "
        "again within the hour, and `/chill refresh` does it now."
    )


def _ahead(case: Case) -> str:
    """Told hours before: a window that would hold this change opens soon."""
    if case.proven or case.waiting or is_exempt(case.state, case.config):
        return ""
    ahead = stretches(case.state, case.config, case.now)
    soon = takewhile(lambda stretch: stretch.since is None or stretch.since <= case.now + NOTICE_AHEAD, ahead)
    coming = next((later for later in soon if would_hold(case.state, case.config, later)), None)
    if coming is None or coming.since is None or coming.since <= case.now:
        return ""
    free = next((later.since for later in ahead if not would_hold(case.state, case.config, later)), None)
    until = f" until {words.when(free)}" if free else ""
    name = coming.window.name if coming.window else coming.level
    return f"From {words.when(coming.since)}{until} {name} would hold it back: land it before, or plan for after."


def _gate(case: Case) -> Gate | None:
    """The window in force when it bears on this change."""
    window = case.in_force.window
    if window is None or not _gated(case):
        return None
    return Gate(
        window=window.name,
        level=window.level,
        share=window.share,
        action=case.config.gate.action_at(window.level),
        until=case.free_at or window.until,
        base_ref=case.pull.base_ref,
    )


def _ask(case: Case) -> Ask | None:
    last = approval.latest(case.state)
    liftable = any(not opinion.firm for opinion in case.holding)
    if not liftable and last is None:
        return None
    reasons, may_answer = tuple(case.config.escalation.reasons), managers(case)
    if last is None:
        return Ask(reasons, may_answer)
    state, said = _became(last, case)
    if not liftable and state in ("denied", "void", "expired"):
        return None  # nothing to ask for, and no longer of interest
    return Ask(reasons, may_answer, state, said, case.repeatable(last.answer or last.text), last.id)


def _about_now(last: Escalation, case: Case) -> bool:
    return approval.about_now(last, case.state, case.config, case.now)


def _window(last: Escalation) -> str:
    return words.code(last.window) if last.window else "no window"


def _again(case: Case) -> str:
    """An approval that counts again once a freeze that came between is over."""
    counts = case.free_at is not None and case.at(case.free_at).exception is not None
    return f" It counts again{_until(case.free_at, case).replace(' until', ' from')}." if counts else ""


def _became(last: Escalation, case: Case) -> tuple[AskState, str]:
    lapse = approval.lapse(last, case.state, case.now) if last.state in ("asked", "approved") else None
    state: AskState = lapse[0] if lapse else last.state
    if state in ("asked", "approved") and case.holding and not _about_now(last, case):
        was = "asked for" if state == "asked" else "approved"
        said = f"The exception was {was} under {_window(last)}; what holds the change now needs its own."
        return "expired", f"{said}{_again(case)}"
    answered = words.code(last.answered_by.login) if last.answered_by else "a manager"
    match state:
        case "asked":
            said = f"{words.code(last.by.login)} asks for an exception ({words.code(last.reason)})."
        case "approved":
            carried = "" if last.head_sha == case.pull.head_sha else " It carries over: the content is the same."
            said = f"Approved by {answered} for {words.code(last.reason)}.{carried}"
        case "denied":
            said = f"Denied by {answered}."
        case "void":
            why = lapse[1] if lapse else last.ended_because or "it changed since"
            said = f"The exception no longer holds: {why}."
        case "expired":
            said = "The exception has expired with its window."
        case _:
            assert_never(state)
    return state, said
