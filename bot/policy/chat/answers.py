"""What each command does, as an answer and the actions that go with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Literal
from zoneinfo import ZoneInfo

from bot.policy import managers
from bot.policy.actions import (
    AskReview,
    EndFreeze,
    ReportIncident,
    Rescore,
    RuleClaim,
    SaveAttestation,
    SaveEscalation,
    SaveFeedback,
    StartFreeze,
)
from bot.policy.case import Case
from bot.policy.config import walltime
from bot.policy.config.freezes import Freeze, joined, name_for, too_long
from bot.policy.escalation import Escalation
from bot.policy.landing_actions import CloseReview, ReleaseLanding, StopLanding
from bot.policy.pull import Person, Unknown
from bot.policy.standing import approval
from bot.policy.standing.level import in_force
from bot.policy.text import words
from bot.policy.text.suggest import nearest

Effect = (  # beside the answer
    SaveEscalation
    | SaveAttestation
    | SaveFeedback
    | Rescore
    | StartFreeze
    | EndFreeze
    | ReportIncident
    | RuleClaim
    | StopLanding
    | ReleaseLanding
    | CloseReview
    | AskReview
)


@dataclass(frozen=True, slots=True)
class Call:
    """One command by one person: what follows its verb, and a name for the comment or the press it came with."""

    id: str
    by: Person
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command. `words` are ours, in Markdown; `quoted` is from outside."""

    words: str
    good: bool = True
    refused: bool = False  # because of who asks
    actions: tuple[Effect, ...] = ()
    quoted: str = ""
    mention: tuple[str, ...] = ()


def not_yours(words: str) -> Answer:
    """`words` name who may."""
    return Answer(words, good=False, refused=True)


def why(case: Case, call: Call) -> Answer:
    card = case.card
    lines = [f"{card.headline}."]
    for window in case.config.calendar.open_at(case.now, case.scope):
        where = f", {words.code(window.file)} line {window.line}" if window.line else ""
        until = f" until {words.when(window.until)}" if window.until else ""
        share = f"{words.code(window.level)} holds back {words.percent(window.share)}"
        lines.append(f"- {words.code(window.name)} is open{until}: {share}{where}")
    rules = [opinion.rule for opinion in case.holding]
    if rules:
        named = words.listed([words.code(rule) for rule in rules], "and")
        lines.append(f"- held by the rule{'s' if len(rules) > 1 else ''} {named}")
    return Answer("\n".join(lines))


def justify(case: Case, call: Call) -> Answer:
    reasons = case.config.escalation.reasons
    reason, _, text = call.rest.partition(" ")
    mine = _own_request(case, call)
    if mine is not None and (reason == mine.reason or not (reason in reasons or nearest(reason, reasons))):
        return _added(mine, text if reason == mine.reason else call.rest, case)
    refusal = _cannot_ask(case, call)
    if refusal:
        return Answer(refusal, good=False)
    if reason not in reasons:
        known = words.listed([words.code(name) for name in reasons])
        meant = nearest(reason, reasons)
        hint = f" Did you mean {words.code(meant)}?" if meant else ""
        return Answer(f"Name a reason first: {known}.{hint}", good=False)
    escalation = _request(case, call, reason, text)
    who = managers.managers(case)
    may = words.capital(managers.who_may(case))
    answer = f"{words.code(call.by.login)} asks for an exception for {words.code(reason)}. "
    answer += f"{may} may answer with `/chill approve` or `/chill deny <why>`."
    if not text:
        answer += f" To say why it cannot wait: `/chill justify {reason} <why>`; it is kept with this request."
    quoted = case.repeatable(escalation.text)
    actions = (SaveEscalation(escalation),)
    return Answer(answer + _apart(text, case), actions=actions, quoted=quoted, mention=who)


def _apart(text: str, case: Case) -> str:
    if not text or case.pull.repository.private:
        return ""
    return " This repository is public, so only the reason is repeated; what must stay private is handed in apart."


def _own_request(case: Case, call: Call) -> Escalation | None:
    """What the same person asked for before and nobody has answered yet."""
    last = approval.latest(case.state)
    waits = last is not None and last.state == "asked" and last.by.id == call.by.id and last.id != call.id
    return last if waits and last is not None and _no_longer(last, case) is None else None


