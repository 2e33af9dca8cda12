"""Pull requests, comments, reviews, reactions and labels as JSON."""

from urllib.parse import quote

from bot.sandbox import rules
from bot.sandbox.measures import base_now, merges, sizes
from bot.sandbox.shapes import Json, accounts, repositories, stamp, stamp_or_none
from bot.sandbox.shapes.repositories import url_of
from bot.sandbox.state import Comment, Issue, Label, Pull, Reaction, Repository, Review, Thread, World, thread_of

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def pull(world: World, repository: Repository, known: Pull, full: bool = True) -> Json:
    """A pull request; `full` adds what a list leaves out."""
    url, page = f"{url_of(world, repository)}/pulls/{known.number}", page_of(world, repository, known)
    issue = f"{url_of(world, repository)}/issues/{known.number}"
    links = {
        "self": url,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{url_of(world, repository)}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{url_of(world, repository)}/statuses/{known.head_sha}",
    }
    shape: Json = {
        "id": known.id,
        "node_id": f"PR_{known.id}",
        "number": known.number,
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        **{f"{name}_url": links[name] for name in ("commits", "review_comments", "review_comment", "comments")},
        "statuses_url": links["statuses"],
        "state": known.state,
        "locked": False,
        "title": known.title,
        "user": accounts.user(world, known.login),
        "body": known.body,
        "created_at": stamp(known.created_at),
        "updated_at": stamp(known.updated_at),
        "closed_at": stamp_or_none(known.closed_at),
        "merged_at": stamp_or_none(known.merged_at),
        "merge_commit_sha": known.merge_commit_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [accounts.user(world, login) for login in known.requested_reviewers],
        "requested_teams": [
            accounts.team(world, world.teams[repository.owner, slug]) for slug in known.requested_teams
        ],
        "labels": [label(world, repository, repository.labels[name]) for name in known.labels],
        "milestone": None,
        "draft": known.draft,
        "head": head(world, known),
        "base": side(world, repository, known.base_ref, known.base_sha, repository.owner),
        "_links": {name: {"href": address} for name, address in links.items()},
        "author_association": association(world, repository, known.login),
        "auto_merge": auto_merge(world, known),
        "active_lock_reason": None,
    }
    return shape | (extras(world, repository, known) if full else {})


def extras(world: World, repository: Repository, known: Pull) -> Json:
    """What a pull request shows only by itself: sizes and whether it merges."""
    files, added, deleted, commits = sizes(repository.folder, known.base_sha, known.head_sha)
    mergeable = (
        merges(repository.folder, base_now(repository, known), known.head_sha) if known.state == "open" else None
    )
    return {
        "merged": known.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": rules.merge_state(world, repository, known),
        "merged_by": accounts.user_or_none(world, known.merged_by),
        "comments": sum(each.number == known.number for each in repository.comments.values()),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": commits,
        "additions": added,
        "deletions": deleted,
        "changed_files": files,
    }


def page_of(world: World, repository: Repository, known: Pull) -> str:
    """Where people look at a pull request."""
    return f"{world.address}/{repository.full_name}/pull/{known.number}"


