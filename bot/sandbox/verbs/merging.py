"""Merging a pull request, and the merge queue that merges what has been checked together."""

from bot.sandbox.errors import Refusal
from bot.sandbox.git import Git, Signature
from bot.sandbox.measures import base_now
from bot.sandbox.merges import merged_tree
from bot.sandbox.reports import Protection
from bot.sandbox.rules import commit_holds, holds
from bot.sandbox.state import AutoMerge, Pull, QueueEntry, Repository, World, pull_of, writable
from bot.sandbox.verbs import pulls, pushes, queue, tell
from bot.sandbox.verbs.suites import request_suite

MOST_REBASED = 100  # commits; GitHub rebases no more


def may_bypass(world: World, repository: Repository, pull: Pull, login: str) -> bool:
    """Whether the rules of the branch do not bind this person or App."""
    rules, app = repository.protections.get(pull.base_ref), world.app_of(login)
    if rules is None:
        return False
    if app is not None:
        return app.app.id in rules.bypass
    return not rules.enforce_admins and world.role(repository, login) == "admin"


def ways(repository: Repository, base_ref: str) -> frozenset[str]:
    """How a pull request into that branch may be merged."""
    rules = repository.protections.get(base_ref)
    allowed = repository.methods & rules.methods if rules else repository.methods
    barred = {"merge"} if rules and rules.linear else set()
    return allowed - barred - ({"rebase"} if rules and rules.signatures else set())


def merge(
    world: World, repository: Repository, number: int, login: str, sha: str | None = None, method: str = "merge",
    title: str | None = None, message: str | None = None,
) -> Pull:  # fmt: skip
    """Merge it now (`method`: merge, squash or rebase). Raises Refusal: 405 not mergeable, 409 the head moved."""
    writable(repository)
    pull = pull_of(repository, number)
    if sha is not None and sha != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    rules = repository.protections.get(pull.base_ref)
    if rules and rules.merge_queue:
        raise Refusal(405, "Changes must be made through the merge queue")
    bypasses = may_bypass(world, repository, pull, login)
    if method not in (repository.methods if bypasses else ways(repository, pull.base_ref)):
        raise Refusal(405, f"{method.title()} merges are not allowed on this repository.")
    if (stopped := holds(world, repository, pull)) and not bypasses:
        raise Refusal(405, " ".join(each.words for each in stopped))
    base = base_now(repository, pull)
    if method == "rebase":
        made = rebased(world, repository, base, pull, login)
    else:
        made = merge_commit(world, repository, base, pull, login, method, title, message)
    land_on(world, repository, pull, base, made, login)
    return pull


def land_on(world: World, repository: Repository, pull: Pull, base: str, made: str, login: str) -> None:
    """Move the base branch to a merge commit, close the pull request, say so."""
    ref = f"refs/heads/{pull.base_ref}"
    Git(repository.folder).set_ref(ref, made)
    pushes.land(world, repository, pull, made, login)
    pushes.pushed(world, repository, ref, base, made, login)


def rebased(world: World, repository: Repository, base: str, pull: Pull, login: str) -> str:
    """The commits of a pull request, one by one on a base; who wrote them stays. Raises Refusal (405)."""
    git, tip = Git(repository.folder), base
    for facts in reversed(git.commits(pull.head_sha, f"^{base}", limit=MOST_REBASED, chosen=["--topo-order"])):
        if len(facts.parents) != 1:
            raise Refusal(405, "This branch can't be rebased: it holds a merge commit")
        tree = merged_tree(git, tip, facts.sha, facts.parents[0])
        if tree is None:
            raise Refusal(405, "This branch can't be rebased due to conflicts")
        tip = git.write_commit(tree, [tip], facts.message, facts.author, signed(world, login))
    return tip


def merge_commit(
    world: World, repository: Repository, base: str, pull: Pull, login: str, method: str, title: str | None = None,
    message: str | None = None,
) -> str:  # fmt: skip
    """The commit that brings a pull request into a base. Raises Refusal (405)."""
    git = Git(repository.folder)
    tree = merged_tree(git, base, pull.head_sha)
    if tree is None:
        raise Refusal(405, "Pull Request has merge conflicts")
    usual = {
        "merge": (f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head_ref}", pull.title),
        "squash": (f"{pull.title} (#{pull.number})", pull.body or ""),
    }[method]
    words = f"{title or usual[0]}\n\n{usual[1] if message is None else message}".rstrip()
    parents = [base] if method == "squash" else [base, pull.head_sha]
    return by_github(world, repository, tree, parents, words, signed(world, login))


