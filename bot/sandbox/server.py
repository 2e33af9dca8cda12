"""HTTP in front of the forge: who asks, may they, is the request what GitHub takes, is the answer what GitHub gives."""

import re
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from waitress.channel import ClientDisconnected
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from bot.sandbox import access, answers, contract, media, reading
from bot.sandbox.access import Caller
from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.git import GitFailed
from bot.sandbox.hooks import Outbox
from bot.sandbox.limits import Limits, Standing
from bot.sandbox.rest import OPERATIONS, Answer, Call, Operation
from bot.sandbox.rest import app as _app
from bot.sandbox.rest import checks as _checks
from bot.sandbox.rest import commits as _commits
from bot.sandbox.rest import contents as _contents
from bot.sandbox.rest import issues as _issues
from bot.sandbox.rest import labels as _labels
from bot.sandbox.rest import pulls as _pulls
from bot.sandbox.rest import repos as _repos
from bot.sandbox.rest import reviews as _reviews
from bot.sandbox.state import Repository, World

LONGEST_HELD = 30.0  # seconds
LARGEST_REQUEST = 26 * 1024 * 1024  # bytes
ALIASES = {  # other addresses that GitHub answers too
    "/repos/{owner}/{repo}/commits/{ref}/statuses": "/repos/<owner>/<repo>/statuses/<long:ref>",
    "/repos/{owner}/{repo}/contents/{path}": "/repos/<owner>/<repo>/contents",
}
REGISTERED = (
    _app,
    _checks,
    _commits,
    _contents,
    _issues,
    _labels,
    _pulls,
    _repos,
    _reviews,
)  # importing them fills OPERATIONS
MAY_BE_STALE = {
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
}
CREATES = re.compile(r"POST /repos/\{owner\}/\{repo\}/(issues/.*|pulls.*|check-runs|statuses.*)")


class Dropped(Exception):
    """The connection is to close without an answer."""


@dataclass
class Server:
    """Everything a request needs."""

    world: World
    outbox: Outbox
    faults: Faults
    limits: Limits

    def answer(self, operation: Operation, parts: dict[str, Any]) -> Response:
        """One REST request from authentication to response. Raises Refusal, Dropped."""
        fault = self.faults.met(request.method, request.path)
        if fault and not fault.after:
            strike(fault)
        caller = access.authenticate(self.world, request.headers.get("Authorization"))
        g.standing = self.count(operation, caller)
        response = self.carry_out(operation, parts, caller)
        if fault and fault.after:
            strike(fault)
        if response.status_code == 304 and caller.kind != "anonymous":
            g.standing = self.limits.give_back(caller, self.world.now())
        return response

    def count(self, operation: Operation, caller: Caller) -> Standing:
        """Count the request, except for the one that asks how many are left."""
        now = self.world.now()
        if operation.path == "/rate_limit":
            return self.limits.standing(caller, now)
        return self.limits.count(caller, request.method, bool(CREATES.match(operation.name)), now)

    def mark(self, response: Response) -> Response:
        """Say with every answer of the interface, the refused too, where the caller stands."""
        if (request.endpoint or "").startswith("page"):
            return response
        standing = g.get("standing") or self.limits.standing(self.caller(), self.world.now())
        return answers.marked(self.world, response, standing)

    def caller(self) -> Caller:
        """Who asks, as far as that is known."""
        try:
            return access.authenticate(self.world, request.headers.get("Authorization"))
        except Refusal:
            return Caller("anonymous")

    def unserved(self) -> Refusal:
        """What is said of an address that no operation here has: GitHub's own 404, or that GitHub would know it."""
        caller = access.authenticate(self.world, request.headers.get("Authorization"))
        g.standing = self.limits.count(caller, request.method, False, self.world.now())
        known = contract.named(request.method, request.path)
        if known is None or known in contract.rest().entries:
            return not_found()
        words = f"The sandbox does not serve {known}, which GitHub does: docs/sandbox.md says what is served."
        return Refusal(501, words, headers={"X-Sandbox-Unserved": known})

    def carry_out(self, operation: Operation, parts: dict[str, Any], caller: Caller) -> Response:
        """Do it under the lock, and check both ends against GitHub's schemas. Raises Refusal."""
        if (version := request.headers.get("X-GitHub-Api-Version")) and version not in answers.VERSIONS:
            raise Refusal(400, f"{version} is not a supported version.")
        query = reading.query()
        with self.world.lock:
            repository = self.repository(parts, caller) if "repo" in parts else None
            access.allow(self.world, caller, operation.need, repository)
            body = checked_body(operation)
            if wrong := contract.wrong_query(operation.name, query):
                raise Refusal(422, f"Invalid request.\n\n{wrong[0]}")
            stale = operation.name in MAY_BE_STALE and self.faults.stale_now(request.path)
            accept = request.headers.get("Accept", "")
            call = Call(self.world, self.outbox, caller, parts, query, body, accept, repository, stale)
            made = self.limits_body(caller) if operation.path == "/rate_limit" else operation.handler(call)
            return self.respond(operation, made, query)

    def limits_body(self, caller: Caller) -> Answer:
        """The answer to GET /rate_limit."""
        now = self.world.now()
        resources = {name: self.limits.standing(caller, now, name).body() for name in ("core", "search", "graphql")}
        return Answer(body={"resources": resources, "rate": resources["core"]})

    def repository(self, parts: dict[str, Any], caller: Caller) -> Repository:
        """The repository in the path. Raises Refusal: 301 or 307 where it has moved, 404."""
        name = f"{parts['owner']}/{parts['repo']}"
        repository = self.world.find(name)
        if repository is not None:
            return repository
        moved = self.world.repositories.get(self.world.moved.get(name.lower(), 0))
        if moved is None or not access.sees(self.world, caller, moved):
            raise not_found()
        path = request.path.replace(f"/repos/{name}", f"/repos/{moved.full_name}", 1)
        asked = request.query_string.decode(errors="replace")
        place = f"{answers.base_url(self.world)}{path}" + (f"?{asked}" if asked else "")
        raise Refusal(301 if request.method == "GET" else 307, "Moved Permanently", headers={"Location": place})

    def respond(self, operation: Operation, made: Answer, query: dict[str, str]) -> Response:
        """An answer as HTTP, a page of it where it is a list. Raises BrokenAnswer."""
        if made.text is not None:
            return answers.cached(Response(made.text, made.status, content_type=made.media_type))
        headers: dict[str, str] = {}
        body = made.body
        if made.rows is not None:
            body, headers = answers.page(self.world, made, query)
        if wrong := contract.wrong_response(operation.name, made.status, body):
            raise BrokenAnswer(f"{operation.name} {made.status}: {wrong}")
        if made.status == 204:
            return Response(status=204, headers=headers)
        if self.world.newest:
            body = contract.without_removed(body)
        if form := media.asked(request.headers.get("Accept", "")):
            body = media.with_bodies(body, form)
            headers["X-GitHub-Media-Type"] = f"github.v3; param={form}; format=json"
        return answers.cached(answers.json_response(self.world, made.status, body, headers))


