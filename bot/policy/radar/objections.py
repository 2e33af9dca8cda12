"""What people say against a landing. Any person who may write here, and the author, stops it; a bot's comment does
not, nor does a reader's. It holds until it is taken back by somebody who may."""

from collections.abc import Iterator

from bot.policy.candidate import SAID_OUTRIGHT, Stop
from bot.policy.config import Config
from bot.policy.pull import Person, PullRequest, Remark, Review
from bot.policy.state import State


def current(state: State, config: Config) -> Stop | None:
    """The one that counts: what was said outright, then what the forge shows."""
    present = state.wishes.stop
    if present is not None and present.rule in SAID_OUTRIGHT:
        return present
    return next(_shown(state, config), present)


def _shown(state: State, config: Config) -> Iterator[Stop]:
    pull, present = state.pull, state.wishes.stop
    if config.auto_review.hold_label in {label.lower() for label in pull.labels}:
        yield present if present is not None and present.rule == "label" else Stop("label", None, pull.updated_at)
    for review in refusals(pull):
        if has_a_say(review.author, state):
            yield Stop("changes_requested", review.author, review.submitted_at)
    for remark in unheard(state):
        if has_a_say(remark.author, state):
            yield Stop("comment", remark.author, remark.at)
    for dislike in state.dislikes:
        if dislike.key not in state.wishes.heard:
            yield Stop("thumb", dislike.author, dislike.at)


def has_a_say(person: Person, state: State) -> bool:
    if person.bot:
        return False
    return person.id == state.pull.author.id or not state.granted.get(person.id, frozenset()).isdisjoint(WRITERS)


WRITERS = frozenset({"write", "admin"})


def refusals(pull: PullRequest) -> tuple[Review, ...]:
    """The reviews that ask for changes and that nothing came after of the same person."""
    last: dict[int, Review] = {}
    for review in pull.reviews:
        if review.state != "commented":
            last[review.author.id] = review
    return tuple(review for review in last.values() if review.state == "changes_requested")


def remarks(pull: PullRequest) -> tuple[Remark, ...]:
    """Of people, in the conversation and as reviews that neither approve nor refuse."""
    reviews = (review for review in pull.reviews if review.state == "commented" and not review.author.bot)
    of_reviews = (Remark(f"review {each.author.id} {each.submitted_at.isoformat()}", each.author, each.submitted_at)
                  for each in reviews)  # fmt: skip
    return (*pull.remarks, *of_reviews)


def unheard(state: State) -> tuple[Remark, ...]:
    return tuple(remark for remark in remarks(state.pull) if remark.key not in state.wishes.heard)


def speakers(state_pull: PullRequest, heard: frozenset[str]) -> tuple[Person, ...]:
    """Whose place here has to be known, to tell whether their word stops it."""
    said = [remark.author for remark in remarks(state_pull) if remark.key not in heard]
    return tuple({person.id: person for person in [*said, *(each.author for each in refusals(state_pull))]}.values())
