"""When the clock alone can change what should be shown: at each edge, and when people are told of one ahead."""

from datetime import datetime

from bot.policy.calendar import ANYTHING, Scope
from bot.policy.card import NOTICE_AHEAD
from bot.policy.config import Config


def ticks(config: Config, after: datetime, until: datetime, scope: Scope = ANYTHING) -> tuple[datetime, ...]:
    """Every instant in (after, until] to look again at what is within the scope, in UTC, sorted."""
    edges = config.calendar.edges(after, until + NOTICE_AHEAD, scope)
    told = (edge - NOTICE_AHEAD for edge in edges)
    return tuple(sorted({moment for moment in (*edges, *told) if after < moment <= until}))
