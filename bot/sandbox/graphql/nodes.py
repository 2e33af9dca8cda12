"""What GraphQL shows: each thing as a dictionary of fields, those with arguments or a price as functions."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from bot.sandbox import rules
from bot.sandbox.git import CommitFacts, Git, Signature
from bot.sandbox.measures import base_now, merges, sizes
from bot.sandbox.shapes import accounts, stamp, stamp_or_none
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.shapes import repositories as repository_shapes
from bot.sandbox.state import Comment, Conversation, Issue, Pull, QueueEntry, Repository, Review, Thread, World
from bot.sandbox.verbs import queue

Node = dict[str, Any]
Info = Any  # of graphql-core: where in a query a field stands
LISTED_COMMITS = 250  # of one pull request, as with REST
MOST = 100  # of a page
WAYS = {"mergeCommit": "merge", "squashMerge": "squash", "rebaseMerge": "rebase"}


def connection(rows: Sequence[Any], show: Callable[[Any], Node], total: int | None = None) -> Callable[..., Node]:
    """A list to be paged from either end; a cursor is a place in the list."""

    def page(
        info: Info, first: int | None = None, last: int | None = None, after: str | None = None,
        before: str | None = None, **ignored: Any,
    ) -> Node:  # fmt: skip
        start, stop = place(after, 0), place(before, len(rows) + 1) - 1
        size = first if first is not None else last
        if size is None and only_counted(info):
            size = 0
        if size is None or not 0 <= size <= MOST:
            raise GraphQLError(f"Give `first` or `last`, between 0 and {MOST}, for `{info.field_name}`.")
        here = range(start, max(start, min(stop, len(rows))))
        here = here[:size] if first is not None else here[max(0, len(here) - size) :]
        nodes = [show(rows[at]) for at in here]
        marks = [str(at + 1) for at in here]
        ends = {"startCursor": marks[0] if marks else None, "endCursor": marks[-1] if marks else None}
        more = {"hasNextPage": here.stop < len(rows), "hasPreviousPage": here.start > 0}
        edges = [{"cursor": mark, "node": node} for mark, node in zip(marks, nodes, strict=True)]
        whole = len(rows) if total is None else total
        return {"totalCount": whole, "pageInfo": ends | more, "nodes": nodes, "edges": edges}

    return page


def only_counted(info: Info) -> bool:
    """Whether nothing of a list is asked for but how long it is: then it needs no page."""
    asked = [each for field in info.field_nodes for each in field.selection_set.selections]
    return all(getattr(each, "name", None) is not None and each.name.value == "totalCount" for each in asked)


def place(cursor: str | None, otherwise: int) -> int:
    """The place a cursor stands for. Raises GraphQLError."""
    if cursor is None:
        return otherwise
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        raise GraphQLError(f"`{cursor}` does not appear to be a valid cursor.")
    return int(cursor)


def actor(world: World, login: str | None) -> Node | None:
    """A person, bot or organisation."""
    if login is None:
        return None
    shape = accounts.user(world, login)
    known = world.accounts.get(login)
    return {
        "__typename": shape["type"],
        "id": shape["node_id"],
        "databaseId": shape["id"],
        "login": login,
        "name": known.name if known else None,
        "email": "",
        "avatarUrl": lambda info, size=None: shape["avatar_url"],
        "resourcePath": f"/{login}",
        "url": shape["html_url"],
    }


def signed(world: World, who: Signature) -> Node:
    """Who wrote or made a commit."""
    return writer(world, who.email) | {"name": who.name, "date": who.when.isoformat()}


def writer(world: World, email: str) -> Node:
    """Whoever an address of a commit belongs to."""
    login = repository_shapes.login_of(world, email)
    known = actor(world, login)
    return {
        "name": None,
        "email": email,
        "date": None,
        "user": known if known and known["__typename"] == "User" else None,
    }


def commit(world: World, facts: CommitFacts) -> Node:
    """A commit; co-authors by their trailers are authors too."""
    emails = dict.fromkeys([facts.author.email, *repository_shapes.CO_AUTHOR.findall(facts.message)])
    return {
        "__typename": "Commit",
        "id": f"C_{facts.sha}",
        "oid": facts.sha,
        "message": facts.message,
        "messageHeadline": facts.message.partition("\n")[0],
        "authoredDate": stamp(facts.author.when),
        "committedDate": stamp(facts.committer.when),
        "author": signed(world, facts.author),
        "committer": signed(world, facts.committer),
        "authors": connection(list(emails), lambda email: writer(world, email)),
        "parents": connection(facts.parents, lambda sha: {"__typename": "Commit", "id": f"C_{sha}", "oid": sha}),
        "signature": signature(world, facts),
    }


def signature(world: World, facts: CommitFacts) -> Node | None:
    """What the forge found of a commit's signature; None: it has none."""
    if not any(facts.sha in each.signed for each in world.repositories.values()):
        return None
    by_github = facts.sha in world.signed_by_github
    return {"isValid": True, "state": "VALID", "email": facts.committer.email, "wasSignedByGitHub": by_github}


