"""HTTP in front of the forge: who asks, may they, is the request what GitHub takes, is the answer what GitHub gives."""

import hashlib
import json
import re
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, request
from waitress.channel import ClientDisconnected
from werkzeug.exceptions import HTTPException

from bot.forge.sandbox import access, contract
from bot.forge.sandbox.access import Caller
from bot.forge.sandbox.errors import Refusal, not_found
from bot.forge.sandbox.faults import Faults
from bot.forge.sandbox.git import GitFailed
from bot.forge.sandbox.hooks import Outbox
from bot.forge.sandbox.limits import Limits, Standing
from bot.forge.sandbox.rest import OPERATIONS, Answer, Call, Operation
from bot.forge.sandbox.rest import app as _app
from bot.forge.sandbox.rest import checks as _checks
from bot.forge.sandbox.rest import issues as _issues
from bot.forge.sandbox.rest import pulls as _pulls
from bot.forge.sandbox.rest import repos as _repos
from bot.forge.sandbox.state import Repository, World

LARGEST_REQUEST = 26 * 1024 * 1024  # bytes
ALIASES = {  # older addresses that GitHub still answers, and PyGithub uses
    "/repos/{owner}/{repo}/commits/{ref}/statuses": "/repos/<owner>/<repo>/statuses/<path:ref>",
}
VERSIONS = {"2022-11-28", "2026-03-10"}
REGISTERED = (_app, _checks, _issues, _pulls, _repos)  # importing them fills OPERATIONS
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
            strike(fault.refusal, fault.drop, fault.wait)
        caller = access.authenticate(self.world, request.headers.get("Authorization"))
        standing = self.count(operation, caller)
        response = self.carry_out(operation, parts, caller, standing)
        if fault and fault.after:
            strike(fault.refusal, fault.drop, fault.wait)
        response.headers.update(standing.headers())
        return response

    def count(self, operation: Operation, caller: Caller) -> Standing:
        """Count the request, except for the one that asks how many are left."""
        now = self.world.now()
        if operation.path == "/rate_limit":
            return self.limits.standing(caller, now)
        return self.limits.count(caller, request.method, bool(CREATES.match(operation.name)), now)

    def carry_out(self, operation: Operation, parts: dict[str, Any], caller: Caller, standing: Standing) -> Response:
        """Do it under the lock, and check both ends against GitHub's schemas. Raises Refusal."""
        if (version := request.headers.get("X-GitHub-Api-Version")) and version not in VERSIONS:
            raise Refusal(400, f"{version} is not a supported version.")
        query = dict(parse_qsl(request.query_string.decode(), keep_blank_values=True))
        with self.world.lock:
            found = self.repository(parts, caller) if "repo" in parts else None
            access.allow(self.world, caller, operation.need, found)
            body = checked_body(operation)
            if wrong := contract.wrong_query(operation.name, query):
                raise Refusal(422, f"Invalid request.\n\n{wrong[0]}")
            stale = operation.name in MAY_BE_STALE and self.faults.stale_now(request.path)
            accept = request.headers.get("Accept", "")
            call = Call(self.world, self.outbox, caller, parts, query, body, accept, found, stale)
            made = limits_body(standing) if operation.path == "/rate_limit" else operation.handler(call)
            return self.respond(operation, made, query)

    def repository(self, parts: dict[str, Any], caller: Caller) -> Repository:
        """The repository in the path. Raises Refusal: 301 or 307 where it has moved, 404."""
        name = f"{parts['owner']}/{parts['repo']}"
        found = self.world.find(name)
        if found is not None:
            return found
        moved = self.world.repositories.get(self.world.moved.get(name.lower(), 0))
        if moved is None or not access.sees(self.world, caller, moved):
            raise not_found()
        path = request.path.replace(f"/repos/{name}", f"/repos/{moved.full_name}", 1)
        place = f"{base_url(self.world)}{path}" + (f"?{request.query_string.decode()}" if request.query_string else "")
        raise Refusal(301 if request.method == "GET" else 307, "Moved Permanently", headers={"Location": place})

    def respond(self, operation: Operation, made: Answer, query: dict[str, str]) -> Response:
        """An answer as HTTP, a page of it where it is a list. Raises BrokenAnswer."""
        if made.text is not None:
            return Response(made.text, made.status, content_type=made.media_type)
        headers: dict[str, str] = {}
        body = made.body
        if made.rows is not None:
            body, headers = page(self.world, made, query)
        if wrong := contract.wrong_response(operation.name, made.status, body):
            raise BrokenAnswer(f"{operation.name} {made.status}: {wrong}")
        if made.status == 204:
            return Response(status=204, headers=headers)
        if self.world.newest:
            body = contract.without_removed(body)
        return cached(json_response(self.world, made.status, body, headers))


class BrokenAnswer(AssertionError):
    """The sandbox made an answer that GitHub's schema does not allow: a fault of the sandbox."""


def strike(refusal: Refusal | None, drop: bool, wait: float) -> None:
    """Let an armed fault happen. Raises Refusal, Dropped."""
    time.sleep(wait)
    if drop:
        raise Dropped
    if refusal:
        raise refusal


