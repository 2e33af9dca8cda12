"""GraphQL: what REST lacks (auto-merge, the merge queue, who wrote commits), in GitHub's names and by its grammar."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import graphql as core
from flask import Flask, Response, g, jsonify, request

from bot.sandbox import access, reading
from bot.sandbox.access import Caller, Need
from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.graphql import nodes
from bot.sandbox.limits import Standing
from bot.sandbox.server import Server, strike
from bot.sandbox.shapes import stamp
from bot.sandbox.state import Pull, Repository, World
from bot.sandbox.verbs import merging, pulls, queue

WRITE = Need(("contents:write",), "write")
READ = Need(("pull_requests:read",), "read", writes=False)
KINDS = {404: "NOT_FOUND", 403: "FORBIDDEN", 401: "FORBIDDEN"}
Mutation = Callable[[World, Repository, Pull, str, dict[str, Any]], None]


@cache
def schema() -> core.GraphQLSchema:
    """The part of GitHub's schema that is served."""
    return core.build_schema(resources.files(__name__).joinpath("schema.graphql").read_text())


def enable(world: World, repository: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Ask for auto-merge."""
    merging.wish(world, repository, pull.number, login, given["mergeMethod"].lower())


def disable(world: World, repository: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Take that back."""
    merging.unwish(world, repository, pull.number, login)


def enqueue(world: World, repository: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Into the merge queue."""
    merging.enqueue(world, repository, pull.number, login)


def dequeue(world: World, repository: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Out of it."""
    queue.leave(world, repository, pull, "manual", login)


def to_draft(world: World, repository: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Convert to a draft."""
    pulls.set_draft(world, repository, pull, True, login)


def to_ready(world: World, repository: Repository, pull: Pull, login: str, given: dict[str, Any]) -> None:
    """Mark as ready for review."""
    pulls.set_draft(world, repository, pull, False, login)


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
            strike(fault)
        caller = access.authenticate(server.world, request.headers.get("Authorization"))
        if caller.kind == "anonymous":
            raise Refusal(401, "This endpoint requires you to be authenticated.")
        made = jsonify(counted(server, caller))
        if fault and fault.after:
            strike(fault)
        return made

    app.add_url_rule("/graphql", "graphql", answer, methods=["POST"])


def counted(server: Server, caller: Caller) -> dict[str, Any]:
    """The answer, or that the caller asked too often: GraphQL says so with status 200. Raises Refusal (400)."""
    now = server.world.now()
    try:
        g.standing = server.limits.count(caller, "POST", False, now, "graphql")
    except Refusal as refusal:
        if "secondary" in refusal.message:
            raise
        g.standing = server.limits.standing(caller, now, "graphql")
        return {"errors": [{"type": "RATE_LIMITED", "message": refusal.message}]}
    with server.world.lock:
        return run(server.world, caller, reading.body(), g.standing)


def run(world: World, caller: Caller, asked: Any, standing: Standing) -> dict[str, Any]:
    """One request; what is wrong with it comes with status 200, as long as it is one. Raises Refusal (400)."""
    query = asked.get("query") if isinstance(asked, dict) else None
    if not isinstance(query, str):
        raise Refusal(400, "A query attribute must be specified and must be a string.")
    variables, name = asked.get("variables") or {}, asked.get("operationName")
    if not isinstance(variables, dict) or not isinstance(name, str | None):
        raise Refusal(400, "Variables must be an object, and the name of the operation a string.")
    done = core.graphql_sync(schema(), query, Root(world, caller, standing).fields(), None, variables, name or None)
    said: dict[str, Any] = {} if done.data is None and done.errors else {"data": done.data}
    return said | ({"errors": [told(error) for error in done.errors]} if done.errors else {})


def told(error: core.GraphQLError) -> dict[str, Any]:
    """An error in GitHub's form; a fault of the sandbox is none. Raises what is no refusal."""
    said: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    if cause is not None and not isinstance(cause, Refusal | core.GraphQLError):
        raise cause
    extensions: dict[str, Any] = error.extensions or {}
    said.pop("extensions", None)
    if isinstance(cause, Refusal):
        said |= {"type": KINDS.get(cause.status, "UNPROCESSABLE"), "message": cause.message}
    return said | {key: extensions[key] for key in ("type",) if key in extensions}


class Root:
    """What may be asked first, by one caller."""

    def __init__(self, world: World, caller: Caller, standing: Standing):
        self.world, self.caller, self.standing = world, caller, standing

    def fields(self) -> dict[str, Any]:
        """Queries and mutations by name."""
        asked = {"repository": self.repository, "node": self.node, "viewer": self.viewer, "rateLimit": self.rate}
        return asked | {name: self.mutation(name, deed) for name, deed in MUTATIONS.items()}

    def repository(self, info: Any, owner: str, name: str, followRenames: bool = True) -> nodes.Node:
        """A repository that the caller may read. Raises Refusal."""
        full = f"{owner}/{name}"
        repository = self.world.find(full)
        if repository is None and followRenames:
            repository = self.world.repositories.get(self.world.moved.get(full.lower(), 0))
        if repository is None or not access.sees(self.world, self.caller, repository):
            raise Refusal(404, f"Could not resolve to a Repository with the name '{full}'.")
        access.allow(self.world, self.caller, READ, repository)
        return nodes.repository(self.world, repository)

    def node(self, info: Any, id: str) -> nodes.Node:
        """A repository, pull request or issue by its id. Raises Refusal (404)."""
        for repository in self.world.repositories.values():
            if not access.sees(self.world, self.caller, repository):
                continue
            if id == f"R_{repository.id}":
                return nodes.repository(self.world, repository)
            for pull in repository.pulls.values():
                if id == f"PR_{pull.id}":
                    return nodes.pull(self.world, repository, pull)
            for issue in repository.issues.values():
                if id == f"I_{issue.id}":
                    return nodes.issue(self.world, repository, issue)
        raise Refusal(404, f"Could not resolve to a node with the global id of '{id}'")

    def viewer(self, info: Any) -> nodes.Node | None:
        """Who asks."""
        return nodes.actor(self.world, self.caller.login)

    def rate(self, info: Any, dryRun: bool = False) -> dict[str, Any]:
        """Where the caller stands."""
        facts, moment = self.standing.body(), stamp(self.standing.resets_at)
        counts = {name: facts[name] for name in ("limit", "used", "remaining")}
        return {**counts, "cost": 1, "nodeCount": 0, "resetAt": moment}

    def mutation(self, name: str, deed: Mutation) -> Callable[..., dict[str, Any]]:
        """One mutation of a pull request."""

        def act(info: Any, input: dict[str, Any]) -> dict[str, Any]:
            repository, pull = self.target(input.get("pullRequestId") or input.get("id") or "")
            if (expected := input.get("expectedHeadOid")) and expected != pull.head_sha:
                raise Refusal(422, f"Expected head oid to be {pull.head_sha}")
            before = queue.entry_of(repository, pull.number)
            deed(self.world, repository, pull, self.caller.login, input)
            entry = queue.entry_of(repository, pull.number) or before
            return {
                "clientMutationId": input.get("clientMutationId"),
                "actor": nodes.actor(self.world, self.caller.login),
                "pullRequest": nodes.pull(self.world, repository, pull),
                "mergeQueueEntry": lambda info: nodes.entry(self.world, repository, entry),
            }

        return act

    def target(self, node_id: str) -> tuple[Repository, Pull]:
        """The pull request of a node id, and whether the caller may change it. Raises Refusal."""
        for repository in self.world.repositories.values():
            for pull in repository.pulls.values():
                if f"PR_{pull.id}" == node_id:
                    access.allow(self.world, self.caller, WRITE, repository)
                    return repository, pull
        raise not_found()
