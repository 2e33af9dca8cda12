"""An answer as HTTP: pages of a list, addresses in the form of the request, what the caller has already, limits."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload
from urllib.parse import urlencode

from flask import Response, g, request

from bot.sandbox.limits import Standing
from bot.sandbox.rest import Answer
from bot.sandbox.state import World

VERSIONS = {"2022-11-28", "2026-03-10"}


class Rows(Sequence[Any]):
    """A long list that is made page by page: how long it is, and what makes `count` rows from the row `start` on."""

    def __init__(self, length: int, made: Callable[[int, int], list[Any]]):
        self.length = length
        self.made = made

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        """A row, or a page of them."""
        start, stop, _ = (at if isinstance(at, slice) else slice(at, at + 1)).indices(self.length)
        rows = self.made(start, stop - start) if stop > start else []
        return rows if isinstance(at, slice) else rows[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self[:])


def base_url(world: World) -> str:
    """The REST address in the form this request used: like GitHub Enterprise Server, or at the root."""
    return world.api if request.environ.get("sandbox.prefixed") else world.address


def page(world: World, made: Answer, query: dict[str, str]) -> tuple[Any, dict[str, str]]:
    """One page of a list, with links to the others. Deliveries are paged by a cursor, which is an offset here."""
    rows = made.rows if made.rows is not None else []
    size = max(1, min(100, int(query.get("per_page", 30))))
    number = max(1, int(query.get("page", 1)))
    cursor = query.get("cursor", "")
    start = int(cursor) if cursor.isdecimal() else (number - 1) * size
    here = list(rows[start : start + size])
    links = {}
    if start + size < len(rows):
        links["next"] = {"cursor": start + size} if made.key == "" else {"page": number + 1}
        if made.key != "":
            links["last"] = {"page": -(-len(rows) // size)}
    if start > 0 and made.key != "":
        links |= {"prev": {"page": number - 1}, "first": {"page": 1}}
    filters = {name: value for name, value in query.items() if name not in {"page", "cursor"}}
    url = f"{base_url(world)}{request.path}"
    said = [f'<{url}?{urlencode({**filters, **target})}>; rel="{name}"' for name, target in links.items()]
    body = {"total_count": len(rows), made.key: here} if made.key else here
    return body, {"Link": ", ".join(said)} if said else {}


def json_response(world: World, status: int, body: Any, headers: dict[str, str]) -> Response:
    """JSON, with addresses in the form the request used."""
    text = json.dumps(body)
    if not request.environ.get("sandbox.prefixed"):
        text = text.replace(f"{world.api}/", f"{world.address}/")
    return Response(text, status, headers, content_type="application/json; charset=utf-8")


def cached(response: Response) -> Response:
    """304 where the caller has this answer already."""
    if request.method not in {"GET", "HEAD"}:
        return response
    tag = hashlib.sha256(response.get_data()).hexdigest()
    response.set_etag(tag, weak=True)
    if request.if_none_match.contains_weak(tag):
        return Response(status=304, headers={"ETag": response.headers["ETag"]})
    return response


def marked(world: World, response: Response, standing: Standing) -> Response:
    """What every answer of the interface carries: a request id, versions, and where the caller stands."""
    asked = request.headers.get("X-GitHub-Api-Version", "")
    said = {
        "X-GitHub-Request-Id": uuid.uuid4().hex[:24].upper(),
        "X-GitHub-Media-Type": g.get("media_type", "github.v3; format=json"),
        "X-GitHub-Api-Version-Selected": asked if asked in VERSIONS else min(VERSIONS),
        **standing.headers(),
    }
    for name, value in said.items():
        response.headers.setdefault(name, value)
    return response