def _added(mine: Escalation, text: str, case: Case) -> Answer:
    """The why that comes in a later comment: kept with the request, which stays the same one."""
    if text in mine.text:
        waiting = f"You asked already; {managers.who_may(case)} may answer."
        return Answer(f"{waiting} `/chill justify {mine.reason} <why>` adds to why it cannot wait.", good=False)
    whole = f"{mine.text} {text}".strip()[:500]
    saved = SaveEscalation(replace(mine, text=whole))
    quoted = case.repeatable(whole)
    return Answer(
        f"Kept with the request for {words.code(mine.reason)}.{_apart(text, case)}", actions=(saved,), quoted=quoted
    )


def _request(case: Case, call: Call, reason: str, text: str) -> Escalation:
    """Bound to everything that is seen now."""
    stretch, risk = case.in_force, case.risk
    ends = stretch.window.until if stretch.window else stretch.until
    return Escalation(
        id=call.id,
        reason=reason,
        text=text[:500],
        by=call.by,
        at=case.now,
        head_sha=case.pull.head_sha,
        content=case.state.content_name,
        window=stretch.window.name if stretch.window else approval.OUTSIDE,
        # in UTC: an ambiguous local time would equal none that comes back from a store
        expires=None if ends is None else ends.astimezone(UTC),
        percentile=risk.percentile if risk else 1.0,
        model=risk.model if risk else "",
    )


def _cannot_ask(case: Case, call: Call) -> str | None:
    holding = case.holding
    if case.waiting:
        return "The change is still being scored; ask again when the score is there."
    if not holding:
        return "Nothing holds this change, so it needs no exception."
    if case.firm is not None:
        return f"An exception cannot lift this. It is held{case.firm.firm}. {case.firm.words}"
    last = approval.latest(case.state)
    if last is not None and last.state == "asked" and last.id != call.id and _no_longer(last, case) is None:
        return f"{words.code(last.by.login)} asked already; {managers.who_may(case)} may answer."
    return None


def approve(case: Case, call: Call) -> Answer:
    return _decided(case, call, "approved")


def deny(case: Case, call: Call) -> Answer:
    if not call.rest:
        return Answer("Say why, so that the author knows: `/chill deny <why>`.", good=False)
    return _decided(case, call, "denied")


def _decided(case: Case, call: Call, became: Literal["approved", "denied"]) -> Answer:
    last = approval.latest(case.state)
    open_to = ("asked", "approved") if became == "denied" else ("asked",)  # an approval can be taken back
    if last is not None and last.state == became and last.answered_by == call.by and not _no_longer(last, case):
        return _answered(last, last, case)  # said again, or its answer was lost
    if last is None or last.state not in open_to:
        return Answer("Nobody is asking for an exception now; `/chill justify <reason> <why>` does.", good=False)
    refusal = managers.why_not(call.by, last, case)
    if refusal:
        return not_yours(refusal)
    lapsed = _no_longer(last, case)
    if lapsed:
        return Answer(lapsed, good=False)
    twice = managers.takes_two(case.state)
    if became == "approved" and twice and last.first in (None, call.by):
        return _approved_once(replace(last, first=call.by), twice, case)
    done = replace(last, state=became, answered_by=call.by, answered_at=case.now, answer=call.rest[:500])
    done = done if became == "approved" else replace(done, ended_at=case.now)
    return _answered(done, last, case)


def _approved_once(once: Escalation, why: str, case: Case) -> Answer:
    """The first of two: whoever answers next has to be somebody else."""
    said = f"Approved once. It takes a second of {managers.who_may(case)}: {why}."
    return Answer(said, actions=(SaveEscalation(once),))


def _answered(done: Escalation, last: Escalation, case: Case) -> Answer:
    zone = ZoneInfo(case.config.timezone)
    after = replace(case, state=replace(case.state, escalations=(*case.state.escalations[:-1], done)))
    ends = after.lifted_until
    until = f" until {words.when(ends.astimezone(zone))}" if ends else ""
    if done.state == "approved":
        said = f"Approved: this content may land{until}."
    elif last.state == "approved":
        said = "The approval is taken back: the change is held again."
    else:
        said = "Denied: the change stays held."
    return Answer(said, actions=(SaveEscalation(done),), quoted=case.repeatable(done.answer))


