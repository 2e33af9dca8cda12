"""What people said in a conversation that is no command, and commands to stop that nobody has answered yet."""

import hashlib
from collections.abc import Collection, Iterable

from bot.policy.chat import grammar
from bot.policy.pull import Comment, Remark

STOPPING = frozenset({"hold", "review", "wait"})  # one whose delivery was lost must not be passed over


def remarks(comments: Iterable[Comment], answered: Collection[int]) -> tuple[Remark, ...]:
    """One that only looks like a command is a remark as well: somebody wanted something."""
    said = (each for each in comments if not each.author.bot and _counts(each, answered))
    return tuple(Remark(_key(each), each.author, each.created_at) for each in said)


def _key(comment: Comment) -> str:
    """One that was edited says something else: whoever answered it answered what it said before."""
    again = (
        f" {hashlib.sha256(comment.body.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}" if comment.edited else ""
    )
    return f"comment {comment.id}{again}"


def _counts(comment: Comment, answered: Collection[int]) -> bool:
    command = grammar.parse(comment.body) if grammar.mentioned(comment.body) else None
    return command is None or (command.verb in STOPPING and comment.id not in answered)
