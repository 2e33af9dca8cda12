"""GitHub's own schemas, asked about every request, response and webhook: each answer is a list of what is wrong."""

import gzip
import itertools
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import jsonschema_rs

SCHEMAS = "bot.sandbox.schemas"


class Contract:
    """One vendored extract; validators are made when first needed."""

    def __init__(self, name: str):
        packed = resources.files(SCHEMAS).joinpath(f"{name}.json.gz").read_bytes()
        self.document: dict[str, Any] = json.loads(gzip.decompress(packed))
        self.entries: dict[str, Any] = self.document["entries"]
        self.validators: dict[str, Any] = {}

    def wrong(self, key: str, schema: Any, value: Any) -> list[str]:
        """Where and how a value breaks a schema; empty when it does not. `key` names the schema."""
        if key not in self.validators:
            whole = {"allOf": [schema], "components": self.document["components"]}
            self.validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True, mask="it")
        validator = self.validators[key]
        return [] if validator.is_valid(value) else described(validator.iter_errors(value))


def described(errors: Iterable[Any]) -> list[str]:
    """The first few faults, each with the path to it."""
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in islice(errors, 5)]


@cache
def rest() -> Contract:
    """The REST interface."""
    return Contract("rest")


@cache
def webhooks() -> Contract:
    return Contract("webhooks")


LONG_PARTS = {"path", "ref", "branch", "basehead"}  # variables of a path that may hold slashes


@cache
def known() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of every operation that GitHub has, the plainest paths first."""
    names = sorted(rest().document["known"], key=lambda name: (name.count("{"), name))
    return [(verb, re.compile(pattern(path)), f"{verb} {path}") for verb, path in map(str.split, names)]


def pattern(path: str) -> str:
    """A path as GitHub's description has it, as a regular expression."""
    parts = re.split(r"\{(\w+)\}", path)
    return "".join(
        re.escape(part) if even else (".+" if part in LONG_PARTS else "[^/]+")
        for part, even in zip(parts, itertools.cycle((True, False)), strict=False)
    )


def named(method: str, path: str) -> str | None:
    """The operation of GitHub's that a request is for, served here or not; None where GitHub has none either."""
    verb = "GET" if method == "HEAD" else method
    return next((name for each, form, name in known() if each == verb and form.fullmatch(path)), None)


@cache
def removed() -> frozenset[str]:
    """Fields that GitHub has announced to leave out in a later version."""
    return frozenset((*rest().document["removed"], *webhooks().document["removed"]))


def without_removed(value: Any) -> Any:
    """The same as a later version would say it."""
    if isinstance(value, dict):
        return {name: without_removed(part) for name, part in value.items() if name not in removed()}
    return [without_removed(part) for part in value] if isinstance(value, list) else value


def wrong_body(operation: str, body: Any) -> list[str]:
    """What GitHub would refuse in the body of a request."""
    entry = rest().entries[operation]
    if entry["body"] is None or (body is None and not entry["body_required"]):
        return []
    return rest().wrong(f"{operation} body", entry["body"], {} if body is None else body)


def wrong_query(operation: str, query: dict[str, str]) -> list[str]:
    """What GitHub would refuse in the query of a request; parameters it does not know are ignored, as it does."""
    schemas = rest().entries[operation]["query"]
    return [
        f"{name} {fault}"
        for name, value in query.items()
        if name in schemas
        for fault in rest().wrong(f"{operation}?{name}", schemas[name], typed(schemas[name], value))
    ]


def typed(schema: dict[str, Any], value: str) -> Any:
    """A query value as the type its schema asks for."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    if kind == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def wrong_response(operation: str, status: int, body: Any) -> list[str]:
    """Where an answer of the sandbox is not what GitHub promises: a fault of the sandbox."""
    responses = rest().entries[operation]["responses"]
    if str(status) not in responses:
        return [] if status >= 400 or status == 304 else [f"status {status} is not one of {sorted(responses)}"]
    schema = responses[str(status)]
    if schema is None:
        return []
    return rest().wrong(f"{operation} {status}", schema, body)


def wrong_webhook(event: str, payload: dict[str, Any]) -> list[str]:
    """Where a payload is not what GitHub would send: a fault of the sandbox."""
    action = payload.get("action")
    name = "-".join(part for part in (event, action) if part).replace("_", "-")
    if name not in webhooks().entries:
        return [f"no schema for {name}"]
    return webhooks().wrong(name, webhooks().entries[name], payload)
