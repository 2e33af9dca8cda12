"""Hold back the riskiest share of changes, as the level in force says."""

from datetime import datetime

from bot.policy.calendar import InForce, OpenWindow
from bot.policy.config import Config
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import Person, Unknown
from bot.policy.standing.level import is_exempt, is_waiting, stretches, would_hold
from bot.policy.state import State
from bot.policy.text import words

NAME = "gate"
REVIEWERS = 2  # on this head, so that a second person has looked


def opine(state: State, config: Config, now: datetime) -> Opinion:
    ahead = stretches(state, config, now)
    stretch = next(ahead)
    if is_exempt(state, config):
        return Opinion(NAME, words="Every changed file is exempt from gating.")
    if not would_hold(state, config, stretch):
        return Opinion(NAME, words=_passing(state))
    if is_waiting(state):
        return Opinion(NAME, Verdict.BLOCK, "The change is being scored.")
    met = _met(state, config, stretch)
    if met:
        return Opinion(NAME, words=met)
    free = next((later for later in ahead if not would_hold(state, config, later)), None)
    return Opinion(NAME, Verdict.BLOCK, _holding(state, stretch), None if free is None else _since(free, stretch))


def _since(free: InForce, stretch: InForce) -> datetime | None:
    zone = stretch.until.tzinfo if stretch.until else None
    return free.since.astimezone(zone) if free.since else None


def _holding(state: State, stretch: InForce) -> str:
    window = stretch.window.name if stretch.window else "The configuration"
    if state.risk is None:
        return f"{window} holds back changes that cannot be scored{because(stretch.window)}."
    base, why = words.code(state.pull.base_ref), because(stretch.window)
    if stretch.share >= 1:
        return f"{window} holds back every change to {base}{why}."
    share = words.percent(stretch.share)
    return f"{window} holds back the riskiest {share} of changes to {base}, and this is one of them{why}."


def because(window: OpenWindow | None) -> str:
    """The reason that somebody gave for a window, to end a sentence with."""
    return f"; the reason given: {words.code(window.reason)}" if window is not None and window.reason else ""


def _passing(state: State) -> str:
    return "The change could not be scored; nothing holds it now." if state.failure and not state.risk else ""


def _met(state: State, config: Config, stretch: InForce) -> str:
    """What lifts the gate at this level, when it was done on this head."""
    action = config.gate.action_at(stretch.level)
    reviewers, more = len(qualified_reviewers(state)), 1 if somebody_unknown(state) else 0
    if action == "author_attest" and state.pull.head_sha in state.attested and reviewers >= more:
        return "The author attests that this head was reviewed adequately."
    if action == "extra_review" and reviewers >= REVIEWERS + more:
        return f"{REVIEWERS + more} qualified reviewers approved this head."
    return ""


def qualified_reviewers(state: State) -> tuple[Person, ...]:
    """Who approved this head last, may write, and had no hand in the change."""
    pull = state.pull
    latest: dict[int, tuple[Person, str]] = {}
    for review in sorted(pull.reviews, key=lambda review: review.submitted_at):
        if review.state != "commented":
            approves = review.state == "approved" and review.head_sha == pull.head_sha
            latest[review.author.id] = (review.author, "yes" if approves else "no")
    return tuple(
        person
        for person, answer in latest.values()
        if answer == "yes" and not had_a_hand(person, state) and can_write(person, state)
    )


def can_write(person: Person, state: State) -> bool:
    return not state.granted.get(person.id, frozenset()).isdisjoint({"write", "admin"})


def had_a_hand(person: Person, state: State) -> bool:
    """One of those who made or pushed the change, or nobody knows; a bot never counts as a second person either."""
    hands = state.hands
    if isinstance(hands, Unknown) or person.bot or person.id == state.pull.author.id or person.id in hands.people:
        return True
    return any(_names(address, person) for address in hands.unplaced)


def _names(address: str, person: Person) -> bool:
    """A noreply address without a number tells a login only: of whom it was then, most likely of whom it is now."""
    name, _, host = address.rpartition("@")
    return host.startswith("users.noreply.") and name == person.login.casefold()


def somebody_unknown(state: State) -> bool:
    """Whether anybody at all may be behind a part of the change: then one more person has to look than usual."""
    hands = state.hands
    return isinstance(hands, Unknown) or bool(hands.unplaced)
