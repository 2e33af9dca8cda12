"""Operations on the conversation of a pull request: comments, labels, reactions."""

from datetime import datetime
from typing import Any

from bot.forge.sandbox.errors import Refusal, not_found
from bot.forge.sandbox.rest import Answer, Call, operation
from bot.forge.sandbox.shapes import pulls as shapes
from bot.forge.sandbox.state import ROLES, Comment, Pull, pull_of
from bot.forge.sandbox.verbs import conversation, pulls

READS = "issues:read pull_requests:read"
WRITES = "issues:write pull_requests:write"


def issue(call: Call) -> Pull:
    """The pull request whose issue is in the path; the sandbox has no other issues. Raises Refusal (404)."""
    return pull_of(call.repository, call.parts["issue_number"])


def comment(call: Call) -> Comment:
    """The comment in the path. Raises Refusal (404)."""
    return conversation.comment_of(call.repository, call.parts["comment_id"])


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}", READS, "read")
def get_issue(call: Call) -> Answer:
    """A pull request as the issue it also is."""
    return Answer(body=shapes.issue(call.world, call.repository, issue(call)))


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
    since = call.query.get("since")
    after = datetime.fromisoformat(since.replace("Z", "+00:00")) if since else None
    kept = [each for each in chosen if after is None or each.updated_at >= after]
    return Answer(rows=[shapes.comment(call.world, call.repository, each) for each in kept])


@operation("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", WRITES, "read")
def create_comment(call: Call) -> Answer:
    """A new comment."""
    made = conversation.comment(call.world, call.repository, issue(call).number, call.caller.login, call.body["body"])
    return Answer(201, shapes.comment(call.world, call.repository, made))


@operation("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", READS, "read")
def get_comment(call: Call) -> Answer:
    """One comment."""
    return Answer(body=shapes.comment(call.world, call.repository, comment(call)))


def own(call: Call, known: Comment) -> None:
    """A comment is changed by who wrote it or by people who may write. Raises Refusal (403)."""
    role = call.world.role(call.repository, call.caller.login)
    if known.login != call.caller.login and ROLES.index(role) < ROLES.index("write"):
        raise Refusal(403, "Must have write rights to Repository.")


@operation("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", WRITES, "read")
def edit_comment(call: Call) -> Answer:
    """Another body."""
    known = comment(call)
    own(call, known)
    conversation.edit(call.world, call.repository, known, call.body["body"], call.caller.login)
    return Answer(200, shapes.comment(call.world, call.repository, known))


@operation("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", WRITES, "read")
def delete_comment(call: Call) -> Answer:
    """No comment any more."""
    known = comment(call)
    own(call, known)
    conversation.delete(call.world, call.repository, known, call.caller.login)
    return Answer(204)


def reactions(call: Call, target: Comment | Pull) -> Answer:
    """Reactions, oldest first, or those of a kind."""
    wanted = call.query.get("content")
    return Answer(
        rows=[shapes.reaction(call.world, each) for each in target.reactions if wanted in {None, each.content}]
    )


def react(call: Call, target: Comment | Pull) -> Answer:
    """A reaction: 201 when new, 200 when it was there."""
    made, new = conversation.react(call.world, target, call.caller.login, call.body["content"])
    return Answer(201 if new else 200, shapes.reaction(call.world, made))


@operation("GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", READS, "read")
def list_comment_reactions(call: Call) -> Answer:
    """Of a comment."""
    return reactions(call, comment(call))


@operation("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", WRITES, "read")
def react_to_comment(call: Call) -> Answer:
    """To a comment."""
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


def labels(call: Call) -> Answer:
    """The labels of a pull request now."""
    known = call.repository.labels
    return Answer(rows=[shapes.label(call.world, call.repository, known[name]) for name in issue(call).labels])


def asked(body: dict[str, Any]) -> list[str]:
    """Label names in a request, as names or as objects with one."""
    return [each["name"] if isinstance(each, dict) else each for each in body.get("labels", [])]


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}/labels", READS, "read")
def list_labels(call: Call) -> Answer:
    """Labels of a pull request."""
    return labels(call)


def set_labels(call: Call, names: list[str]) -> Answer:
    """Exactly these labels."""
    pulls.set_labels(call.world, call.repository, issue(call), names, call.caller.login)
    return labels(call)


@operation("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITES, "triage")
def add_labels(call: Call) -> Answer:
    """More labels."""
    return set_labels(call, [*issue(call).labels, *asked(call.body)])


@operation("PUT /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITES, "triage")
def replace_labels(call: Call) -> Answer:
    """Other labels."""
    return set_labels(call, asked(call.body))


@operation("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITES, "triage")
def remove_labels(call: Call) -> Answer:
    """No labels."""
    set_labels(call, [])
    return Answer(204)


@operation("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", WRITES, "triage")
def remove_label(call: Call) -> Answer:
    """One label less."""
    if call.parts["name"] not in issue(call).labels:
        raise Refusal(404, "Label does not exist")
    return set_labels(call, [each for each in issue(call).labels if each != call.parts["name"]])
