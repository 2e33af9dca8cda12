"""A pull request leaves a merge queue."""

from bot.sandbox.git import Git
from bot.sandbox.shapes import Json
from bot.sandbox.shapes.repositories import signature
from bot.sandbox.state import Pull, QueueEntry, Repository, World
from bot.sandbox.verbs import pulls, tell


def entry_of(found: Repository, number: int) -> QueueEntry | None:
    """The queue entry of a pull request."""
    return next((each for each in found.queue if each.number == number), None)


def leave(world: World, found: Repository, pull: Pull, reason: str, sender: str) -> None:
    """Take a pull request, and what was built on top of it, out of the queue; nothing where it is not in one."""
    entry = entry_of(found, pull.number)
    if entry is None:
        return
    at = found.queue.index(entry)
    behind = [each for each in found.queue[at:] if each.base_ref == entry.base_ref]
    for each in reversed(behind):
        destroy(world, found, each, "dequeued" if each is entry else "invalidated", sender)
        told = found.pulls[each.number]
        why = {"head moved": "BRANCH_PROTECTIONS", "failed": "CI_FAILURE"}.get(reason, "MANUAL")
        pulls.tell_pull(world, found, told, "dequeued", sender, reason=why)


def destroy(world: World, found: Repository, entry: QueueEntry, reason: str, sender: str) -> None:
    """Remove an entry's branch and say why: merged, invalidated or dequeued."""
    found.queue.remove(entry)
    tell(world, "merge_group", found, sender, action="destroyed", reason=reason, merge_group=group(found, entry))
    Git(found.folder).delete_ref(entry.head_ref)


def group(found: Repository, entry: QueueEntry) -> Json:
    """A merge group as webhooks show it."""
    facts = Git(found.folder).commits(entry.head_sha, limit=1)[0]
    return {
        "head_sha": entry.head_sha,
        "head_ref": entry.head_ref,
        "base_sha": entry.base_sha,
        "base_ref": f"refs/heads/{entry.base_ref}",
        "head_commit": {
            "id": facts.sha,
            "tree_id": facts.tree,
            "message": facts.message,
            "timestamp": facts.committer.when.isoformat(),
            "author": {name: signature(facts.author)[name] for name in ("name", "email")},
            "committer": {name: signature(facts.committer)[name] for name in ("name", "email")},
        },
    }
