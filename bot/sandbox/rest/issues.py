"""Operations on issues and the conversation of a pull request: comments, labels, reactions."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.errors import Refusal, invalid, not_found
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.state import ROLES, Comment, Pull, Thread, thread_of
from bot.sandbox.verbs import conversation, issues, pulls

READS = "issues:read pull_requests:read"
WRITES = "issues:write pull_requests:write"


def issue(call: Call) -> Thread:
    """The issue in the path, which may be a pull request. Raises Refusal (404)."""
    return thread_of(call.repository, call.parts["issue_number"])


def shown(call: Call, known: Thread, status: int = 200) -> Answer:
    """An issue as the answer."""
    return Answer(status, shapes.issue(call.world, call.repository, known))


@operation("GET /repos/{owner}/{repo}/issues", READS, "read")
def list_issues(call: Call) -> Answer:
    """Issues and pull requests by state, labels, author and time."""
    query = call.query
    rows = call.repository.threads
    state, labels = query.get("state", "open"), {each for each in query.get("labels", "").split(",") if each}
    chosen = [each for each in rows if state in {"all", each.state} and labels <= set(each.labels)]
    chosen = [each for each in chosen if query.get("creator", each.login) == each.login]
    if after := moment(query.get("since")):
        chosen = [each for each in chosen if each.updated_at >= after]
    sort = query.get("sort", "created")
    keys = {"updated": lambda each: (each.updated_at, each.number), "comments": lambda each: (talked(call, each), 0)}
    chosen.sort(key=keys.get(sort, lambda each: (each.number, 0)), reverse=query.get("direction", "desc") == "desc")
    return Answer(rows=[shapes.issue(call.world, call.repository, each) for each in chosen])


def talked(call: Call, known: Thread) -> int:
    """How many comments there are."""
    return sum(each.number == known.number for each in call.repository.comments.values())


def moment(said: str | None) -> datetime | None:
    """A moment in a query, with a time zone."""
    read = datetime.fromisoformat(said.replace("Z", "+00:00").replace(" ", "+")) if said else None
    return read.replace(tzinfo=UTC) if read and read.tzinfo is None else read


@operation("POST /repos/{owner}/{repo}/issues", "issues:write", "read")
def create_issue(call: Call) -> Answer:
    """A new issue; labels are for those who may triage, as on GitHub, and left out for others."""
    repository, login = call.repository, call.caller.login
    made = issues.open_issue(call.world, repository, login, call.body["title"], call.body.get("body"))
    if call.body.get("labels") and may_triage(call):
        issues.set_labels(call.world, repository, made, asked(call.body), login)
    return shown(call, made, 201)


def may_triage(call: Call) -> bool:
    """Whether the caller may label and close what others wrote."""
    role = call.world.role(call.repository, call.caller.login)
    return call.caller.kind == "installation" or ROLES.index(role) >= ROLES.index("triage")


@operation("PATCH /repos/{owner}/{repo}/issues/{issue_number}", WRITES, "read")
def edit_issue(call: Call) -> Answer:
    """Title, body, state or labels, by its author or those who may triage."""
    known, repository, login, body = issue(call), call.repository, call.caller.login, call.body
    if known.login != login and not may_triage(call):
        raise Refusal(403, "Must have triage rights to Repository.")
    words = {name: body[name] for name in ("title", "body") if name in body}
    if isinstance(known, Pull):
        pulls.edit(call.world, repository, known, login, **words)
        pulls.set_state(call.world, repository, known, body.get("state", known.state), login)
    else:
        issues.edit(call.world, repository, known, login, **words)
        issues.set_state(call.world, repository, known, body.get("state", known.state), body.get("state_reason"), login)
    if "labels" in body and may_triage(call):
        issues.set_labels(call.world, repository, known, asked(body), login)
    return shown(call, known)


def comment(call: Call) -> Comment:
    """The comment in the path. Raises Refusal (404)."""
    return conversation.comment_of(call.repository, call.parts["comment_id"])


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}", READS, "read")
def get_issue(call: Call) -> Answer:
    """An issue, which may be a pull request."""
    return shown(call, issue(call))


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", READS, "read")
def list_comments(call: Call) -> Answer:
    """Comments of one conversation, oldest first."""
    number = issue(call).number
    chosen = [each for each in call.repository.comments.values() if each.number == number]
    return comments(call, chosen[:-1] if call.stale else chosen)


@operation("GET /repos/{owner}/{repo}/issues/comments", READS, "read")
def list_all_comments(call: Call) -> Answer:
    """Comments of all conversations, oldest first."""
    return comments(call, list(call.repository.comments.values()))


def comments(call: Call, chosen: list[Comment]) -> Answer:
    """Those changed since a moment, where the query names one."""
    after = moment(call.query.get("since"))
    newer = [each for each in chosen if after is None or each.updated_at >= after]
    return Answer(rows=[shapes.comment(call.world, call.repository, each) for each in newer])


@operation("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", WRITES, "read")
def create_comment(call: Call) -> Answer:
    """A new comment."""
    made = conversation.comment(call.world, call.repository, issue(call).number, call.caller.login, call.body["body"])
    return Answer(201, shapes.comment(call.world, call.repository, made))


@operation("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", READS, "read")
def get_comment(call: Call) -> Answer:
    return Answer(body=shapes.comment(call.world, call.repository, comment(call)))


def may_change(call: Call, known: Comment) -> None:
    """A comment is changed by who wrote it or by people who may write. Raises Refusal (403)."""
    role = call.world.role(call.repository, call.caller.login)
    if known.login != call.caller.login and ROLES.index(role) < ROLES.index("write"):
        raise Refusal(403, "Must have write rights to Repository.")


@operation("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", WRITES, "read")
def edit_comment(call: Call) -> Answer:
    """Another body."""
    known = comment(call)
    may_change(call, known)
    conversation.edit(call.world, call.repository, known, call.body["body"], call.caller.login)
    return Answer(200, shapes.comment(call.world, call.repository, known))


@operation("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", WRITES, "read")
def delete_comment(call: Call) -> Answer:
    """No comment any more."""
    known = comment(call)
    may_change(call, known)
    conversation.delete(call.world, call.repository, known, call.caller.login)
    return Answer(204)


def reactions(call: Call, target: Comment | Thread) -> Answer:
    """Reactions, oldest first, or those of a kind."""
    wanted = call.query.get("content")
    return Answer(
        rows=[shapes.reaction(call.world, each) for each in target.reactions if wanted in {None, each.content}]
    )


def react(call: Call, target: Comment | Thread) -> Answer:
    """A reaction: 201 when new, 200 when it was there."""
    made, new = conversation.react(call.world, target, call.caller.login, call.body["content"])
    return Answer(201 if new else 200, shapes.reaction(call.world, made))


@operation("GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", READS, "read")
def list_comment_reactions(call: Call) -> Answer:
    return reactions(call, comment(call))


@operation("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", WRITES, "read")
def react_to_comment(call: Call) -> Answer:
    return react(call, comment(call))


@operation("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}", WRITES, "read")
def delete_reaction(call: Call) -> Answer:
    """Taken back by who gave it."""
    known = comment(call)
    given = next((each for each in known.reactions if each.id == call.parts["reaction_id"]), None)
    if given is None or given.login != call.caller.login:
        raise not_found()
    conversation.unreact(known, given.id)
    return Answer(204)


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}/reactions", READS, "read")
def list_issue_reactions(call: Call) -> Answer:
    """Of a pull request."""
    return reactions(call, issue(call))


@operation("POST /repos/{owner}/{repo}/issues/{issue_number}/reactions", WRITES, "read")
def react_to_issue(call: Call) -> Answer:
    """To a pull request."""
    return react(call, issue(call))


def asked(body: dict[str, Any]) -> list[str]:
    """Label names in a request, as names or as objects with one. Raises Refusal (422)."""
    names = [each.get("name") if isinstance(each, dict) else each for each in body.get("labels") or []]
    if not all(isinstance(each, str) for each in names):
        raise invalid("Label", "name", "is missing", "missing_field")
    return [str(each) for each in names]
