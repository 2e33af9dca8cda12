"""The review that was put off until after the landing."""

from bot.facts.fact import Fact, Live, Look
from bot.policy.candidate import DeferredReview


def _deferred(live: Live, look: Look) -> DeferredReview | None:
    return live.store.deferred_reviews.of(look.target.repository_id, look.number)


DEFERRED = Fact("deferred", _deferred, lambda: None)
