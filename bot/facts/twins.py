"""Other open pull requests of the very same commits: a check shows on the commit, for all."""

from bot.facts.fact import Fact, Live, Look
from bot.facts.pull import PULL


def _open(live: Live, look: Look) -> frozenset[int]:
    return frozenset(live.store.pulls.at(look.target.repository_id, look[PULL].head_sha)) - {look.number}


def _held(live: Live, look: Look) -> frozenset[int]:
    """By themselves."""
    return live.store.pulls.held_at(look.target.repository_id, look[PULL].head_sha) - {look.number}


TWINS = Fact("twins", _open, frozenset, needs=(PULL,))
HELD_TWINS = Fact("held_twins", _held, frozenset, needs=(PULL,))
