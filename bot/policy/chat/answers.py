"""What each command does, as an answer and the actions that go with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.policy import approval, words
from bot.policy.actions import (
    Action,
    EndFreeze,
    Rescore,
    SaveAttestation,
    SaveEscalation,
    SaveFeedback,
    StartFreeze,
)
from bot.policy.config import Config, walltime
from bot.policy.escalation import Escalation
from bot.policy.freezes import Freeze, joined, name_for, too_long
from bot.policy.opinion import Opinion
from bot.policy.pull import Person
from bot.policy.show import landing
from bot.policy.show.card import build
from bot.policy.standing import in_force, is_waiting, scope
from bot.policy.state import State
from bot.policy.suggest import nearest
from bot.policy.verdict import held_by


@dataclass(frozen=True, slots=True)
class Asked:
    """One command by one person, with everything it may look at."""

    id: str  # of the comment or the press
    by: Person
    rest: str
    opinions: tuple[Opinion, ...]
    state: State
    config: Config
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command. `words` are ours, in Markdown; `quoted` is from outside."""

    words: str
    good: bool = True
    refused: bool = False  # because of who asks
    actions: tuple[Action, ...] = ()
    quoted: str = ""
    mention: tuple[str, ...] = ()


def not_yours(words: str) -> Answer:
    """`words` name who may."""
    return Answer(words, good=False, refused=True)


def why(asked: Asked) -> Answer:
    card = build(asked.state, asked.opinions, asked.config, asked.now)
    lines = [f"{card.headline}."]
    for window in asked.config.calendar.open_at(asked.now, scope(asked.state)):
        where = f", {words.code(window.file)} line {window.line}" if window.line else ""
        until = f" until {words.when(window.until)}" if window.until else ""
        share = f"{words.code(window.level)} holds back {words.percent(window.share)}"
        lines.append(f"- {words.code(window.name)} is open{until}: {share}{where}")
    rules = [
        opinion.rule for opinion in held_by(asked.opinions, approval.approved(asked.state, asked.config, asked.now))
    ]
    if rules:
        named = words.listed([words.code(rule) for rule in rules], "and")
        lines.append(f"- held by the rule{'s' if len(rules) > 1 else ''} {named}")
    return Answer("\n".join(lines))


def justify(asked: Asked) -> Answer:
    reasons = asked.config.escalation.reasons
    reason, _, text = asked.rest.partition(" ")
    mine = _own_request(asked)
    if mine is not None and (reason == mine.reason or not (reason in reasons or nearest(reason, reasons))):
        return _more(mine, text if reason == mine.reason else asked.rest, asked)
    refusal = _cannot_ask(asked)
    if refusal:
        return Answer(refusal, good=False)
    if reason not in reasons:
        known = words.listed([words.code(name) for name in reasons])
        meant = nearest(reason, reasons)
        hint = f" Did you mean {words.code(meant)}?" if meant else ""
        return Answer(f"Name a reason first: {known}.{hint}", good=False)
    escalation = _request(asked, reason, text)
    who = approval.managers(asked.state, asked.config)
    may = words.capital(approval.who_may(asked.state, asked.config))
    told = f"{words.code(asked.by.login)} asks for an exception for {words.code(reason)}. "
    told += f"{may} may answer with `/chill approve` or `/chill deny <why>`."
    if not text:
        told += f" To say why it cannot wait: `/chill justify {reason} <why>`; it is kept with this request."
    quoted = approval.repeatable(escalation.text, asked.state)
    actions = (SaveEscalation(escalation),)
    return Answer(told + _apart(text, asked), actions=actions, quoted=quoted, mention=who)


def _apart(text: str, asked: Asked) -> str:
    if not text or asked.state.pull.repository.private:
        return ""
    return " This repository is public, so only the reason is repeated; what must stay private is handed in apart."


def _own_request(asked: Asked) -> Escalation | None:
    """What the same person asked for before and nobody has answered yet."""
    last = approval.latest(asked.state)
    waits = last is not None and last.state == "asked" and last.by.id == asked.by.id and last.id != asked.id
    return last if waits and last is not None and _no_longer(last, asked) is None else None


