"""What an exception is bound to, whether it counts now, and when it lapses."""

from datetime import datetime
from typing import Literal

from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.standing.level import in_force
from bot.policy.state import State

OUTSIDE = ""  # the window's name when none is open
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
    if None not in (escalation.content, state.content_name) and escalation.content != state.content_name:
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
    if escalation.content is not None and escalation.content == state.content_name:
        return True
    return escalation.head_sha == state.pull.head_sha
