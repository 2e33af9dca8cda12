"""What became of a pull request that was assessed: how it ended, and whether it was held on the way.

Pure: its life, the decisions and the exceptions that are known of it go in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.policy.escalation import Escalation

OPEN = "open"
REPLACED = "replaced"  # another head of the same pull request came after it
LANDED = "landed"  # and was never held
WAITED = "waited"  # it was held, and landed when it was not any more
EXCEPTED = "excepted"  # it landed by an exception
OVERRIDDEN = "overridden"  # it landed while it was held: advice only, shadow, or a bypass
CLOSED = "closed"  # without landing, and was never held
CENSORED = "censored"  # it was held and never landed: what it would have done is not known
LANDINGS = (LANDED, WAITED, EXCEPTED, OVERRIDDEN)


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: whether it held, from then until the next."""

    at: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """`exception` is the id of the one it landed by."""

    name: str
    ended_at: datetime | None = None
    held_at: datetime | None = None  # for the first time
    exception: str = ""


def fate(
    *, open: bool, closed_at: datetime | None, landed_at: datetime | None,
    decisions: Sequence[Decided], exceptions: Sequence[Escalation],
) -> Fate:  # fmt: skip
    """Say how it ended. `decisions` are oldest first; those after its end do not count."""
    ended_at = landed_at or closed_at
    before = [each for each in decisions if ended_at is None or each.at <= ended_at]
    held_at = next((each.at for each in before if each.held), None)
    if open:
        return Fate(OPEN, None, held_at)
    if landed_at is None:
        return Fate(CENSORED if held_at else CLOSED, ended_at, held_at)
    if before and before[-1].held:
        return Fate(OVERRIDDEN, ended_at, held_at)
    if held_at is None:
        return Fate(LANDED, ended_at)
    by = next((each.id for each in exceptions if stood(each, landed_at)), "")
    return Fate(EXCEPTED if by else WAITED, ended_at, held_at, by)


def stood(exception: Escalation, at: datetime) -> bool:
    """Whether it was approved and in force at that moment, whatever became of it later."""
    if exception.state in ("asked", "denied") or exception.answered_at is None or exception.answered_at > at:
        return False
    ends = [moment for moment in (exception.expires, exception.ended_at) if moment is not None]
    return all(at < moment for moment in ends)
