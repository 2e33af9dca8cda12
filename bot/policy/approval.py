"""Exceptions: who may answer one, what it is bound to, and when it lapses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot.policy import globs, words
from bot.policy.actions import Action, Reply, SaveEscalation
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.events import Event
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import Person
from bot.policy.rules.gate import can_write, had_a_hand
from bot.policy.standing import in_force
from bot.policy.state import State

Decided = Literal["approved", "denied"]
TOO_MANY = "Nobody can tell who worked on all of these commits: they are too many. Squash or split them, then ask."
OUTSIDE = ""  # the window's name when none is open
MOST_ADDRESSES = 3  # named in one sentence
RISE = 0.02  # a percentile drifts as other changes land; more than this is another risk than was approved


def latest(state: State) -> Escalation | None:
    return state.escalations[-1] if state.escalations else None


def approved(state: State, config: Config, now: datetime) -> Escalation | None:
    """The approval that lifts what holds now, if there is one."""
    for escalation in reversed(state.escalations):
        stands = escalation.state == "approved" and about_now(escalation, state, config, now)
        if stands and not lapse(escalation, state, now) and _same_content(escalation, state):
            return escalation
    return None


def about_now(escalation: Escalation, state: State, config: Config, now: datetime) -> bool:
    """The window in force is the one it was asked about."""
    window = in_force(state, config, now).window
    return escalation.window == (window.name if window else OUTSIDE)


def lapse(escalation: Escalation, state: State, now: datetime) -> tuple[Literal["void", "expired"], str] | None:
    """The state it falls to and why, or None while it stands."""
    if escalation.content and state.content and escalation.content != state.content:
        return "void", "the content changed since"
    if escalation.expires is not None and now >= escalation.expires:
        return "expired", "its window has closed"
    risk = state.risk
    if risk is not None and risk.percentile > escalation.percentile:
        if risk.percentile > escalation.percentile + RISE:
            return "void", "the risk is now higher than what was looked at"
        if risk.model != escalation.model:
            return "void", "another model now sees a higher risk than was looked at"
    return None


def _same_content(escalation: Escalation, state: State) -> bool:
    """Without a known content only the very same head will do."""
    if escalation.content and escalation.content == state.content:
        return True
    return escalation.head_sha == state.pull.head_sha


def repeatable(text: str, state: State) -> str:
    """What may be said again of what somebody wrote: in a public repository nothing, a customer's name may be in it."""
    return text if state.pull.repository.private else ""


def managers(state: State, config: Config) -> tuple[str, ...]:
    """Who may answer for this change: the general managers, and those whose globs cover every changed path."""
    policy, paths = config.escalation, state.pull.paths
    named = {who for some in policy.by_path.values() for who in some}
    owners = [who for who in sorted(named) if paths and all(_owns(who, path, config) for path in paths)]
    return tuple(dict.fromkeys([*policy.managers, *owners]))


def _owns(who: str, path: str, config: Config) -> bool:
    return any(who in some and globs.matches(glob, path) for glob, some in config.escalation.by_path.items())


def is_manager(person: Person, state: State, config: Config) -> bool:
    """With nobody named, administrators of the repository are."""
    granted = state.granted.get(person.id, frozenset())
    names = managers(state, config)
    if not names:
        return "admin" in granted
    return named(person, names, state) or not granted.isdisjoint(names)


def named(person: Person, names: tuple[str, ...], state: State) -> bool:
    """By login, while they may write here: a login alone may have passed to somebody else since it was written down."""
    return person.login.lower() in names and can_write(person, state)


def why_not(person: Person, asked: Escalation, state: State, config: Config) -> str | None:
    """Why this person may not answer, in words, or None when they may."""
    if person.bot:
        return "A person has to decide this."
    if not is_manager(person, state, config):
        return f"This is for {who_may(state, config)} to decide."
    others = f"it takes somebody else of {who_may(state, config)}."
    if person.id == asked.by.id:
        return f"Whoever asks for an exception cannot decide on it; {others}"
    if state.pull.hands is None:
        return TOO_MANY
    if had_a_hand(person, state):
        return f"Nobody who worked on a change can decide on its exception; {others}"
    return None


def takes_two(state: State) -> str:
    """Why one approval is not enough, in words; "" when it is: the one who gives it could be behind that address."""
    if state.pull.hands is None or not state.pull.hands.unplaced:
        return ""
    named = sorted(state.pull.hands.unplaced)
    shown = [words.code(one) for one in named[:MOST_ADDRESSES]]
    shown += [f"{len(named) - MOST_ADDRESSES} more"] if len(named) > MOST_ADDRESSES else []
    address, verb = ("address", "is") if len(named) == 1 else ("addresses", "are")
    return f"nobody can tell whose {address} {words.listed(shown, 'and')} {verb}"


def who_may(state: State, config: Config) -> str:
    names = [words.code(name.removeprefix("@")) for name in managers(state, config)]
    return words.listed(names) or "administrators of this repository"


def respond(
    event: Event, verdict: Verdict, opinions: tuple[Opinion, ...], state: State, config: Config, now: datetime
) -> Iterable[Action]:
    """What no longer stands is put away, and people are told when a push took it from them."""
    for escalation in state.escalations:
        fallen = lapse(escalation, state, now) if escalation.state in ("asked", "approved") else None
        if fallen is None:
            continue
        became, why = fallen
        yield SaveEscalation(replace(escalation, state=became, ended_at=now, ended_because=why))
        if became == "void" and config.mode != "shadow":
            was = "approval" if escalation.state == "approved" else "request"
            yield Reply(
                key=f"void:{escalation.id}",
                words=f"The {was} of an exception no longer holds: {why}. "
                "Ask again with `/chill justify` if it cannot wait.",
            )