def update_commit(world: World, head: Repository, pull: Pull, base: str, login: str) -> str:
    """The commit that brings a base, whose commits `head` has, into a pull request's branch. Raises Refusal (422)."""
    git = Git(head.folder)
    tree = merged_tree(git, pull.head_sha, base)
    if tree is None:
        raise Refusal(422, "merge conflict between base and head")
    words = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
    return by_github(world, head, tree, [pull.head_sha, base], words, signed(world, login))


def by_github(
    world: World, repository: Repository, tree: str, parents: list[str], words: str, author: Signature
) -> str:
    """A commit that the forge makes for a person: it is the committer, and signs it."""
    committer = Signature("GitHub", "noreply@github.com", world.now())
    made = Git(repository.folder).write_commit(tree, parents, words, author, committer)
    repository.signed.add(made)
    world.signed_by_github.add(made)
    return made


def signed(world: World, login: str) -> Signature:
    """A person as the author of a commit made now."""
    person = world.accounts.get(login)
    return Signature(person.name if person else login, f"{login}@example.org", world.now())


def enqueue(world: World, repository: Repository, number: int, login: str) -> QueueEntry:
    """Put a pull request at the end of its base's queue and ask for checks on the result. Raises Refusal (422)."""
    writable(repository)
    pull = pull_of(repository, number)
    serious = [each.words for each in holds(world, repository, pull) if "merge queue" not in each.words]
    if serious:
        raise Refusal(422, " ".join(serious))
    if queue.entry_of(repository, number):
        raise Refusal(422, "Pull request is already in the queue")
    ahead = [each for each in repository.queue if each.base_ref == pull.base_ref]
    base = ahead[-1].head_sha if ahead else base_now(repository, pull)
    made = merge_commit(world, repository, base, pull, login, "merge")
    ref = f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{number}-{base}"
    entry = QueueEntry(number, pull.base_ref, base, ref, made, pull.head_sha, login)
    repository.queue.append(entry)
    Git(repository.folder).set_ref(ref, made)
    pulls.tell_pull(world, repository, pull, "enqueued", login)
    request_suite(world, repository, made, ref.removeprefix("refs/heads/"), base, login)
    shape = queue.group(repository, entry)
    tell(world, "merge_group", repository, login, action="checks_requested", merge_group=shape)
    return entry


def advance(world: World, repository: Repository) -> None:
    """Merge what can be: queue entries from the front as their checks pass, then wishes for auto-merge."""
    for base_ref in {each.base_ref for each in repository.queue}:
        while (front := next((each for each in repository.queue if each.base_ref == base_ref), None)) and step(
            world, repository, front
        ):
            continue
    for pull in list(repository.pulls.values()):
        if pull.auto_merge and pull.state == "open" and not holds(world, repository, pull):
            merge(world, repository, pull.number, pull.auto_merge.login, method=pull.auto_merge.method)


def step(world: World, repository: Repository, front: QueueEntry) -> bool:
    """Merge or throw out the first entry of a queue; False while it waits."""
    pull = repository.pulls[front.number]
    stopped = commit_holds(world, repository, repository.protections.get(front.base_ref, Protection()), front.head_sha)
    if any(each.waiting for each in stopped):
        return False
    if stopped:
        queue.leave(world, repository, pull, "failed", world.bot.login)
        return True
    base = base_now(repository, pull)
    if base != front.base_sha:
        queue.leave(world, repository, pull, "base moved", world.bot.login)
        return True
    queue.destroy(world, repository, front, "merged", front.login)
    land_on(world, repository, pull, base, front.head_sha, front.login)
    return True


def wish(world: World, repository: Repository, number: int, login: str, method: str) -> Pull:
    """Ask for auto-merge. Raises Refusal (422) where it could be merged at once, as GitHub does."""
    pull = pull_of(repository, number)
    if not holds(world, repository, pull):
        raise Refusal(422, "Pull request Pull request is in clean status")
    pull.changed(world.now(), auto_merge=AutoMerge(login, method))
    pulls.tell_pull(world, repository, pull, "auto_merge_enabled", login)
    return pull


def unwish(world: World, repository: Repository, number: int, login: str) -> Pull:
    """Take that back."""
    pull = pull_of(repository, number)
    if pull.auto_merge:
        pull.changed(world.now(), auto_merge=None)
        pulls.tell_pull(world, repository, pull, "auto_merge_disabled", login, reason="Manually disabled by user")
    return pull
