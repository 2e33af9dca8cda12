"""Reviews that were put off until a change had landed by itself: each is an issue then, until it was done."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.facts.configuration import CONFIGURATION
from bot.facts.fact import Known, Look
from bot.facts.pull import PULL
from bot.forge.port import ForgeError, Lander, Target
from bot.jobs.kinds import Nothing
from bot.policy.candidate import DeferredReview
from bot.policy.text import words
from bot.policy.text.whole import visible
from bot.store import DeferredReviews, KnownReview, Repositories

_log = structlog.get_logger(__name__)
LABEL = frozenset({"deferred review"})
TITLE = 120  # characters of the title of a pull request that are repeated


def put_off(look: Look, store: Known) -> None:
    """Of a change that landed by itself on the promise of a review, one is owed from now on. Said again it changes
    nothing."""
    pull, repository = look[PULL], look.target.repository_id
    landed_at = pull.life.landed_at if pull.life else None
    landing = store.automatic_landings.get(repository, look.number, pull.head_sha)
    if landed_at is None or landing is None or landing.state == "refused" or not _owed(look, store):
        return
    within = look[CONFIGURATION].config.auto_review.people.deferred_review_within
    owners = tuple(name for name in pull.asked if name != pull.author.login)
    review = DeferredReview(pull.author, pull.title, pull.head_sha, landed_at, landed_at + within, owners)
    store.deferred_reviews.open(repository, look.number, review, at=look.now)


def _owed(look: Look, store: Known) -> bool:
    """By what was decided last about the head that landed."""
    of_head = [each.decided for each in store.passages.of(look.target.repository_id, look.number)]
    last = next((each for each in reversed(of_head) if each.head_sha == look[PULL].head_sha), None)
    return last is not None and last.pipeline == "verification"


class ReviewDesk:
    """Opens an issue for each review that is owed, and closes it once it was done."""

    def __init__(
        self,
        lander: Lander | None,
        reviews: DeferredReviews,
        repositories: Repositories,
        clock: Callable[[], datetime],
    ) -> None:
        self._lander, self._reviews, self._repositories, self._clock = lander, reviews, repositories, clock

    def take(self, _: Nothing) -> None:
        """One that cannot be told now does not hold up others: it is tried again the next time."""
        if self._lander is None:
            return
        for known in self._reviews.to_follow():
            repository = self._repositories.get(known.repository_id)
            if repository is None:
                continue
            target = Target(repository.installation_id, repository.id, repository.full_name)
            try:
                self._follow(self._lander, target, known)
            except ForgeError as error:
                _log.warning("review.later", repository=target.full_name, number=known.number, words=str(error))

    def _follow(self, lander: Lander, target: Target, known: KnownReview) -> None:
        if known.issue is not None:
            lander.close_issue(target, known.issue)
            self._reviews.settle(known.repository_id, known.number)
            return
        title, body = f"Review #{known.number}, which landed by itself", text(known)
        issue = lander.open_issue(target, f"deferred review {known.number}", title, body, LABEL)
        self._reviews.opened_as(known.repository_id, known.number, issue)


def text(known: KnownReview) -> str:
    """Of the issue, in Markdown; what comes from outside is a code span."""
    review = known.review
    asked = ", ".join(f"@{name.removeprefix('@')}" for name in review.owners) or "anybody who may write here"
    return (
        f"#{known.number} ({words.code(visible(review.title)[:TITLE])}, by {words.code(review.author.login)}) passed "
        f"automatic review and landed on {words.when(review.landed_at)}. A review afterwards was promised.\n\n"
        f"- **Who:** {asked}, not its author\n"
        f"- **Until:** {words.when(review.due)}. While it is overdue, no change of this author, and none that the same "
        "people were asked to review, lands before its review.\n"
        "- **How:** read it, then say `/chill reviewed ok` on the pull request, or `/chill reviewed revert <why>`. "
        "This issue is closed by that.\n"
    )