def _more(mine: Escalation, text: str, asked: Asked) -> Answer:
    """The why that comes in a later comment: kept with the request, which stays the same one."""
    if text in mine.text:
        waiting = f"You asked already; {approval.who_may(asked.state, asked.config)} may answer."
        return Answer(f"{waiting} `/chill justify {mine.reason} <why>` adds to why it cannot wait.", good=False)
    whole = f"{mine.text} {text}".strip()[:500]
    saved = SaveEscalation(replace(mine, text=whole))
    quoted = approval.repeatable(whole, asked.state)
    return Answer(
        f"Kept with the request for {words.code(mine.reason)}.{_apart(text, asked)}", actions=(saved,), quoted=quoted
    )


def _request(asked: Asked, reason: str, text: str) -> Escalation:
    """Bound to everything that is seen now."""
    state, risk = asked.state, asked.state.risk
    stretch = in_force(state, asked.config, asked.now)
    ends = stretch.window.until if stretch.window else stretch.until
    return Escalation(
        id=asked.id,
        reason=reason,
        text=text[:500],
        by=asked.by,
        at=asked.now,
        head_sha=state.pull.head_sha,
        content=state.content,
        window=stretch.window.name if stretch.window else approval.OUTSIDE,
        # in UTC: an ambiguous local time would equal none that comes back from a store
        expires=None if ends is None else ends.astimezone(UTC),
        percentile=risk.percentile if risk else 1.0,
        model=risk.model if risk else "",
    )


def _cannot_ask(asked: Asked) -> str | None:
    holding = held_by(asked.opinions, approval.approved(asked.state, asked.config, asked.now))
    if is_waiting(asked.state):
        return "The change is still being scored; ask again when the score is there."
    if not holding:
        return "Nothing holds this change, so it needs no exception."
    if any(opinion.firm for opinion in holding):
        return "An exception cannot lift this: the configuration has to be mended first."
    last = approval.latest(asked.state)
    if last is not None and last.state == "asked" and last.id != asked.id and _no_longer(last, asked) is None:
        return f"{words.code(last.by.login)} asked already; {approval.who_may(asked.state, asked.config)} may answer."
    return None


def approve(asked: Asked) -> Answer:
    return _decided(asked, "approved")


def deny(asked: Asked) -> Answer:
    if not asked.rest:
        return Answer("Say why, so that the author knows: `/chill deny <why>`.", good=False)
    return _decided(asked, "denied")


def _decided(asked: Asked, became: approval.Decided) -> Answer:
    last = approval.latest(asked.state)
    open_to = ("asked", "approved") if became == "denied" else ("asked",)  # an approval can be taken back
    if last is not None and last.state == became and last.answered_by == asked.by and not _no_longer(last, asked):
        return _told(last, last, asked)  # said again, or its answer was lost
    if last is None or last.state not in open_to:
        return Answer("Nobody is asking for an exception now; `/chill justify <reason> <why>` does.", good=False)
    refusal = approval.why_not(asked.by, last, asked.state, asked.config)
    if refusal:
        return not_yours(refusal)
    fallen = _no_longer(last, asked)
    if fallen:
        return Answer(fallen, good=False)
    twice = approval.takes_two(asked.state)
    if became == "approved" and twice and last.first in (None, asked.by):
        return _half(replace(last, first=asked.by), twice, asked)
    done = replace(last, state=became, answered_by=asked.by, answered_at=asked.now, answer=asked.rest[:500])
    done = done if became == "approved" else replace(done, ended_at=asked.now)
    return _told(done, last, asked)


def _half(once: Escalation, why: str, asked: Asked) -> Answer:
    """The first of two: whoever answers next has to be somebody else."""
    said = f"Approved once. It takes a second of {approval.who_may(asked.state, asked.config)}: {why}."
    return Answer(said, actions=(SaveEscalation(once),))


