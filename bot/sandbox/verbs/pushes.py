"""Branches move, and what follows: webhooks, a check suite, pull requests with a new head or already landed."""

from bot.sandbox.git import CommitFacts, Git
from bot.sandbox.git_listings import NOTHING
from bot.sandbox.shapes import Json
from bot.sandbox.shapes.repositories import author_login
from bot.sandbox.state import Pull, Repository, World, writable
from bot.sandbox.verbs import pulls, queue, tell
from bot.sandbox.verbs.suites import request_suite

LISTED_COMMITS = 20  # in a push payload


def push(world: World, repository: Repository, ref: str, sha: str, sender: str) -> None:
    """Move a branch to a commit (40 zeros drop it) and follow up. Raises Refusal (422)."""
    writable(repository)
    git = Git(repository.folder)
    before = git.refs(ref).get(ref, NOTHING)
    if sha == NOTHING:
        git.delete_ref(ref)
    else:
        git.set_ref(ref, sha)
    pushed(world, repository, ref, before, sha, sender)


def pushed(world: World, repository: Repository, ref: str, before: str, after: str, sender: str) -> None:
    """What follows from a reference that moved: webhooks, a check suite, pull requests that have a new head."""
    if before == after:
        return
    repository.pushed_at = world.now()
    tell(world, "push", repository, sender, **push_facts(world, repository, ref, before, after, sender))
    branch = ref.removeprefix("refs/heads/")
    if branch == ref:
        return
    if after != NOTHING:
        request_suite(world, repository, after, branch, before, sender)
    for base in list(world.repositories.values()):
        for pull in list(base.pulls.values()):
            if pull.state != "open" or (pull.head_repository_id, pull.head_ref) != (repository.id, branch):
                continue
            if after == NOTHING:
                pulls.set_state(world, base, pull, "closed", sender)
            else:
                synchronize(world, base, pull, before, after, sender)
    for pull in [each for each in repository.pulls.values() if each.state == "open" and each.base_ref == branch]:
        if NOTHING not in (before, after) and Git(repository.folder).ancestor(pull.head_sha, after):
            land(world, repository, pull, after, sender)


def synchronize(world: World, base: Repository, pull: Pull, before: str, after: str, sender: str) -> None:
    """A pull request's branch moved."""
    tip = Git(base.folder).resolve(pull.base_ref) or pull.base_sha
    pull.changed(world.now(), head_sha=after, base_sha=tip, pushed_by=sender)
    pulls.keep_head(world, base, pull)
    queue.leave(world, base, pull, "head moved", sender)
    pulls.tell_pull(world, base, pull, "synchronize", sender, before=before, after=after)


def land(world: World, repository: Repository, pull: Pull, commit: str, sender: str) -> None:
    """Close a pull request as merged by a commit that its base branch now has."""
    now = world.now()
    landed = {"state": "closed", "merged_at": now, "closed_at": now, "merged_by": sender, "merge_commit_sha": commit}
    pull.changed(now, **landed, auto_merge=None)
    pulls.tell_pull(world, repository, pull, "closed", sender)


def push_facts(world: World, repository: Repository, ref: str, before: str, after: str, sender: str) -> Json:
    """The part of a push payload that is its own."""
    git = Git(repository.folder)
    since = (f"^{before}",) if before != NOTHING and git.resolve(before) else ()
    commits = [] if after == NOTHING else git.commits(after, *since, limit=LISTED_COMMITS if since else 1)
    listed = [push_commit(world, repository, facts) for facts in reversed(commits)]
    page = f"{world.address}/{repository.full_name}/compare"
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "base_ref": None,
        "created": before == NOTHING,
        "deleted": after == NOTHING,
        "forced": NOTHING not in (before, after) and not git.ancestor(before, after),
        "compare": f"{page}/{before[:12]}...{after[:12]}",
        "commits": listed,
        "head_commit": listed[-1] if listed else None,
        "pusher": {"name": sender, "email": f"{sender}@example.org"},
    }


def push_commit(world: World, repository: Repository, facts: CommitFacts) -> Json:
    """A commit in a push payload."""
    files = Git(repository.folder).changed_files(facts.parents[0], facts.sha, with_patch=False) if facts.parents else []
    login = author_login(world, facts)
    people = {
        "author": {"name": facts.author.name, "email": facts.author.email, "date": facts.author.when.isoformat()},
        "committer": {"name": facts.committer.name, "email": facts.committer.email},
    }
    if login:
        people["author"]["username"] = login
    return {
        "id": facts.sha,
        "tree_id": facts.tree,
        "distinct": True,
        "message": facts.message,
        "timestamp": facts.committer.when.isoformat(),
        "url": f"{world.address}/{repository.full_name}/commit/{facts.sha}",
        **people,
        "added": [each.path for each in files if each.status == "added"],
        "removed": [each.path for each in files if each.status == "removed"],
        "modified": [each.path for each in files if each.status not in {"added", "removed"}],
    }
