"""Who may say what. Each returns one polite line naming who may, or None when this person may."""

from bot.policy import approval, words
from bot.policy.chat.answers import Asked
from bot.policy.pull import Person


def anyone(asked: Asked) -> None:
    return None


def may_judge(by: Person, author: Person, granted: frozenset[str]) -> bool:
    """Whose opinion of a score is kept: the author's, and that of people who may write."""
    return not by.bot and (by.id == author.id or not granted.isdisjoint({"write", "admin"}))


def author_or_writer(asked: Asked) -> str | None:
    if may_judge(asked.by, asked.state.pull.author, asked.state.granted.get(asked.by.id, frozenset())):
        return None
    return "Only the author and people who may write to this repository can ask for that."


def author(asked: Asked) -> str | None:
    if asked.by.id == asked.state.pull.author.id:
        return None
    return f"Only the author, {words.code(asked.state.pull.author.login)}, can say that."


def manager(asked: Asked) -> str | None:
    if approval.is_manager(asked.by, asked.state, asked.config):
        return None
    return f"Only {approval.who_may(asked.state, asked.config)} can decide that."


def freezer(asked: Asked) -> str | None:
    may = asked.config.freezes.by
    granted = asked.state.granted.get(asked.by.id, frozenset())
    if approval.named(asked.by, may, asked.state) or not granted.isdisjoint(may):
        return None
    if not may:
        return "Freezes are not started from comments here; `freezes.by` in the configuration names who may."
    return f"Only {words.listed([words.code(name.removeprefix('@')) for name in may])} can do that."
