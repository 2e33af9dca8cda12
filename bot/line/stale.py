"""Nothing is decided on facts older than what a delivery told, and nothing is written on what moved meanwhile."""

from dataclasses import dataclass, field

from bot.facts.fact import Look
from bot.facts.pull import PULL, TARGET
from bot.forge.port import Forge
from bot.policy.events import Changed
from bot.store import Pulls

STALE_LOOKS = 5


class Stale(Exception):
    """The forge still answers with facts older than the event, or they moved: look again a little later."""


@dataclass(frozen=True, slots=True)
class Staleness:
    forge: Forge
    pulls: Pulls
    # looks at facts that were too old, by repository and number; one job at a time for each
    _seen: dict[tuple[int, int], int] = field(default_factory=dict)

    def require_news(self, look: Look) -> None:
        """Raises Stale while the forge is behind what a delivery told of this pull request."""
        key = (look.target.repository_id, look.number)
        newest = [look.event.as_of] if isinstance(look.event, Changed) else []
        newest.append(self.pulls.newest(*key))
        seen = self._seen.pop(key, 0)
        # a forge is behind itself for seconds; what it still says after some looks is how it is, whatever was told
        if seen < STALE_LOOKS and any(as_of is not None and look[PULL].updated_at < as_of for as_of in newest):
            self._seen[key] = seen + 1
            raise Stale("the forge answered with facts older than what a delivery told")

    def require_unmoved(self, look: Look) -> None:
        """One request, just before something is written. Raises Stale after a push, or for another base by now."""
        pull, now = look[PULL], self.forge.listed(look[TARGET], look.number)
        if (now.head_sha, now.base_ref) != (pull.head_sha, pull.base_ref):
            raise Stale("the pull request changed while it was being looked at")
