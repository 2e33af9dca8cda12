"""Two HTTP archives (HAR) of the same requests, one of each build; a third of production again says what is noise."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scoring.difftest.exchange import Body, Exchange, Message, Request, read_body, text_body
from scoring.difftest.readers.pairs import paired
from scoring.difftest.readers.source import Problem, Sources, elements
from scoring.difftest.schema import when
from scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class _Entry:
    request: Request
    response: Message
    at: datetime | None


def read(sources: Sources) -> Iterator[Exchange | Problem]:
    """Raises ScoringError without a second archive."""
    if sources.candidate is None:
        raise ScoringError("a HAR holds one build: name the other's with --candidate")
    problems: list[Problem] = []
    files = [each for each in (sources.primary, sources.candidate, sources.secondary) if each is not None]
    streams: list[Iterable[tuple[str, _Entry]]] = [_entries(elements(each, "log.entries"), problems) for each in files]
    for row in paired(streams):
        if not isinstance(row, int):
            first, second, *again = row
            yield Exchange(
                first.request, first.response, second.response, again[0].response if again else None, first.at
            )
        elif row:
            yield Problem(f"{row} requests", "they are in one of the archives only")
    yield from problems


def _entries(each_element: Iterable[tuple[str, Any]], problems: list[Problem]) -> Iterator[tuple[str, _Entry]]:
    for place, value in each_element:
        try:
            entry = _entry(value, place)
        except (ScoringError, TypeError, AttributeError, KeyError, ValueError):
            problems.append(Problem(place, "it is no entry of a HAR with request and response"))
            continue
        yield f"{entry.request.method} {_path(entry.request.target)}\n{entry.request.body.value}", entry


def _entry(value: Mapping[str, Any], place: str) -> _Entry:
    asked, answered = value["request"], value["response"]
    posted = text_body((asked.get("postData") or {}).get("text") or "")
    name = str(value.get("_requestId") or place)
    request = Request(name, str(asked["method"]), str(asked["url"]), _headers(asked), posted)
    status = int(answered.get("status") or 0)
    message = Message(status or None, _headers(answered), _content(answered), latency_ms=_time(value.get("time")),
                      error="" if status else "no answer")  # fmt: skip
    return _Entry(request, message, when(value.get("startedDateTime")))


def _content(answered: Mapping[str, Any]) -> Body:
    content = answered.get("content") or {}
    text, kind = content.get("text") or "", str(content.get("mimeType") or "")
    if content.get("encoding") != "base64":
        return text_body(str(text))
    try:
        raw = base64.b64decode(str(text), validate=True)
    except binascii.Error:
        return Body(f"{len(text)} characters", note="not readable as base64")
    packed = [("content-encoding", v) for name, v in _headers(answered) if name.lower() == "content-encoding"]
    return read_body(raw, [("content-type", kind), *packed])


def _headers(side: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(each.get("name")), str(each.get("value"))) for each in side.get("headers") or ())


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _time(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