def side(world: World, repository: Repository | None, ref: str, sha: str, owner: str) -> Json:
    """One side of a pull request; without a repository once its fork is gone."""
    shape = {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": accounts.user(world, owner)}
    return shape | {"repo": repositories.repository(world, repository) if repository else None}


def head(world: World, known: Pull) -> Json:
    """The side that is to be merged."""
    repository = world.repositories.get(known.head_repository_id) if known.head_repository_id else None
    return side(world, repository, known.head_ref, known.head_sha, known.head_owner)


def association(world: World, repository: Repository, login: str) -> str:
    """What GitHub calls a person's relation to a repository."""
    merged = any(each.login == login and each.merged_at for each in repository.pulls.values())
    return accounts.association(world, repository.owner, login, repository.roles, merged)


def auto_merge(world: World, known: Pull) -> Json | None:
    """The wish to be merged once nothing holds it."""
    if known.auto_merge is None:
        return None
    enabled = accounts.user(world, known.auto_merge.login)
    return {
        "enabled_by": enabled,
        "merge_method": known.auto_merge.method,
        "commit_title": known.title,
        "commit_message": known.body or "",
    }


def label(world: World, repository: Repository, known: Label) -> Json:
    return {
        "id": known.id,
        "node_id": f"LA_{known.id}",
        "url": f"{url_of(world, repository)}/labels/{quote(known.name, safe='')}",
        "name": known.name,
        "color": known.colour,
        "default": False,
        "description": known.description,
    }


def page_of_thread(world: World, repository: Repository, known: Thread) -> str:
    """Where people look at a pull request or an issue."""
    place = "pull" if isinstance(known, Pull) else "issues"
    return f"{world.address}/{repository.full_name}/{place}/{known.number}"


def issue(world: World, repository: Repository, known: Thread) -> Json:
    """An issue, or a pull request as the issue it also is."""
    url = f"{url_of(world, repository)}/issues/{known.number}"
    shape = {
        "id": known.id + 500_000_000,
        "node_id": f"{'PR' if isinstance(known, Pull) else 'I'}_{known.id}",
        "number": known.number,
        "url": url,
        "repository_url": url_of(world, repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": page_of_thread(world, repository, known),
        "title": known.title,
        "body": known.body,
        "user": accounts.user(world, known.login),
        "labels": [label(world, repository, repository.labels[name]) for name in known.labels],
        "state": known.state,
        "state_reason": known.state_reason if isinstance(known, Issue) else None,
        "locked": False,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": sum(each.number == known.number for each in repository.comments.values()),
        "created_at": stamp(known.created_at),
        "updated_at": stamp(known.updated_at),
        "closed_at": stamp_or_none(known.closed_at),
        "author_association": association(world, repository, known.login),
        "performed_via_github_app": None,
        "reactions": reaction_counts(f"{url}/reactions", known.reactions),
    }
    return shape | (as_pull(world, repository, known) if isinstance(known, Pull) else {})


def as_pull(world: World, repository: Repository, known: Pull) -> Json:
    """What tells an issue that it is a pull request."""
    page = page_of(world, repository, known)
    links = {
        "url": f"{url_of(world, repository)}/pulls/{known.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": stamp_or_none(known.merged_at),
    }
    return {"draft": known.draft, "pull_request": links}


def comment(world: World, repository: Repository, known: Comment) -> Json:
    """A comment in a conversation."""
    url = f"{url_of(world, repository)}/issues/comments/{known.id}"
    page = page_of_thread(world, repository, thread_of(repository, known.number))
    return {
        "id": known.id,
        "node_id": f"IC_{known.id}",
        "url": url,
        "html_url": f"{page}#issuecomment-{known.id}",
        "issue_url": f"{url_of(world, repository)}/issues/{known.number}",
        "user": accounts.user(world, known.login),
        "body": known.body,
        "created_at": stamp(known.created_at),
        "updated_at": stamp(known.updated_at),
        "author_association": association(world, repository, known.login),
        "performed_via_github_app": accounts.app(world) if known.by_app else None,
        "reactions": reaction_counts(f"{url}/reactions", known.reactions),
    }


def reaction_counts(url: str, reactions: list[Reaction]) -> Json:
    """How many of each reaction."""
    counts = {content: sum(each.content == content for each in reactions) for content in REACTIONS}
    return {"url": url, "total_count": len(reactions), **counts}


def reaction(world: World, known: Reaction) -> Json:
    return {
        "id": known.id,
        "node_id": f"REA_{known.id}",
        "user": accounts.user(world, known.login),
        "content": known.content,
        "created_at": stamp(known.created_at),
    }


def review(world: World, repository: Repository, pulled: Pull, known: Review) -> Json:
    """A review; one that was not submitted has no time."""
    page = f"{page_of(world, repository, pulled)}#pullrequestreview-{known.id}"
    pull_url = f"{url_of(world, repository)}/pulls/{pulled.number}"
    submitted = {} if known.state == "PENDING" else {"submitted_at": stamp(known.submitted_at)}
    return submitted | {
        "id": known.id,
        "node_id": f"PRR_{known.id}",
        "user": accounts.user(world, known.login),
        "body": known.body,
        "state": known.state,
        "html_url": page,
        "pull_request_url": pull_url,
        "_links": {"html": {"href": page}, "pull_request": {"href": pull_url}},
        "updated_at": stamp(known.submitted_at),
        "commit_id": known.sha,
        "author_association": association(world, repository, known.login),
    }
