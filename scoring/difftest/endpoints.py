"""Addresses as templates: `GET /users/17/orders?page=2` asks the same as `GET /users/18/orders`."""

import re
from urllib.parse import unquote, urlsplit

from scoring.difftest.masks import masked

LONGEST = 300
_NUMBER = re.compile(r"\d+")


def endpoint_of(method: str, target: str) -> str:
    """The method and the path, with what names one thing replaced by {}: "GET /users/{}/orders"."""
    try:
        path = urlsplit(target).path or "/"
    except ValueError:
        path = target.split("?", 1)[0]
    parts = [_part(unquote(each)) for each in path.split("/")]
    return f"{method.upper()} {'/'.join(parts)}".strip()[:LONGEST]


def template(endpoint: str) -> str:
    """The same of an endpoint that somebody named: one word stays as it is."""
    method, _, target = endpoint.strip().partition(" ")
    if target.startswith(("/", "http://", "https://")):
        return endpoint_of(method, target)
    return endpoint_of("", endpoint) if endpoint.startswith("/") else masked(endpoint.strip())[:LONGEST]


def _part(part: str) -> str:
    if _NUMBER.fullmatch(part):
        return "{}"
    shape = masked(part)
    return shape if shape == part else re.sub(r"<[^>]*>", "{}", shape)
