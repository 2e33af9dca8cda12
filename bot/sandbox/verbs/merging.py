"""Merging a pull request, and the merge queue that merges what has been checked together."""

from bot.sandbox.errors import Refusal
from bot.sandbox.git import Git, Signature
from bot.sandbox.measures import base_now
from bot.sandbox.merges import merged_tree
from bot.sandbox.rules import commit_holds, holds
from bot.sandbox.state import AutoMerge, Protection, Pull, QueueEntry, Repository, World, pull_of, writable
from bot.sandbox.verbs import pulls, pushes, queue, tell
from bot.sandbox.verbs.suites import request_suite

MOST_REBASED = 100  # commits; GitHub rebases no more


def may_bypass(world: World, found: Repository, pull: Pull, login: str) -> bool:
    """Whether the rules of the branch do not bind this person."""
    rules = found.protections.get(pull.base_ref)
    return rules is not None and not rules.enforce_admins and world.role(found, login) == "admin"


def merge(
    world: World, found: Repository, number: int, login: str, sha: str | None = None, method: str = "merge",
    title: str | None = None, message: str | None = None,
) -> Pull:  # fmt: skip
    """Merge it now (`method`: merge, squash or rebase). Raises Refusal: 405 not mergeable, 409 the head moved."""
    writable(found)
    pull = pull_of(found, number)
    if sha is not None and sha != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    rules = found.protections.get(pull.base_ref)
    if rules and rules.merge_queue:
        raise Refusal(405, "Changes must be made through the merge queue")
    if (stopped := holds(world, found, pull)) and not may_bypass(world, found, pull, login):
        raise Refusal(405, " ".join(each.words for each in stopped))
    base = base_now(found, pull)
    if method == "rebase":
        made = rebased(world, found, base, pull, login)
    else:
        made = merge_commit(world, found, base, pull, login, method, title, message)
    land_on(world, found, pull, base, made, login)
    return pull


def land_on(world: World, found: Repository, pull: Pull, base: str, made: str, login: str) -> None:
    """Move the base branch to a merge commit, close the pull request, say so."""
    ref = f"refs/heads/{pull.base_ref}"
    Git(found.folder).set_ref(ref, made)
    pushes.land(world, found, pull, made, login)
    pushes.pushed(world, found, ref, base, made, login)


def rebased(world: World, found: Repository, base: str, pull: Pull, login: str) -> str:
    """The commits of a pull request, one by one on a base; who wrote them stays. Raises Refusal (405)."""
    git, tip = Git(found.folder), base
    for facts in reversed(git.commits(pull.head_sha, f"^{base}", limit=MOST_REBASED, chosen=["--topo-order"])):
        if len(facts.parents) != 1:
            raise Refusal(405, "This branch can't be rebased: it holds a merge commit")
        tree = merged_tree(git, tip, facts.sha, facts.parents[0])
        if tree is None:
            raise Refusal(405, "This branch can't be rebased due to conflicts")
        tip = git.write_commit(tree, [tip], facts.message, facts.author, signed(world, login))
    return tip


def merge_commit(
    world: World, found: Repository, base: str, pull: Pull, login: str, method: str, title: str | None = None,
    message: str | None = None,
) -> str:  # fmt: skip
    """The commit that brings a pull request into a base. Raises Refusal (405)."""
    git = Git(found.folder)
    tree = merged_tree(git, base, pull.head_sha)
    if tree is None:
        raise Refusal(405, "Pull Request has merge conflicts")
    usual = {
        "merge": (f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head_ref}", pull.title),
        "squash": (f"{pull.title} (#{pull.number})", pull.body or ""),
    }[method]
    words = f"{title or usual[0]}\n\n{usual[1] if message is None else message}".rstrip()
    parents = [base] if method == "squash" else [base, pull.head_sha]
    return git.write_commit(tree, parents, words, signed(world, login))