class BrokenAnswer(AssertionError):
    """The sandbox made an answer that GitHub's schema does not allow: a fault of the sandbox."""


def strike(fault: Fault) -> None:
    """Let an armed fault happen. Raises Refusal, Dropped."""
    time.sleep(fault.wait)
    if fault.held:
        fault.held.wait(LONGEST_HELD)
    if fault.drop:
        raise Dropped
    if fault.refusal:
        raise fault.refusal


def checked_body(operation: Operation) -> dict[str, Any]:
    """The JSON body, as GitHub takes it. Raises Refusal (400, 422)."""
    body = reading.body()
    if isinstance(body, list) and operation.path.endswith("/labels"):
        body = {"labels": body}  # the older form, which GitHub takes and PyGithub sends
    if wrong := contract.wrong_body(operation.name, body):
        raise Refusal(422, f"Invalid request.\n\n{wrong[0]}")
    if body is not None and not isinstance(body, dict):
        raise Refusal(400, "Body should be a JSON object")
    return body or {}


def refused(world: World, refusal: Refusal) -> Response:
    """A refusal as HTTP."""
    return answers.json_response(world, refusal.status, refusal.body(), refusal.headers)


def create_app(server: Server) -> Flask:
    """The REST interface as a Flask application; git, GraphQL and pages are added to it by others."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, PROPAGATE_EXCEPTIONS=True)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["long"] = Long
    for operation in OPERATIONS:
        app.add_url_rule(operation.rule, operation.name, view(server, operation), methods=[operation.method])
        if operation.path in ALIASES:
            other, name = ALIASES[operation.path], f"{operation.name} alias"
            app.add_url_rule(other, name, view(server, operation), methods=[operation.method])
    app.register_error_handler(Refusal, lambda refusal: refused(server.world, refusal))
    app.register_error_handler(GitFailed, lambda failed: refused(server.world, unavailable(failed)))
    app.register_error_handler(HTTPException, lambda error: refused(server.world, as_refusal(server, error)))
    app.after_request(server.mark)
    app.register_error_handler(AssertionError, lambda fault: broken(server.world, fault))
    app.wsgi_app = Prefix(app.wsgi_app)  # type: ignore[method-assign]
    return app


class Long(PathConverter):
    """A part of a path that may hold slashes, and whatever a file may be named."""

    regex = "(?s:[^/].*?)"


def view(server: Server, operation: Operation) -> Any:
    """The Flask view of one operation."""

    def answer(**parts: Any) -> Response:
        return server.answer(operation, parts)

    return answer


def as_refusal(server: Server, error: HTTPException) -> Refusal:
    """What Flask itself refuses, in GitHub's form."""
    if error.code not in {404, 405}:
        return Refusal(error.code or 500, error.description or "")
    try:
        return server.unserved()
    except Refusal as refusal:
        return refusal


def unavailable(failed: GitFailed) -> Refusal:
    """What GitHub says where git has no answer, as in a repository that lacks some of its content."""
    return Refusal(503, f"Server Error: Sorry, this is temporarily unavailable. {failed}")


def broken(world: World, fault: AssertionError) -> Response:
    """A fault of the sandbox, told in full to whoever develops against it."""
    trace = traceback.format_exception(fault)
    return answers.json_response(world, 500, {"message": f"Fault of the sandbox: {fault}", "trace": trace}, {})


class Prefix:
    """Takes `/api/v3` and `/api` off the path, and closes connections that are to be dropped."""

    def __init__(self, inner: Any):
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        for prefix in ("/api/v3", "/api"):
            path = environ.get("PATH_INFO", "")
            if path == prefix or path.startswith(f"{prefix}/"):
                environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
                environ["sandbox.prefixed"] = True
                break
        try:
            made: Iterable[bytes] = self.inner(environ, start_response)
        except Dropped as dropped:
            raise ClientDisconnected from dropped
        return made
