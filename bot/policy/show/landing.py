"""Until when what is decided now stays so: windows close, freezes come between, an exception is for its window only."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from bot.policy import approval
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.opinion import Verdict
from bot.policy.rules import freeze, gate
from bot.policy.standing import scope
from bot.policy.state import State

SIGHT = timedelta(days=400)
MOST_EDGES = 500  # a calendar may have thousands; an exception rarely outlives a few


def free_from(until: datetime | None, state: State, config: Config, now: datetime) -> datetime | None:
    """When a change that is held until `until` (None: no end in sight) lands: then, or once an exception counts."""
    given = [each for each in state.escalations if each.state == "approved"]
    ends = [each.expires for each in given]
    last = max((end for end in ends if end is not None), default=now) if None not in ends else now + SIGHT
    last = last if until is None else min(last, until)
    return next((edge for edge in _edges(state, config, now, last) if approval.approved(state, config, edge)), until)


def lifted_until(exception: Escalation, state: State, config: Config, now: datetime) -> datetime | None:
    """When an exception that counts now ends to help: with its window, or once another one holds the change first."""
    last = exception.expires or now + SIGHT
    held = (edge for edge in _edges(state, config, now, last) if _holds(state, config, edge))
    return next(held, exception.expires)


def _edges(state: State, config: Config, now: datetime, last: datetime) -> Iterator[datetime]:
    return islice(config.calendar.edges(now, last, scope(state)), MOST_EDGES)


def _holds(state: State, config: Config, at: datetime) -> bool:
    if approval.approved(state, config, at) is not None:
        return False
    return any(rule(state, config, at).verdict is Verdict.BLOCK for rule in (gate.opine, freeze.opine))
