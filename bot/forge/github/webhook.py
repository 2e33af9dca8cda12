"""From a delivery to envelopes: what GitHub tells without being asked."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.forge.envelope import Envelope, Pushed, Reachable, Ungrouped, Unreachable
from bot.forge.github import payloads
from bot.forge.github.shapes import (
    RepositoryName,
    person,
    shaped,
)
from bot.policy.events import Changed, Commented, Labelled, Pressed, Queued
from bot.policy.incidents.issue import NOT_SAYING, SAYING, Issue
from bot.policy.pull import Comment

_PULL_ACTIONS = frozenset(
    {
        "opened",
        "reopened",
        "synchronize",
        "edited",
        "closed",
        "ready_for_review",
        "converted_to_draft",
        "labeled",
        "unlabeled",
        "enqueued",
        "dequeued",
        "auto_merge_enabled",
        "auto_merge_disabled",
    }
)
MOST_BODY = 20_000  # characters of an issue that are read
_COMMITS_NAMED = 20  # a push names the files of no more commits than GitHub's limit; from there on, look for oneself

Payload = Mapping[str, Any]


def _action(payload: Payload) -> str:
    action = payload.get("action")
    return action if isinstance(action, str) else ""


def _pull_request(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in _PULL_ACTIONS:
        return ()
    news = shaped(payloads.PullRequest, payload)
    pull, label, sender = news.pull_request, news.label, news.sender
    by = sender.person() if sender else None
    if news.action == "labeled" and label is not None and by and not by.bot and pull.updated_at is not None:
        return (news.envelope(news.repository, pull.number, Labelled(label.name, by, pull.updated_at)),)
    return _changed(news, news.action)


def _review(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in ("submitted", "dismissed"):
        return ()
    return _changed(shaped(payloads.PullRequest, payload), "review")


def _changed(news: payloads.PullRequest, what: str) -> tuple[Envelope, ...]:
    pull = news.pull_request
    by = news.sender.person() if news.sender else None
    return (news.envelope(news.repository, pull.number, Changed(what, pull.updated_at, pull.head.sha, by)),)


def _issue_comment(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) != "created":
        return ()
    news = shaped(payloads.IssueComment, payload)
    author = news.comment.user
    by_bot = any(user is not None and user.person().bot for user in (author, news.sender))
    if news.issue.pull_request is None or author is None or by_bot:
        return ()
    said = Comment(news.comment.id, author.person(), news.comment.body or "", news.comment.created_at)
    return (news.envelope(news.repository, news.issue.number, Commented(said)),)


def _issues(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in SAYING | NOT_SAYING:
        return ()
    news = shaped(payloads.Issues, payload)
    issue, sender = news.issue, news.sender.person()
    if issue.pull_request is not None or sender.bot:
        return ()
    said = Issue(
        number=issue.number,
        what=news.action,
        title=issue.title,
        body=(issue.body or "")[:MOST_BODY],
        labels=frozenset(label.name for label in issue.labels),
        author=person(issue.user),
        by=sender,
        at=issue.updated_at,
        page=issue.html_url,
        moved="old_issue" in (news.changes or {}),
    )
    return (news.envelope(news.repository, None, said),)


def _check_run(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in ("rerequested", "requested_action"):
        return ()
    news = shaped(payloads.CheckRun, payload)
    event = _check_event(news)
    if event is None:
        return ()
    return tuple(news.envelope(news.repository, number, event) for number in news.check_run.numbers(news.repository))


def _check_event(news: payloads.CheckRun) -> Changed | Pressed | None:
    if news.action == "rerequested":
        return Changed("rerequested", None, news.check_run.head_sha)
    if news.requested_action is None or news.sender is None:
        return None
    run = news.check_run
    return Pressed(news.requested_action.identifier, news.sender.person(), run.head_sha, run.external_id or "")


def _check_suite(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) != "rerequested":
        return ()
    news = shaped(payloads.CheckSuite, payload)
    event = Changed("rerequested", None, news.check_suite.head_sha)
    return tuple(news.envelope(news.repository, number, event) for number in news.check_suite.numbers(news.repository))


def _merge_group(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in ("checks_requested", "destroyed"):
        return ()
    news = shaped(payloads.MergeGroup, payload)
    group = news.merge_group
    asked = Queued(group.head_sha, group.head_ref, group.base_ref)
    event = asked if news.action == "checks_requested" else Ungrouped(group.head_sha)
    return (news.envelope(news.repository, None, event),)


def _push(payload: Payload) -> tuple[Envelope, ...]:
    news = shaped(payloads.Push, payload)
    if news.deleted or not news.ref.startswith("refs/heads/") or news.ref.startswith("refs/heads/gh-readonly-queue/"):
        return ()
    paths = tuple(sorted({path for commit in news.commits for path in commit.paths()}))
    complete = not news.forced and 0 < len(news.commits) < _COMMITS_NAMED
    by = news.sender.person() if news.sender else None
    return (news.envelope(news.repository, None, Pushed(news.ref, news.after, paths, complete, by)),)


def _repository(payload: Payload) -> tuple[Envelope, ...]:
    event: Reachable | Unreachable
    match _action(payload):
        case "renamed" | "transferred" | "unarchived" | "edited" as why:
            event = Reachable(why)
        case "deleted" | "archived" as why:
            event = Unreachable(why)
        case _:
            return ()
    news = shaped(payloads.RepositoryNews, payload)
    return (news.envelope(news.repository, None, event),)


def _installation(payload: Payload) -> tuple[Envelope, ...]:
    news = shaped(payloads.Installation, payload)
    match news.action:
        case "created" | "unsuspend" | "new_permissions_accepted":
            return _each(news, news.repositories, Reachable(news.action))
        case "deleted" | "suspend":
            return (_whole(news, Unreachable(news.action)),)
        case _:
            return ()


def _installation_repositories(payload: Payload) -> tuple[Envelope, ...]:
    news = shaped(payloads.Installation, payload)
    added = tuple(_one(news, repository, Reachable("added")) for repository in news.repositories_added)
    return added + tuple(_one(news, repository, Unreachable("removed")) for repository in news.repositories_removed)


def _each(
    news: payloads.Installation, repositories: tuple[RepositoryName, ...], event: Reachable
) -> tuple[Envelope, ...]:
    return tuple(_one(news, repository, event) for repository in repositories) or (_whole(news, event),)


def _one(news: payloads.Installation, repository: RepositoryName, event: Reachable | Unreachable) -> Envelope:
    return Envelope(news.installation.id, repository.id, repository.full_name, None, event)


def _whole(news: payloads.Installation, event: Reachable | Unreachable) -> Envelope:
    return Envelope(
        news.installation.id, 0, news.installation.account.login if news.installation.account else "", None, event
    )


def _nothing(payload: Payload) -> tuple[Envelope, ...]:
    return ()


_READERS: Mapping[str, Callable[[Payload], tuple[Envelope, ...]]] = {
    "check_run": _check_run,
    "check_suite": _check_suite,
    "installation": _installation,
    "installation_repositories": _installation_repositories,
    "issue_comment": _issue_comment,
    "issues": _issues,
    "merge_group": _merge_group,
    "ping": _nothing,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "push": _push,
    "repository": _repository,
}

EVENTS = frozenset(_READERS)  # what the App subscribes to, beside what GitHub always sends


def read(event_name: str, payload: Payload) -> tuple[Envelope, ...]:
    """What a delivery tells; nothing for an unknown event or an action that means nothing to us.

    Raises Unreadable when a field we need is missing or of another kind.
    """
    reader = _READERS.get(event_name)
    return () if reader is None else reader(payload)
