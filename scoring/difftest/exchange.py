"""One request and what two builds answered: messages as they came, bodies as values where they can be read."""

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scoring.errors import ScoringError

LARGEST_BODY = 8 << 20  # bytes, unpacked
DEEPEST = 60  # levels of JSON
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.I)


@dataclass(frozen=True, slots=True)
class Body:
    """`value` is what JSON says, or text; `note` says what could not be read and why."""

    value: Any = None
    is_json: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer. Header names are as they came; `logs` are the lines that belong to it."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = field(default_factory=Body)
    logs: tuple[str, ...] = ()
    latency_ms: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    id: str = ""
    method: str = ""
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = field(default_factory=Body)


@dataclass(frozen=True, slots=True)
class Exchange:
    """`secondary` is a second answer of production to the same request: what differs there is no work of the build.

    `declared`: fields that whoever recorded called noise, as differences name them, without the places of lists.
    """

    request: Request
    primary: Message
    candidate: Message
    secondary: Message | None = None
    at: datetime | None = None
    tags: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()


def header(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The value of the header `name` in lower case, "" without one."""
    return next((value for each, value in headers if each.lower() == name), "")


def read_body(raw: bytes, headers: Iterable[tuple[str, str]] = ()) -> Body:
    """Unpack, decode and parse: whatever fails is said in the note, and the bytes are compared by their length."""
    listed = tuple(headers)
    unpacked, note = _unpacked(raw[: LARGEST_BODY + 1], header(listed, "content-encoding"))
    if note or len(unpacked) > LARGEST_BODY:
        return Body(f"{len(raw)} bytes", note=note or f"longer than {LARGEST_BODY} bytes")
    kind = header(listed, "content-type")
    if re.match(r"(?i)(image|audio|video|font)/|application/(octet-stream|zip|pdf|x-protobuf|grpc)", kind):
        return Body(f"{len(unpacked)} bytes", note=f"not read: {kind[:60]}")
    return text_body(decoded(unpacked, kind))


def text_body(text: str) -> Body:
    """JSON where it is JSON, else text with its line ends made one kind."""
    if text.lstrip()[:1] in ("{", "[", '"') or text.strip() in ("null", "true", "false"):
        try:
            return value_body(json.loads(text, parse_constant=_no_constant))
        except (ValueError, RecursionError, ScoringError):
            pass  # what only looks like JSON is text
    return Body(text.replace("\r\n", "\n").replace("\x00", "\ufffd"))


def value_body(value: Any) -> Body:
    """What is parsed already. Raises ScoringError where it is nested deeper than DEEPEST."""
    if not isinstance(value, dict | list):
        return Body(value, is_json=not isinstance(value, str))
    if _deeper(value, DEEPEST):
        raise ScoringError(f"a body is nested more than {DEEPEST} deep")
    return Body(value, is_json=True)


def decoded(raw: bytes, content_type: str = "") -> str:
    """Text by its byte order mark, the charset that is named, UTF-8, or else as Latin-1: never an error."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    named = _CHARSET.search(content_type)
    for name in (*((named[1],) if named else ()), "utf-8"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _unpacked(raw: bytes, encoding: str) -> tuple[bytes, str]:
    for name in reversed([each.strip().lower() for each in encoding.split(",") if each.strip()]):
        if name == "identity":
            continue
        if name not in ("gzip", "x-gzip", "deflate"):
            return raw, f"packed as {name[:20]}"
        try:
            raw = _inflated(raw, name)
        except zlib.error:
            if raw.lstrip()[:1] in (b"{", b"[", b"<"):  # many recorders unpack and leave the header
                continue
            return raw, f"not readable as {name}"
    return raw, ""


def _inflated(raw: bytes, name: str) -> bytes:
    windows = (47,) if name != "deflate" else (zlib.MAX_WBITS, -zlib.MAX_WBITS)
    for place, window in enumerate(windows):
        try:
            return zlib.decompressobj(window).decompress(raw, LARGEST_BODY + 1)
        except zlib.error:
            if place == len(windows) - 1:
                raise
    return raw


def _deeper(value: Any, left: int) -> bool:
    level = [value]
    while level and left:
        level = [
            each
            for one in level
            for each in (one.values() if isinstance(one, dict) else one)
            if isinstance(each, dict | list)
        ]
        left -= 1
    return bool(level)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