def commit_at(world: World, repository: Repository, sha: str | None) -> Node | None:
    """The commit of that name."""
    return commit(world, Git(repository.folder).commits(sha, limit=1)[0]) if sha else None


def repository(world: World, repository: Repository) -> Node:
    branch = repository.default_branch

    def pull_requests(info: Info, states: Any = None, headRefName: str | None = None,
                      baseRefName: str | None = None, **page: Any) -> Node:  # fmt: skip
        chosen = [
            each for each in repository.pulls.values()
            if (states is None or state_of(each) in states)
            and headRefName in {None, each.head_ref} and baseRefName in {None, each.base_ref}
        ]  # fmt: skip
        return connection(chosen, lambda each: pull(world, repository, each))(info, **page)

    def issues(info: Info, states: Any = None, **page: Any) -> Node:
        chosen = [each for each in repository.issues.values() if states is None or each.state.upper() in states]
        return connection(chosen, lambda each: issue(world, repository, each))(info, **page)

    tip = Git(repository.folder).resolve(branch)
    return {
        "__typename": "Repository",
        "id": f"R_{repository.id}",
        "databaseId": repository.id,
        "name": repository.name,
        "nameWithOwner": repository.full_name,
        "url": f"{world.address}/{repository.full_name}",
        "isPrivate": repository.private,
        "isArchived": repository.archived,
        "isFork": repository.fork_of is not None,
        "owner": actor(world, repository.owner),
        "defaultBranchRef": tip
        and {"name": branch, "prefix": "refs/heads/", "target": lambda info: commit_at(world, repository, tip)},
        **{f"{way}Allowed": name in repository.methods for way, name in WAYS.items()},
        "mergeQueue": lambda info, branch=None: queue_of(world, repository, branch or repository.default_branch),
        "pullRequest": lambda info, number: one(
            repository.pulls, number, "PullRequest", lambda it: pull(world, repository, it)
        ),
        "pullRequests": pull_requests,
        "issue": lambda info, number: one(repository.issues, number, "Issue", lambda it: issue(world, repository, it)),
        "issues": issues,
    }


def one(rows: dict[int, Any], number: int, kind: str, show: Callable[[Any], Node]) -> Node:
    """One of many by number. Raises GraphQLError (NOT_FOUND)."""
    if number not in rows:
        words = f"Could not resolve to a {kind} with the number of {number}."
        raise GraphQLError(words, extensions={"type": "NOT_FOUND"})
    return show(rows[number])


def state_of(known: Pull) -> str:
    """OPEN, CLOSED or MERGED."""
    return "MERGED" if known.merged_at else known.state.upper()


def thread(world: World, repository: Repository, known: Thread) -> Node:
    """What pull requests and issues share."""
    said = [each for each in repository.comments.values() if each.number == known.number]
    labels = [repository.labels[name] for name in known.labels]
    return {
        "databaseId": known.id,
        "number": known.number,
        "title": known.title,
        "body": known.body or "",
        "url": shapes.page_of_thread(world, repository, known),
        "closed": known.state == "closed",
        "createdAt": stamp(known.created_at),
        "updatedAt": stamp(known.updated_at),
        "closedAt": stamp_or_none(known.closed_at),
        "author": actor(world, known.login),
        "labels": connection(labels, lambda each: {"id": f"LA_{each.id}", "name": each.name, "color": each.colour,
                                                   "description": each.description}),
        "comments": connection(said, lambda each: comment(world, each)),
    }  # fmt: skip


def comment(world: World, known: Comment) -> Node:
    times = {"createdAt": stamp(known.created_at), "updatedAt": stamp(known.updated_at)}
    inside = {"id": f"IC_{known.id}", "databaseId": known.id, "body": known.body}
    return {**inside, **times, "author": actor(world, known.login)}


def issue(world: World, repository: Repository, known: Issue) -> Node:
    return thread(world, repository, known) | {
        "__typename": "Issue",
        "id": f"I_{known.id}",
        "state": known.state.upper(),
    }


