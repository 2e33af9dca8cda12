"""What people said in a conversation that is no command."""

from collections.abc import Iterable

from bot.policy.chat import grammar
from bot.policy.pull import Comment, Remark


def remarks(comments: Iterable[Comment]) -> tuple[Remark, ...]:
    """One that only looks like a command is a remark as well: somebody wanted something."""
    said = (each for each in comments if not each.author.bot and not _is_command(each.body))
    return tuple(Remark(f"comment {each.id}", each.author, each.created_at) for each in said)


def _is_command(body: str) -> bool:
    return grammar.mentioned(body) and grammar.parse(body) is not None