def checked_body(operation: Operation) -> dict[str, Any]:
    """The JSON body, as GitHub takes it. Raises Refusal (400, 422)."""
    raw = request.get_data()
    try:
        body = json.loads(raw) if raw else None
    except ValueError as unreadable:
        raise Refusal(400, "Problems parsing JSON") from unreadable
    if isinstance(body, list) and operation.path.endswith("/labels"):
        body = {"labels": body}  # the older form, which GitHub takes and PyGithub sends
    if wrong := contract.wrong_body(operation.name, body):
        raise Refusal(422, f"Invalid request.\n\n{wrong[0]}")
    if body is not None and not isinstance(body, dict):
        raise Refusal(400, "Body should be a JSON object")
    return body or {}


def limits_body(standing: Standing) -> Answer:
    """The answer to GET /rate_limit."""
    core = {
        "limit": standing.limit,
        "used": standing.used,
        "remaining": max(0, standing.limit - standing.used),
        "reset": int(standing.resets_at.timestamp()),
    }
    return Answer(body={"resources": {"core": core, "search": core, "graphql": core}, "rate": core})


def base_url(world: World) -> str:
    """The REST address in the form this request used: like GitHub Enterprise Server, or at the root."""
    return world.api if request.environ.get("sandbox.prefixed") else world.address


def page(world: World, made: Answer, query: dict[str, str]) -> tuple[Any, dict[str, str]]:
    """One page of a list, with links to the others. Deliveries are paged by a cursor, which is an offset here."""
    rows = made.rows or []
    size = max(1, min(100, int(query.get("per_page", 30))))
    number = max(1, int(query.get("page", 1)))
    cursor = query.get("cursor", "")
    start = int(cursor) if cursor.isdigit() else (number - 1) * size
    here = rows[start : start + size]
    links = {}
    if start + size < len(rows):
        links["next"] = {"cursor": start + size} if made.key == "" else {"page": number + 1}
        if made.key != "":
            links["last"] = {"page": -(-len(rows) // size)}
    if start > 0 and made.key != "":
        links |= {"prev": {"page": number - 1}, "first": {"page": 1}}
    kept = {name: value for name, value in query.items() if name not in {"page", "cursor"}}
    url = f"{base_url(world)}{request.path}"
    said = [f'<{url}?{urlencode({**kept, **target})}>; rel="{name}"' for name, target in links.items()]
    body = {"total_count": len(rows), made.key: here} if made.key else here
    return body, {"Link": ", ".join(said)} if said else {}


def json_response(world: World, status: int, body: Any, headers: dict[str, str]) -> Response:
    """JSON, with addresses in the form the request used."""
    text = json.dumps(body)
    if not request.environ.get("sandbox.prefixed"):
        text = text.replace(f"{world.api}/", f"{world.address}/")
    said = {"X-GitHub-Media-Type": "github.v3; format=json", "X-GitHub-Api-Version-Selected": "2022-11-28", **headers}
    return Response(text, status, said, content_type="application/json; charset=utf-8")


def cached(response: Response) -> Response:
    """304 where the caller has this answer already."""
    if request.method != "GET":
        return response
    tag = f'W/"{hashlib.sha256(response.get_data()).hexdigest()}"'
    response.headers["ETag"] = tag
    if request.headers.get("If-None-Match") == tag:
        return Response(status=304, headers={"ETag": tag})
    return response


def refused(world: World, refusal: Refusal) -> Response:
    """A refusal as HTTP."""
    return json_response(world, refusal.status, refusal.body(), refusal.headers)


def create_app(server: Server) -> Flask:
    """The REST interface as a Flask application; git, GraphQL and pages are added to it by others."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, PROPAGATE_EXCEPTIONS=True)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for operation in OPERATIONS:
        app.add_url_rule(operation.rule, operation.name, view(server, operation), methods=[operation.method])
        if operation.path in ALIASES:
            app.add_url_rule(ALIASES[operation.path], f"{operation.name} alias", view(server, operation))
    app.register_error_handler(Refusal, lambda refusal: refused(server.world, refusal))
    app.register_error_handler(GitFailed, lambda failed: refused(server.world, unavailable(failed)))
    app.register_error_handler(HTTPException, lambda error: refused(server.world, as_refusal(error)))
    app.register_error_handler(AssertionError, lambda fault: broken(server.world, fault))
    app.wsgi_app = Prefix(app.wsgi_app)  # type: ignore[method-assign]
    return app


def view(server: Server, operation: Operation) -> Any:
    """The Flask view of one operation."""

    def answer(**parts: Any) -> Response:
        return server.answer(operation, parts)

    return answer


def as_refusal(error: HTTPException) -> Refusal:
    """What Flask itself refuses, in GitHub's form."""
    return not_found() if error.code in {404, 405} else Refusal(error.code or 500, error.description or "")


def unavailable(failed: GitFailed) -> Refusal:
    """What GitHub says where git has no answer, as in a repository that lacks some of its content."""
    return Refusal(503, f"Server Error: Sorry, this is temporarily unavailable. {failed}")


def broken(world: World, fault: AssertionError) -> Response:
    """A fault of the sandbox, told in full to whoever develops against it."""
    trace = traceback.format_exception(fault)
    return json_response(world, 500, {"message": f"Fault of the sandbox: {fault}", "trace": trace}, {})


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
