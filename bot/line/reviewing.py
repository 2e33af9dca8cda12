"""From a question about a change to its answer by a language model, and to another look at the pull request.

The job reads the contents from the mirror, which a look has filled, asks, keeps what came of it and has the pull
request looked at again. No token of the forge is in its hands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config.addresses import Addresses, networks, places
from bot.config.settings import Settings
from bot.facts.review import NAME, About
from bot.forge.envelope import Envelope
from bot.forge.port import Target
from bot.git.mirror import Mirror
from bot.jobs.intake import look
from bot.jobs.kinds import REVIEW, Reviewing
from bot.jobs.port import JobQueue
from bot.plain import from_text
from bot.policy.candidate import ModelReview
from bot.policy.events import Tick
from bot.policy.pull import Unknown
from bot.policy.state import Question
from bot.reviewer.endpoint import Endpoint
from bot.reviewer.pieces import Sides
from bot.reviewer.review import Limits, Place, Reviewer
from bot.store import ModelReviews, ModelTokens, Repositories
from scoring.change import FileChange
from scoring.git import Git, GitError
from scoring.semantics.git import read_change
from scoring.semantics.guards import MAX_BYTES, REGULAR

GIVEN_UP = timedelta(hours=1)  # a question without an answer is asked again
AGAIN = timedelta(hours=1)  # and so is one that got none, at the next look
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stored:
    """What it needs of the store."""

    model_reviews: ModelReviews
    model_tokens: ModelTokens
    repositories: Repositories


class Unreadable(Exception):
    """What a question is about cannot be read, or contents alone do not show it; one clause for people."""


@dataclass(frozen=True, slots=True)
class Purse:
    """Tokens of a repository's day and an installation's month, by the clock's UTC."""

    tokens: ModelTokens
    clock: Clock
    per_day: int
    per_month: int

    def take(self, place: Place, tokens: int) -> bool:
        return self.tokens.take(self._limits(place), tokens, self.clock())

    def settle(self, place: Place, taken: int, used: int) -> None:
        self.tokens.give_back(self._limits(place), taken - used)

    def _limits(self, place: Place) -> dict[str, int]:
        now = self.clock()
        return {
            f"repository:{place.repository_id}/{now:%Y-%m-%d}": self.per_day,
            f"installation:{place.installation_id}/{now:%Y-%m}": self.per_month,
        }


@dataclass(frozen=True, slots=True)
class Memory:
    reviews: ModelReviews
    clock: Clock

    def get(self, place: Place, key: str) -> str | None:
        return self.reviews.known(place.installation_id, key)

    def put(self, place: Place, key: str, text: str) -> None:
        self.reviews.keep(place.installation_id, key, text, self.clock())


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """Where questions go and answers are kept. `read` reads what the question is about, without fetching anything."""

    reviewer: Reviewer
    stored: Stored
    read: Callable[[int, About], Sequence[Sides]]
    queue: JobQueue
    clock: Clock

    def get(self, repository_id: int, question: Question) -> ModelReview | Unknown | None:
        known = self._known(repository_id, question)
        if known is None:
            return None
        review, at = known
        stale = isinstance(review, Unknown) and self.clock() >= at + AGAIN
        return None if stale else review

    def awaited(self, repository_id: int, question: Question) -> bool:
        known = self._known(repository_id, question)
        return known is not None and known[0] is None and self.clock() < known[1] + GIVEN_UP

    def _known(self, repository_id: int, question: Question) -> tuple[ModelReview | Unknown | None, datetime] | None:
        if question.fact != NAME:
            return None
        return self.stored.model_reviews.get(repository_id, question.about, self.reviewer.version)

    def ask(self, target: Target, number: int, question: Question) -> None:
        now = self.clock()
        self.stored.model_reviews.ask(target.repository_id, question.about, self.reviewer.version, now)
        job = Reviewing(target.repository_id, number, question.about)
        self.queue.add(REVIEW.new(job, now, same=f"{REVIEW.key(job)} {question.about}"))

    def take(self, asked: Reviewing) -> None:
        """The handler of the job."""
        known = self.stored.repositories.get(asked.repository_id)
        if known is None or known.gone:
            return
        place = Place(known.installation_id, asked.repository_id)
        review = self._review(place, from_text(About, asked.about))
        self.stored.model_reviews.answer(asked.repository_id, asked.about, self.reviewer.version, review, self.clock())
        one = Envelope(known.installation_id, known.id, known.full_name, asked.number, Tick("reviewer"))
        look(self.queue, one, self.clock())

    def _review(self, place: Place, about: About) -> ModelReview | Unknown:
        try:
            files = self.read(place.repository_id, about)
        except Unreadable as error:
            return Unknown(str(error))
        return self.reviewer.review(place, files, Limits(about.samples, about.tokens))


def sides(git: Git, about: About) -> tuple[Sides, ...]:
    """Every file between the two commits but those that it is about without. Raises Unreadable."""
    try:
        return tuple(_sides(git, about))
    except (GitError, KeyError):
        raise Unreadable("its contents could not be read") from None


def _sides(git: Git, about: About) -> Iterator[Sides]:
    change = read_change(git, about.base, about.head)
    with git.blobs(MAX_BYTES) as blobs:
        for file in change.files:
            if file.path in about.without:
                continue
            if file.status not in "AMD" or not _regular(file):
                raise Unreadable("a file of it is no regular file, or was moved")
            old, new = (blobs.read(blob) if blob else None for blob in (file.old_blob, file.new_blob))
            if max(len(old or b""), len(new or b"")) > MAX_BYTES:
                raise Unreadable("a file of it is too large")
            yield Sides(file.path, old, new)


def _regular(file: FileChange) -> bool:
    modes = [mode for mode, blob in ((file.old_mode, file.old_blob), (file.new_mode, file.new_blob)) if blob]
    return set(modes) <= REGULAR and len(set(modes)) == 1


def reviewing(settings: Settings, stored: Stored, mirror: Mirror, queue: JobQueue, clock: Clock) -> ReviewDesk | None:
    """None where the operator has set no language model up: none is asked then."""
    if not settings.reviewer_address:
        return None
    addresses = Addresses(
        places(settings.reviewer_address),
        networks(settings.reviewer_networks),
        seconds=settings.reviewer_timeout,
        only_private=settings.reviewer_address.startswith("http://"),
    )
    endpoint = Endpoint(settings.reviewer_address, settings.reviewer_model, addresses, settings.reviewer_key)
    reviewer = Reviewer(
        settings.reviewer_model,
        endpoint,
        Memory(stored.model_reviews, clock),
        Purse(stored.model_tokens, clock, settings.reviewer_tokens_per_day, settings.reviewer_tokens_per_month),
        met=lambda model: stored.model_reviews.met(model, clock()),
        seconds=2 * settings.reviewer_timeout,
    )
    return ReviewDesk(reviewer, stored, lambda repository, about: sides(mirror.git(repository), about), queue, clock)