def _told(done: Escalation, last: Escalation, asked: Asked) -> Answer:
    zone = ZoneInfo(asked.config.timezone)
    after = replace(asked.state, escalations=(*asked.state.escalations[:-1], done))
    ends = landing.lifted_until(done, after, asked.config, asked.now)
    until = f" until {words.when(ends.astimezone(zone))}" if ends else ""
    if done.state == "approved":
        said = f"Approved: this content may land{until}."
    elif last.state == "approved":
        said = "The approval is taken back: the change is held again."
    else:
        said = "Denied: the change stays held."
    return Answer(said, actions=(SaveEscalation(done),), quoted=approval.repeatable(done.answer, asked.state))


def _no_longer(last: Escalation, asked: Asked) -> str | None:
    fallen = approval.lapse(last, asked.state, asked.now)
    if fallen:
        return f"That request no longer stands: {fallen[1]}. Ask again with `/chill justify`."
    if not approval.about_now(last, asked.state, asked.config, asked.now):
        return "Another window holds this change now than was asked about. Ask again with `/chill justify`."
    return None


def attest(asked: Asked) -> Answer:
    level = in_force(asked.state, asked.config, asked.now).level
    if asked.config.gate.action_at(level) != "author_attest":
        return Answer("No attestation is asked for at this level; `/chill why` names what holds it.", good=False)
    if asked.state.pull.hands is None:
        return Answer(approval.TOO_MANY, good=False)
    saved, why = SaveAttestation(asked.by, asked.state.pull.head_sha), approval.takes_two(asked.state)
    more = f" It takes an approving review by somebody who may write as well: {why}." if why else ""
    return Answer(f"Noted: you attest that this head was reviewed adequately.{more}", actions=(saved,))


def refresh(asked: Asked) -> Answer:
    return Answer("The change is scored again.", actions=(Rescore(asked.state.pull.head_sha),))


def feedback(asked: Asked) -> Answer:
    verdict, _, text = asked.rest.partition(" ")
    opinion = _FEEDBACK.get(verdict.lower())
    if opinion is None:
        return Answer("Say `/chill feedback useful` or `/chill feedback wrong`, and why if you like.", good=False)
    saved = SaveFeedback(asked.by, opinion, text[:1000], asked.state.pull.head_sha)
    return Answer("Thank you; it is kept with this score and used to judge the next model.", actions=(saved,))


_FEEDBACK: Mapping[str, bool] = {
    "useful": True, "👍": True, "+1": True, "good": True, "right": True,
    "wrong": False, "👎": False, "-1": False, "bad": False, "useless": False,
}  # fmt: skip


def freeze(asked: Asked) -> Answer:
    level, _, rest = asked.rest.partition(" ")
    length, _, reason = rest.partition(" ")
    config, base = asked.config, asked.state.pull.base_ref
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
        id=asked.id,
        name=name_for(asked.now.astimezone(zone), (window.name for window in config.calendar.windows)),
        level=level,
        start=asked.now,
        end=asked.now + lasts,
        reason=reason[:300],
        by=asked.by,
        branches=(base,),
    )
    return Answer(_frozen(freeze, asked), actions=(StartFreeze(freeze),))


def _frozen(freeze: Freeze, asked: Asked) -> str:
    """What is in force then, and until when: a stricter window may be open already."""
    zone, base = ZoneInfo(asked.config.timezone), words.code(asked.state.pull.base_ref)
    until = words.when(freeze.end.astimezone(zone)) if freeze.end else "further notice"
    window = in_force(asked.state, joined(asked.config, [freeze]), asked.now).window
    if window is None or window.hand == freeze.id:
        return f"{base} is at {words.code(freeze.level)} until {until}; `/chill thaw` ends it."
    said = f"{base} stays at {words.code(window.level)} while {words.code(window.name)} is open"
    return (
        f"{said}; this freeze ({words.code(freeze.level)}) counts beside it until {until}, and `/chill thaw` ends it."
    )


def thaw(asked: Asked) -> Answer:
    windows = asked.config.calendar.open_at(asked.now, scope(asked.state))
    mine = [window for window in windows if window.hand]
    if not mine:
        return Answer("No freeze that was started by hand is on; scheduled windows close by themselves.", good=False)
    ended = tuple(EndFreeze(window.hand, asked.by, asked.now) for window in mine)
    return Answer(f"Ended {words.listed([words.code(window.name) for window in mine], 'and')}.", actions=ended)