def pull(world: World, repository: Repository, known: Pull) -> Node:
    """A pull request."""
    span, git = (known.head_sha, f"^{known.base_sha}"), Git(repository.folder)

    def commits(info: Info, **page: Any) -> Node:
        count = git.count(*span)
        rows = list(reversed(git.commits(*span, limit=count)))[:LISTED_COMMITS]
        return connection(rows, lambda each: {"commit": commit(world, each)}, count)(info, **page)

    def size(at: int) -> Callable[[Any], int]:
        return lambda info: sizes(repository.folder, known.base_sha, known.head_sha)[at]

    def mergeable(info: Info) -> str:
        if known.state != "open":
            return "UNKNOWN"
        return "MERGEABLE" if merges(repository.folder, base_now(repository, known), known.head_sha) else "CONFLICTING"

    def opinionated(info: Info, writersOnly: bool = False, **page: Any) -> Node:
        last = {each.login: each for each in known.reviews if each.state not in {"COMMENTED", "PENDING"}}
        chosen = rules.opinions(world, repository, known) if writersOnly else list(last.values())
        return connection(chosen, lambda each: review(world, repository, each))(info, **page)

    wish, reviews = known.auto_merge, [each for each in known.reviews if each.state != "PENDING"]
    return thread(world, repository, known) | {
        "__typename": "PullRequest",
        "id": f"PR_{known.id}",
        "fullDatabaseId": str(known.id),
        "resourcePath": f"/{repository.full_name}/pull/{known.number}",
        "state": state_of(known),
        "isDraft": known.draft,
        "merged": known.merged_at is not None,
        "mergeable": mergeable,
        "mergeStateStatus": lambda info: rules.merge_state(world, repository, known).upper(),
        "mergedAt": stamp_or_none(known.merged_at),
        "mergedBy": actor(world, known.merged_by),
        "mergeCommit": lambda info: commit_at(world, repository, known.merge_commit_sha if known.merged_at else None),
        "authorAssociation": shapes.association(world, repository, known.login),
        "headRepository": lambda info: head_repository(world, known),
        "headRefName": known.head_ref,
        "headRefOid": known.head_sha,
        "baseRefName": known.base_ref,
        "baseRefOid": known.base_sha,
        "changedFiles": size(0),
        "additions": size(1),
        "deletions": size(2),
        "isCrossRepository": known.head_repository_id != repository.id,
        "isInMergeQueue": queue.entry_of(repository, known.number) is not None,
        "autoMergeRequest": wish and {"enabledBy": actor(world, wish.login), "mergeMethod": wish.method.upper()},
        "mergeQueueEntry": lambda info: entry(world, repository, queue.entry_of(repository, known.number)),
        "commits": commits,
        "reviews": connection(reviews, lambda each: review(world, repository, each)),
        "reviewDecision": lambda info: rules.decision(world, repository, known),
        "latestOpinionatedReviews": opinionated,
        "reviewThreads": connection(known.conversations, conversation),
        "baseRef": lambda info: ref(world, repository, known.base_ref),
    }


def conversation(known: Conversation) -> Node:
    return {"id": f"PRRT_{known.id}", "isResolved": known.resolved, "isOutdated": False}


def ref(world: World, repository: Repository, name: str) -> Node | None:
    """A branch, with what its classic protection asks of who may read it."""
    tip, rules = Git(repository.folder).resolve(name), repository.protections.get(name)
    if tip is None:
        return None
    classic = rules if rules and "branch protection" in rules.shown_as else None
    asked = classic and {
        "pattern": name,
        **dict.fromkeys(("allowsForcePushes", "allowsDeletions", "blocksCreations"), False),
        "requiredApprovingReviewCount": classic.approvals or None,
        "requiredStatusCheckContexts": sorted(classic.checks),
        "requiresCodeOwnerReviews": classic.code_owners,
        "requiresConversationResolution": classic.conversations,
        "requiresLinearHistory": classic.linear,
        "requiresSignatures": classic.signatures,
        "viewerCanPush": False,
    }
    there = {"name": name, "prefix": "refs/heads/", "refUpdateRule": asked}
    return there | {"target": lambda info: commit_at(world, repository, tip)}


def queue_of(world: World, repository: Repository, branch: str) -> Node | None:
    """The merge queue of a branch that asks for one."""
    rules = repository.protections.get(branch)
    if rules is None or not rules.merge_queue:
        return None
    page = f"{world.address}/{repository.full_name}/queue/{branch}"
    return {"__typename": "MergeQueue", "id": f"MQ_{repository.id}_{branch}", "url": page}


def head_repository(world: World, known: Pull) -> Node | None:
    """Where its branch is; None: that is gone."""
    there = world.repositories.get(known.head_repository_id or 0)
    return None if there is None else repository(world, there)


def review(world: World, repository: Repository, known: Review) -> Node:
    """A review that was submitted."""
    inside = {"id": f"PRR_{known.id}", "databaseId": known.id, "body": known.body, "state": known.state}
    moment = {"submittedAt": stamp(known.submitted_at), "commit": lambda info: commit_at(world, repository, known.sha)}
    return {**inside, **moment, "author": actor(world, known.login)}


def entry(world: World, repository: Repository, known: QueueEntry | None) -> Node | None:
    """A place in a merge queue."""
    if known is None:
        return None
    line = [each for each in repository.queue if each.base_ref == known.base_ref]
    return {
        "position": line.index(known) + 1 if known in line else 0,
        "headCommit": lambda info: commit_at(world, repository, known.head_sha),
        "baseCommit": lambda info: commit_at(world, repository, known.base_sha),
        "enqueuer": actor(world, known.login),
        "pullRequest": lambda info: pull(world, repository, repository.pulls[known.number]),
    }
