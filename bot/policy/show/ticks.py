"""When the clock alone can change what should be shown: at each edge, and when people are told of one ahead."""

import hashlib
from datetime import UTC, datetime

from bot.policy.calendar import ANYTHING, OpenWindow, Scope
from bot.policy.config import Config
from bot.policy.show.card import NOTICE_AHEAD


def ticks(config: Config, after: datetime, until: datetime, scope: Scope = ANYTHING) -> tuple[datetime, ...]:
    """Every instant in (after, until] to look again at what is within the scope, in UTC, sorted."""
    edges = config.calendar.edges(after, until + NOTICE_AHEAD, scope)
    notices = (edge - NOTICE_AHEAD for edge in edges)
    return tuple(sorted({moment for moment in (*edges, *notices) if after < moment <= until}))


def mark(config: Config, now: datetime, scope: Scope = ANYTHING) -> str:
    """What the clock makes of the calendar at an instant, in 16 characters.

    While no tick passes it stays the same, so of a decision that was made under another mark something may be untrue
    by now: whichever way the clock that it was made by has moved since.
    """
    windows = [_said(window) for window in config.calendar.open_at(now, scope)]
    ahead = [edge.isoformat() for edge in config.calendar.edges(now, now + NOTICE_AHEAD, scope)]
    return hashlib.sha256(repr((windows, ahead)).encode()).hexdigest()[:16]


def _said(window: OpenWindow) -> tuple[str, ...]:
    times = (moment.astimezone(UTC).isoformat() if moment else "" for moment in (window.since, window.until))
    return (window.name, window.level, str(window.share), window.hand, *times)