def _no_longer(last: Escalation, case: Case) -> str | None:
    lapse = approval.lapse(last, case.state, case.now)
    if lapse:
        return f"That request no longer stands: {lapse[1]}. Ask again with `/chill justify`."
    if not approval.about_now(last, case.state, case.config, case.now):
        return "Another window holds this change now than was asked about. Ask again with `/chill justify`."
    return None


def attest(case: Case, call: Call) -> Answer:
    level = case.in_force.level
    if case.config.gate.action_at(level) != "author_attest":
        return Answer("No attestation is asked for at this level; `/chill why` names what holds it.", good=False)
    if isinstance(case.state.hands, Unknown):
        return Answer(managers.TOO_MANY, good=False)
    saved, why = SaveAttestation(call.by, case.pull.head_sha), managers.takes_two(case.state)
    more = f" It takes an approving review by somebody who may write as well: {why}." if why else ""
    return Answer(f"Noted: you attest that this head was reviewed adequately.{more}", actions=(saved,))


def refresh(case: Case, call: Call) -> Answer:
    return Answer("The change is scored again.", actions=(Rescore(case.pull.head_sha),))


def feedback(case: Case, call: Call) -> Answer:
    verdict, _, text = call.rest.partition(" ")
    opinion = _FEEDBACK.get(verdict.lower())
    if opinion is None:
        return Answer("Say `/chill feedback useful` or `/chill feedback wrong`, and why if you like.", good=False)
    saved = SaveFeedback(call.by, opinion, text[:1000], case.pull.head_sha)
    return Answer("Thank you; it is kept with this score and used to judge the next model.", actions=(saved,))


_FEEDBACK: Mapping[str, bool] = {
    "useful": True, "👍": True, "+1": True, "good": True, "right": True,
    "wrong": False, "👎": False, "-1": False, "bad": False, "useless": False,
}  # fmt: skip


def freeze(case: Case, call: Call) -> Answer:
    level, _, rest = call.rest.partition(" ")
    length, _, reason = rest.partition(" ")
    config, base = case.config, case.pull.base_ref
    if level not in config.levels or config.levels[level] == 0:
        known = [words.code(name) for name, share in config.levels.items() if share > 0]
        return Answer(f"Name a level: {words.listed(known)}.", good=False)
    try:
        lasts = walltime.elapsed(length)
    except ValueError:
        return Answer("Say for how long, like `90m`, `20h` or `2d`.", good=False)
    refusal = too_long(lasts, config.freezes.longest)
    if refusal or not reason:
        said = f"{words.capital(refusal)}." if refusal else "Say why, so that everybody can read it:"
        return Answer(f"{said} `/chill freeze red 4h <why>`.", good=False)
    zone = ZoneInfo(config.timezone)
    freeze = Freeze(
        id=call.id,
        name=name_for(case.now.astimezone(zone), (window.name for window in config.calendar.windows)),
        level=level,
        start=case.now,
        end=case.now + lasts,
        reason=reason[:300],
        by=call.by,
        branches=(base,),
    )
    return Answer(_frozen(freeze, case), actions=(StartFreeze(freeze),))


def _frozen(freeze: Freeze, case: Case) -> str:
    """What is in force then, and until when: a stricter window may be open already."""
    zone, base = ZoneInfo(case.config.timezone), words.code(case.pull.base_ref)
    until = words.when(freeze.end.astimezone(zone)) if freeze.end else "further notice"
    window = in_force(case.state, joined(case.config, [freeze]), case.now).window
    if window is None or window.hand == freeze.id:
        return f"{base} is at {words.code(freeze.level)} until {until}; `/chill thaw` ends it."
    said = f"{base} stays at {words.code(window.level)} while {words.code(window.name)} is open"
    return (
        f"{said}; this freeze ({words.code(freeze.level)}) counts beside it until {until}, and `/chill thaw` ends it."
    )


def thaw(case: Case, call: Call) -> Answer:
    windows = case.config.calendar.open_at(case.now, case.scope)
    mine = [window for window in windows if window.hand]
    if not mine:
        return Answer("No freeze that was started by hand is on; scheduled windows close by themselves.", good=False)
    ended = tuple(EndFreeze(window.hand, call.by, case.now) for window in mine)
    return Answer(f"Ended {words.listed([words.code(window.name) for window in mine], 'and')}.", actions=ended)
