"""Headers as values to compare: lists as sets, cookies by their attributes, without what one hop means."""

from collections.abc import Iterable
from typing import Any

# RFC 9110, 7.6.1, and what follows from the body
HOP = frozenset((
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "content-length",
))  # fmt: skip
# another value at each answer: whether they are there is compared, and their format
VOLATILE = frozenset((
    "date", "age", "etag", "last-modified", "expires", "x-request-id", "x-correlation-id", "x-trace-id", "x-runtime",
    "traceparent", "x-amzn-requestid", "cf-ray", "x-response-time", "server-timing", "x-amz-cf-id", "x-served-by",
))  # fmt: skip
LISTS = frozenset((
    "vary", "allow", "cache-control", "access-control-allow-headers", "access-control-allow-methods",
    "access-control-expose-headers", "accept", "accept-encoding", "content-language", "connection",
))  # fmt: skip
# without these a browser protects less
SECURITY = frozenset((
    "strict-transport-security", "content-security-policy", "x-frame-options", "x-content-type-options",
    "referrer-policy", "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
))  # fmt: skip


def comparable(headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """name in lower case -> text, a sorted list, or for cookies their name -> attributes."""
    shown: dict[str, Any] = {}
    for name, value in headers:
        lower = name.strip().lower()
        if lower in HOP or not lower:
            continue
        if lower == "set-cookie":
            shown.setdefault(lower, {}).update(_cookie(value))
        elif lower in LISTS:
            parts = {each.strip().lower() for each in value.split(",") if each.strip()}
            shown[lower] = ", ".join(sorted(parts | set(filter(None, str(shown.get(lower, "")).split(", ")))))
        else:
            shown[lower] = f"{shown[lower]}, {value.strip()}" if lower in shown else value.strip()
    return shown


def _cookie(value: str) -> dict[str, dict[str, str]]:
    first, *rest = value.split(";")
    attributes = {}
    for each in rest:
        name, _, setting = each.strip().partition("=")
        if name and name.lower() != "expires":
            attributes[name.lower()] = setting.lower() or "yes"
    return {first.partition("=")[0].strip()[:80]: attributes}
