"""The little of GraphQL that REST lacks: auto-merge, the merge queue, and who wrote a pull request's commits."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request

from bot.forge.sandbox import access
from bot.forge.sandbox.access import Caller, Need
from bot.forge.sandbox.errors import Refusal, not_found
from bot.forge.sandbox.git import Git
from bot.forge.sandbox.server import Server, strike
from bot.forge.sandbox.shapes.repositories import actors
from bot.forge.sandbox.state import Pull, Repository, World, pull_of
from bot.forge.sandbox.verbs import merging, pulls, queue

WRITE = Need(("contents:write",), "write")
READ = Need(("pull_requests:read",), "read", writes=False)
LISTED_COMMITS = 250  # of one pull request, as with REST
Mutation = Callable[[World, Repository, Pull, str, dict[str, Any]], None]


def enable(world: World, found: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Ask for auto-merge."""
    merging.wish(world, found, pull.number, login, given.get("mergeMethod", "MERGE").lower())


def disable(world: World, found: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Take that back."""
    merging.unwish(world, found, pull.number, login)


def enqueue(world: World, found: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Into the merge queue."""
    merging.enqueue(world, found, pull.number, login)


def dequeue(world: World, found: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Out of it."""
    queue.leave(world, found, pull, "manual", login)


def to_draft(world: World, found: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Convert to a draft."""
    pulls.set_draft(world, found, pull, True, login)


def to_ready(world: World, found: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Mark as ready for review."""
    pulls.set_draft(world, found, pull, False, login)


MUTATIONS: dict[str, Mutation] = {
    "enablePullRequestAutoMerge": enable,
    "disablePullRequestAutoMerge": disable,
    "enqueuePullRequest": enqueue,
    "dequeuePullRequest": dequeue,
    "convertPullRequestToDraft": to_draft,
    "markPullRequestReadyForReview": to_ready,
}


def add_to(app: Flask, server: Server) -> None:
    """Put the GraphQL address into an application."""

    def answer() -> Response:
        fault = server.faults.met(request.method, request.path)
        if fault and not fault.after:
            strike(fault.refusal, fault.drop, fault.wait)
        caller = access.authenticate(server.world, request.headers.get("Authorization"))
        if caller.kind == "anonymous":
            raise Refusal(401, "Bad credentials")
        with server.world.lock:
            made = jsonify(run(server.world, caller, request.get_json()))
        if fault and fault.after:
            strike(fault.refusal, fault.drop, fault.wait)
        return made

    app.add_url_rule("/graphql", "graphql", answer, methods=["POST"])


def run(world: World, caller: Caller, asked: dict[str, Any]) -> dict[str, Any]:
    """One mutation with its input as the variable `input`, or the one query; what is wrong comes with status 200."""
    query = str(asked.get("query", ""))
    if re.search(r"\bcommits\b", query) and re.search(r"\bauthors\b", query):
        return commit_people(world, caller, asked.get("variables") or {})
    named = next((name for name in MUTATIONS if re.search(rf"\b{name}\b", query)), None)
    if named is None:
        return failure("the sandbox knows only who wrote commits, and the mutations " + ", ".join(MUTATIONS), "UNKNOWN")
    given = (asked.get("variables") or {}).get("input", {})
    try:
        found, pull = target(world, caller, str(given.get("pullRequestId", "")))
        if (expected := given.get("expectedHeadOid")) and expected != pull.head_sha:
            raise Refusal(422, f"Expected head oid to be {pull.head_sha}")
        MUTATIONS[named](world, found, pull, caller.login, given)
    except Refusal as refusal:
        return failure(refusal.message, {404: "NOT_FOUND", 403: "FORBIDDEN"}.get(refusal.status, "UNPROCESSABLE"))
    shape = {"id": f"PR_{pull.id}", "number": pull.number, "isDraft": pull.draft}
    return {"data": {named: {"clientMutationId": given.get("clientMutationId"), "pullRequest": shape}}}


def commit_people(world: World, caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    """repository(owner, name).pullRequest(number).commits(first, after): authors, co-authors and committer of each."""
    try:
        found = world.repository(f"{given['owner']}/{given['name']}")
        access.allow(world, caller, READ, found)
        pull = pull_of(found, int(given["number"]))
    except Refusal as refusal:
        return failure(refusal.message, {404: "NOT_FOUND", 403: "FORBIDDEN"}.get(refusal.status, "UNPROCESSABLE"))
    git, span = Git(found.folder), (pull.head_sha, f"^{pull.base_sha}")
    count, start, size = git.count(*span), int(given.get("after") or 0), 100
    page = list(reversed(git.commits(*span, limit=count)))[:LISTED_COMMITS][start : start + size]
    more = start + size < min(count, LISTED_COMMITS)
    commits = {
        "totalCount": count,
        "pageInfo": {"hasNextPage": more, "endCursor": str(start + len(page))},
        "nodes": [{"commit": actors(world, each)} for each in page],
    }
    return {"data": {"repository": {"databaseId": found.id, "pullRequest": {"commits": commits}}}}


def target(world: World, caller: Caller, node_id: str) -> tuple[Repository, Pull]:
    """The pull request of a node id, and whether the caller may change it. Raises Refusal."""
    for found in world.repositories.values():
        for pull in found.pulls.values():
            if f"PR_{pull.id}" == node_id:
                access.allow(world, caller, WRITE, found)
                return found, pull
    raise not_found()


def failure(message: str, kind: str) -> dict[str, Any]:
    """A GraphQL error."""
    return {"data": None, "errors": [{"type": kind, "message": message}]}
