"""What a person should see: the score, what holds the change and until when, and the ways out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.policy import approval, words
from bot.policy.calendar import InForce
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.opinion import Opinion, Verdict
from bot.policy.rules import gate
from bot.policy.rules.gate import somebody_unknown
from bot.policy.show import advice, landing
from bot.policy.show.views import Advice, Ask, Card, Gate, Tone
from bot.policy.standing import among_riskiest, is_exempt, is_waiting, latest, stretches, would_hold
from bot.policy.state import Failure, State
from bot.policy.verdict import held_by, is_proven
from scoring.assessment import Assessment

AskState = Literal["asked", "approved", "denied", "void", "expired"]
NOTICE_AHEAD = timedelta(hours=12)
NOTHING_STANDS_OUT = "No single thing in this change stands out; many small ones add up."
MOST_CHANGES = 20  # of settings that are listed; the sentence above them counts all


@dataclass(frozen=True, slots=True)
class _View:
    """What every part of the card is made from."""

    state: State
    opinions: tuple[Opinion, ...]
    config: Config
    now: datetime
    lifted_by: Escalation | None
    stretch: InForce
    holding: tuple[Opinion, ...]

    @property
    def percentile(self) -> float | None:
        return self.state.risk.percentile if self.state.risk else None

    @property
    def until(self) -> datetime | None:
        """When it lands again; None when something that holds now has no end in sight."""
        ends = [opinion.until for opinion in self.holding]
        known = [end for end in ends if end is not None]
        last = latest(known) if known and len(known) == len(ends) else None
        free = landing.free_from(last, self.state, self.config, self.now) if self.holding else None
        return free.astimezone(ZoneInfo(_zone(self))) if free else None


def build(state: State, opinions: tuple[Opinion, ...], config: Config, now: datetime) -> Card:
    lifted_by = approval.approved(state, config, now)
    stretch = next(stretches(state, config, now))
    view = _View(state, opinions, config, now, lifted_by, stretch, held_by(opinions, lifted_by))
    risk = state.risk
    why = risk.reasons if risk and _is_explained(view) else ()
    return Card(
        tone=_tone(view),
        headline=words.capital(_headline(view)),
        lead=" ".join(sentence for sentence in _lead(view) if sentence),
        gate=_gate(view),
        percentile=view.percentile,
        probability=risk.probability if risk else None,
        base_rate=risk.base_rate if risk else None,
        reasons=why,
        because=NOTHING_STANDS_OUT if _is_explained(view) and not why else "",
        suggestions=_advice(view),
        proof=risk.proof if risk else None,
        parts=risk.parts if risk else (),
        ask=_ask(view),
        failure=state.failure if risk is None else None,
        problems=(*state.problems, *state.proposed, *config.problems, *config.notes),
        warnings=state.warnings,
        changes=state.changes[:MOST_CHANGES],
        model=risk.model if risk else "",
        reference=risk.reference if risk else 0,
        labelled=risk.labelled if risk else 0,
        details_url=state.details_url,
        page=state.page,
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


def _is_explained(view: _View) -> bool:
    """What ranks high, or is held for its rank, is explained; what is proven harmless or ranks low is not."""
    if view.percentile is None or is_proven(view.opinions):
        return False
    return view.percentile >= view.config.notice or _is_held_for_its_rank(view)


def _is_held_for_its_rank(view: _View) -> bool:
    return [opinion.rule for opinion in view.holding] == [gate.NAME] and 0 < view.stretch.share < 1


def _advice(view: _View) -> tuple[Advice, ...]:
    risk = view.state.risk
    if risk is None or not _is_explained(view):
        return ()
    if _is_held_for_its_rank(view):
        return tuple(advice.freeing(risk, view.stretch.share))
    return () if view.holding else tuple(advice.easing(risk, view.config.levels))


def _tone(view: _View) -> Tone:
    if view.config.mode == "shadow":
        return "shadow"
    if any(opinion.firm for opinion in view.holding):
        return "misconfigured"
    if is_waiting(view.state):
        return "waiting"
    if view.holding:
        return "held"
    if view.state.risk is None:
        return "failed"
    quiet = (view.state.risk.percentile < view.config.notice and not _ahead(view)) or is_proven(view.opinions)
    return "quiet" if quiet and view.lifted_by is None else "free"


def _headline(view: _View) -> str:
    ranked = "" if view.percentile is None else words.riskier(view.percentile)
    if any(opinion.firm for opinion in view.holding):
        return (
            "Held: it would break the configuration"
            if view.state.proposed
            else "Held until the configuration is mended"
        )
    if is_waiting(view.state):
        return "Waiting for the score"
    unscored = "this change could not be scored"
    if view.holding:
        return f"{_held(view)} · {ranked or unscored}"
    if view.lifted_by is not None and _gated(view):
        ends = landing.lifted_until(view.lifted_by, view.state, view.config, view.now)
        return f"Exception approved{_until(ends, view)} · {ranked or unscored}"
    return f"{ranked or unscored} · free to land"


def _held(view: _View) -> str:
    held = "held" if view.config.mode == "enforce" else "would be held"
    return f"{held}{_until(view.until, view) or ' until further notice'}"


def _until(moment: datetime | None, view: _View) -> str:
    if moment is None:
        return ""
    return f" until {words.when(moment.astimezone(ZoneInfo(_zone(view))))}"


def _zone(view: _View) -> str:
    return view.stretch.window.zone if view.stretch.window else view.config.timezone


def _gated(view: _View) -> bool:
    return any(opinion.verdict is Verdict.BLOCK for opinion in view.opinions)


def _lead(view: _View) -> Iterator[str]:
    yield from (opinion.words for opinion in _worth_saying(view))
    if view.state.failure is not None:
        yield _unscored(view) if view.state.risk is None else _not_again(view.state.failure)
    if view.holding and not any(opinion.firm for opinion in view.holding):
        yield _ways_out(view)
    if view.holding and view.config.mode in ("comment", "advise"):
        yield "This repository only advises: nothing stops you."
    if not view.holding:
        yield _ahead(view)
    yield view.state.proposal
    if any(problem.last_good for problem in view.state.problems):
        yield "The configuration has a problem; its last valid version stays in force."


def _worth_saying(view: _View) -> tuple[Opinion, ...]:
    """What holds it; when nothing does, what keeps it free."""
    if view.holding:
        return view.holding
    return tuple(opinion for opinion in view.opinions if opinion.verdict is Verdict.PASS)


def _ways_out(view: _View) -> str:
    if is_waiting(view.state):
        return ""
    wait = "You can wait until then" if view.until else "You can wait until it ends"
    lower = ", make it safer" if _safer_helps(view) else ""
    most, one = ("three", " and get one approval") if somebody_unknown(view.state) else ("two", "")
    extra = {
        "extra_review": f", get {most} approvals of this head from people who had no hand in it",
        "author_attest": f", attest with `/chill attest` that it was reviewed adequately{one}",
    }.get(view.config.gate.action_at(view.stretch.level), "")
    return f"{wait}{lower}{extra}, or ask for an exception."


def _safer_helps(view: _View) -> bool:
    """A lower score lets it land: the score alone holds it, and not every change is held."""
    by_score = all(opinion.rule == gate.NAME for opinion in view.holding)
    return view.state.risk is not None and by_score and view.stretch.share < 1


def _unscored(view: _View) -> str:
    failure = view.state.failure
    own = failure is not None and failure.cause == "change"
    levels = [
        name
        for name, share in view.config.levels.items()
        if (share > 0 if own else view.config.gate.on_error_at(name, share) == "closed")
    ]
    stays = f" While {words.listed(levels)} is in force it stays held." if levels else ""
    again = " `/chill refresh` tries again." if failure and failure.retry else ""
    return f"codechill could not score this change: {failure.words if failure else ''}.{stays}{again}"


def _not_again(failure: Failure) -> str:
    return (
        f"codechill could not look at this change again: {failure.words}. Its last score stands, it is looked at "
        "again within the hour, and `/chill refresh` does it now."
    )


def _ahead(view: _View) -> str:
    """Told hours before: a window that would hold this change opens soon."""
    if is_proven(view.opinions) or is_waiting(view.state) or is_exempt(view.state, view.config):
        return ""
    ahead = stretches(view.state, view.config, view.now)
    coming = next((later for later in ahead if would_hold(view.state, view.config, later)), None)
    if coming is None or coming.since is None or not view.now < coming.since <= view.now + NOTICE_AHEAD:
        return ""
    free = next((later.since for later in ahead if not would_hold(view.state, view.config, later)), None)
    until = f" until {words.when(free)}" if free else ""
    name = coming.window.name if coming.window else coming.level
    return f"From {words.when(coming.since)}{until} {name} would hold it back: land it before, or plan for after."


def _gate(view: _View) -> Gate | None:
    """The window in force when it bears on this change."""
    window = view.stretch.window
    if window is None or not _gated(view):
        return None
    return Gate(
        window=window.name,
        level=window.level,
        share=window.share,
        action=view.config.gate.action_at(window.level),
        until=view.until or window.until,
        base_ref=view.state.pull.base_ref,
    )


def _ask(view: _View) -> Ask | None:
    last = approval.latest(view.state)
    liftable = any(not opinion.firm for opinion in view.holding)
    if not liftable and last is None:
        return None
    reasons, managers = tuple(view.config.escalation.reasons), approval.managers(view.state, view.config)
    if last is None:
        return Ask(reasons, managers)
    state, said = _became(last, view)
    if not liftable and state in ("denied", "void", "expired"):
        return None  # nothing to ask for, and no longer of interest
    return Ask(reasons, managers, state, said, approval.repeatable(last.answer or last.text, view.state))


def _about_now(last: Escalation, view: _View) -> bool:
    return approval.about_now(last, view.state, view.config, view.now)


def _window(last: Escalation) -> str:
    return words.code(last.window) if last.window else "no window"


def _again(view: _View) -> str:
    """An approval that counts again once a freeze that came between is over."""
    counts = view.until is not None and approval.approved(view.state, view.config, view.until) is not None
    return f" It counts again{_until(view.until, view).replace(' until', ' from')}." if counts else ""


def _became(last: Escalation, view: _View) -> tuple[AskState, str]:
    fallen = approval.lapse(last, view.state, view.now) if last.state in ("asked", "approved") else None
    state: AskState = fallen[0] if fallen else last.state
    if state in ("asked", "approved") and view.holding and not _about_now(last, view):
        was = "asked for" if state == "asked" else "approved"
        said = f"The exception was {was} under {_window(last)}; what holds the change now needs its own."
        return "expired", f"{said}{_again(view)}"
    answered = words.code(last.answered_by.login) if last.answered_by else "a manager"
    match state:
        case "asked":
            said = f"{words.code(last.by.login)} asks for an exception ({words.code(last.reason)})."
        case "approved":
            carried = "" if last.head_sha == view.state.pull.head_sha else " It carries over: the content is the same."
            said = f"Approved by {answered} for {words.code(last.reason)}.{carried}"
        case "denied":
            said = f"Denied by {answered}."
        case "void":
            why = fallen[1] if fallen else last.ended_because or "it changed since"
            said = f"The exception no longer holds: {why}."
        case _:
            said = "The exception has expired with its window."
    return state, said
