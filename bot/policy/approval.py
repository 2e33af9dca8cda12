"""What an exception is bound to, whether it counts now, and when it lapses."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.standing import in_force, scope
from bot.policy.state import State

OUTSIDE = ""  # the window's name when none is open
SIGHT = timedelta(days=400)
MOST_EDGES = 500  # a calendar may have thousands; an exception rarely outlives a few
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


def free_from(until: datetime | None, state: State, config: Config, now: datetime) -> datetime | None:
    """When a change that is held until `until` (None: no end in sight) lands: then, or once an exception counts."""
    ends = [each.expires for each in state.escalations if each.state == "approved"]
    last = max((end for end in ends if end is not None), default=now) if None not in ends else now + SIGHT
    last = last if until is None else min(last, until)
    return next((edge for edge in edges(state, config, now, last) if approved(state, config, edge)), until)


def edges(state: State, config: Config, now: datetime, last: datetime) -> Iterator[datetime]:
    """When a window that applies opens or closes until then, as far as anybody looks."""
    return islice(config.calendar.edges(now, last, scope(state)), MOST_EDGES)


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
