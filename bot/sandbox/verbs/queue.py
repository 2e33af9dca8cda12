"""A pull request leaves a merge queue."""

from bot.sandbox.git import Git
from bot.sandbox.shapes import Json
from bot.sandbox.shapes.repositories import signature
from bot.sandbox.state import Pull, QueueEntry, Repository, World
from bot.sandbox.verbs import pulls, tell


def entry_of(repository: Repository, number: int) -> QueueEntry | None:
    """The queue entry of a pull request."""
    return next((each for each in repository.queue if each.number == number), None)


def leave(world: World, repository: Repository, pull: Pull, reason: str, sender: str) -> None:
    """Take a pull request, and what was built on top of it, out of the queue; nothing where it is not in one."""
    entry = entry_of(repository, pull.number)
    if entry is None:
        return
    at = repository.queue.index(entry)
    behind = [each for each in repository.queue[at:] if each.base_ref == entry.base_ref]
    for each in reversed(behind):
        destroy(world, repository, each, "dequeued" if each is entry else "invalidated", sender)
        dropped = repository.pulls[each.number]
        why = {"head moved": "BRANCH_PROTECTIONS", "failed": "CI_FAILURE"}.get(reason, "MANUAL")
        pulls.tell_pull(world, repository, dropped, "dequeued", sender, reason=why)


def destroy(world: World, repository: Repository, entry: QueueEntry, reason: str, sender: str) -> None:
    """Remove an entry's branch and say why: merged, invalidated or dequeued."""
    repository.queue.remove(entry)
    tell(
        world,
        "merge_group",
        repository,
        sender,
        action="destroyed",
        reason=reason,
        merge_group=group(repository, entry),
    )
    Git(repository.folder).delete_ref(entry.head_ref)


def group(repository: Repository, entry: QueueEntry) -> Json:
    """A merge group as webhooks show it."""
    facts = Git(repository.folder).commits(entry.head_sha, limit=1)[0]
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
