"""Other pull requests of the very same commits that are held by themselves: a check shows on the commit, for all."""

from bot.facts.fact import Fact, Live, Look
from bot.facts.pull import PULL


def _read(live: Live, look: Look) -> frozenset[int]:
    return live.store.pulls.held_at(look.target.repository_id, look[PULL].head_sha) - {look.number}


TWINS = Fact("held_twins", _read, frozenset, needs=(PULL,))
