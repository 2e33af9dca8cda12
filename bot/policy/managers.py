"""Who may answer for an exception, and why somebody may not."""

from bot.policy.case import Case
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.pull import Person, Unknown
from bot.policy.rules.gate import can_write, had_a_hand
from bot.policy.state import State
from bot.policy.text import globs, words

TOO_MANY = "Nobody can tell who worked on all of these commits: they are too many. Squash or split them, then ask."
MOST_ADDRESSES = 3  # named in one sentence


def managers(case: Case) -> tuple[str, ...]:
    """Who may answer for this change: the general managers, and those whose globs cover every changed path."""
    policy, paths = case.config.escalation, case.state.paths
    named = {who for some in policy.by_path.values() for who in some}
    owners = [who for who in sorted(named) if paths and all(_owns(who, path, case.config) for path in paths)]
    return tuple(dict.fromkeys([*policy.managers, *owners]))


def _owns(who: str, path: str, config: Config) -> bool:
    return any(who in some and globs.matches(glob, path) for glob, some in config.escalation.by_path.items())


def is_manager(person: Person, case: Case) -> bool:
    """With nobody named, administrators of the repository are."""
    granted = case.state.granted.get(person.id, frozenset())
    names = managers(case)
    if not names:
        return "admin" in granted
    return named(person, names, case.state) or not granted.isdisjoint(names)


def named(person: Person, names: tuple[str, ...], state: State) -> bool:
    """By login, while they may write here: a login alone may have passed to somebody else since it was written down."""
    return person.login.lower() in names and can_write(person, state)


def why_not(person: Person, asked: Escalation, case: Case) -> str | None:
    """Why this person may not answer, in words, or None when they may."""
    if person.bot:
        return "A person has to decide this."
    if not is_manager(person, case):
        return f"This is for {who_may(case)} to decide."
    others = f"it takes somebody else of {who_may(case)}."
    if person.id == asked.by.id:
        return f"Whoever asks for an exception cannot decide on it; {others}"
    if isinstance(case.state.hands, Unknown):
        return TOO_MANY
    if had_a_hand(person, case.state):
        return f"Nobody who worked on a change can decide on its exception; {others}"
    return None


def takes_two(state: State) -> str:
    """Why one approval is not enough, in words; "" when it is: the one who gives it could be behind that address."""
    hands = state.hands
    if isinstance(hands, Unknown) or not hands.unplaced:
        return ""
    named = sorted(hands.unplaced)
    shown = [words.code(one) for one in named[:MOST_ADDRESSES]]
    shown += [f"{len(named) - MOST_ADDRESSES} more"] if len(named) > MOST_ADDRESSES else []
    address, verb = ("address", "is") if len(named) == 1 else ("addresses", "are")
    return f"nobody can tell whose {address} {words.listed(shown, 'and')} {verb}"


def who_may(case: Case) -> str:
    names = [words.code(name.removeprefix("@")) for name in managers(case)]
    return words.listed(names) or "administrators of this repository"