def update_commit(world: World, head: Repository, pull: Pull, base: str, login: str) -> str:
    """The commit that brings a base, whose commits `head` has, into a pull request's branch. Raises Refusal (422)."""
    git = Git(head.folder)
    tree = merged_tree(git, pull.head_sha, base)
    if tree is None:
        raise Refusal(422, "merge conflict between base and head")
    words = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
    return git.write_commit(tree, [pull.head_sha, base], words, signed(world, login))


def signed(world: World, login: str) -> Signature:
    """A person as the author of a commit made now."""
    person = world.accounts.get(login)
    return Signature(person.name if person else login, f"{login}@example.org", world.now())


def enqueue(world: World, found: Repository, number: int, login: str) -> QueueEntry:
    """Put a pull request at the end of its base's queue and ask for checks on the result. Raises Refusal (422)."""
    writable(found)
    pull = pull_of(found, number)
    serious = [each.words for each in holds(world, found, pull) if "merge queue" not in each.words]
    if serious:
        raise Refusal(422, " ".join(serious))
    if queue.entry_of(found, number):
        raise Refusal(422, "Pull request is already in the queue")
    ahead = [each for each in found.queue if each.base_ref == pull.base_ref]
    base = ahead[-1].head_sha if ahead else base_now(found, pull)
    made = merge_commit(world, found, base, pull, login, "merge")
    ref = f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{number}-{base}"
    entry = QueueEntry(number, pull.base_ref, base, ref, made, pull.head_sha, login)
    found.queue.append(entry)
    Git(found.folder).set_ref(ref, made)
    pulls.tell_pull(world, found, pull, "enqueued", login)
    request_suite(world, found, made, ref.removeprefix("refs/heads/"), base, login)
    shape = queue.group(found, entry)
    tell(world, "merge_group", found, login, action="checks_requested", merge_group=shape)
    return entry


def advance(world: World, found: Repository) -> None:
    """Merge what can be: queue entries from the front as their checks pass, then wishes for auto-merge."""
    for base_ref in {each.base_ref for each in found.queue}:
        while (front := next((each for each in found.queue if each.base_ref == base_ref), None)) and step(
            world, found, front
        ):
            continue
    for pull in list(found.pulls.values()):
        if pull.auto_merge and pull.state == "open" and not holds(world, found, pull):
            merge(world, found, pull.number, pull.auto_merge.login, method=pull.auto_merge.method)


def step(world: World, found: Repository, front: QueueEntry) -> bool:
    """Merge or throw out the first entry of a queue; False while it waits."""
    pull = found.pulls[front.number]
    stopped = commit_holds(world, found, found.protections.get(front.base_ref, Protection()), front.head_sha)
    if any(each.waiting for each in stopped):
        return False
    if stopped:
        queue.leave(world, found, pull, "failed", world.bot.login)
        return True
    base = base_now(found, pull)
    if base != front.base_sha:
        queue.leave(world, found, pull, "base moved", world.bot.login)
        return True
    queue.destroy(world, found, front, "merged", front.login)
    land_on(world, found, pull, base, front.head_sha, front.login)
    return True


def wish(world: World, found: Repository, number: int, login: str, method: str) -> Pull:
    """Ask for auto-merge. Raises Refusal (422) where it could be merged at once, as GitHub does."""
    pull = pull_of(found, number)
    if not holds(world, found, pull):
        raise Refusal(422, "Pull request Pull request is in clean status")
    pull.changed(world.now(), auto_merge=AutoMerge(login, method))
    pulls.tell_pull(world, found, pull, "auto_merge_enabled", login)
    return pull


def unwish(world: World, found: Repository, number: int, login: str) -> Pull:
    """Take that back."""
    pull = pull_of(found, number)
    if pull.auto_merge:
        pull.changed(world.now(), auto_merge=None)
        pulls.tell_pull(world, found, pull, "auto_merge_disabled", login, reason="Manually disabled by user")
    return pull
