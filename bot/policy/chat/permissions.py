"""Who may say what. Each returns one polite line naming who may, or None when this person may."""

from bot.policy import managers
from bot.policy.case import Case
from bot.policy.pull import Person
from bot.policy.text import words


def anyone(case: Case, by: Person) -> None:
    return None


def may_judge(by: Person, author: Person, granted: frozenset[str]) -> bool:
    """Whose opinion of a score is kept: the author's, and that of people who may write."""
    return not by.bot and (by.id == author.id or not granted.isdisjoint({"write", "admin"}))


def author_or_writer(case: Case, by: Person) -> str | None:
    if may_judge(by, case.pull.author, case.state.granted.get(by.id, frozenset())):
        return None
    return "Only the author and people who may write to this repository can ask for that."


def writer(case: Case, by: Person) -> str | None:
    """Asked of the forge: what a comment says of its author's place in the repository counts for nothing."""
    granted = case.state.granted.get(by.id, frozenset())
    if not by.bot and not granted.isdisjoint({"write", "admin"}):
        return None
    return "Only people who may write to this repository can say that."


def author(case: Case, by: Person) -> str | None:
    if by.id == case.pull.author.id:
        return None
    return f"Only the author, {words.code(case.pull.author.login)}, can say that."


def manager(case: Case, by: Person) -> str | None:
    if managers.is_manager(by, case):
        return None
    return f"Only {managers.who_may(case)} can decide that."


def freezer(case: Case, by: Person) -> str | None:
    may = case.config.freezes.by
    granted = case.state.granted.get(by.id, frozenset())
    if managers.named(by, may, case.state) or not granted.isdisjoint(may):
        return None
    if not may:
        return "Freezes are not started from comments here; `freezes.by` in the configuration names who may."
    return f"Only {words.listed([words.code(name.removeprefix('@')) for name in may])} can do that."
