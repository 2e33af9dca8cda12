"""Logs of two builds as OpenTelemetry writes them (OTLP in JSON), joined by trace id."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scoring.difftest.exchange import Exchange, Message, Request
from scoring.difftest.readers.pairs import paired
from scoring.difftest.readers.source import Problem, Sources, elements, objects, pieces
from scoring.difftest.trimmed import LINES
from scoring.errors import ScoringError

OPEN = 50_000  # traces of one file that may still get lines
_METHOD = ("http.request.method", "http.method")
_TARGET = ("http.route", "url.path", "http.target", "url.full", "rpc.method")
_STATUS = ("http.response.status_code", "http.status_code")


@dataclass(slots=True)
class _Trace:
    lines: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None


def read(sources: Sources) -> Iterator[Exchange | Problem]:
    """Raises ScoringError without a second file."""
    if sources.candidate is None:
        raise ScoringError("a file of logs holds one build: name the other's with --candidate")
    problems: list[Problem] = []
    files = [each for each in (sources.primary, sources.candidate, sources.secondary) if each is not None]
    streams: list[Iterable[tuple[str, _Trace]]] = [_traces(each, problems) for each in files]
    for row in paired(streams):
        if not isinstance(row, int):
            yield _exchange(row)
        elif row:
            yield Problem(f"{row} traces", "they are in one of the files only")
    yield from problems


def _exchange(row: tuple[_Trace, ...]) -> Exchange:
    first = row[0]
    request = Request(first.attributes.get("trace", ""), _named(first, _METHOD), _named(first, _TARGET))
    messages = [_message(each) for each in row]
    return Exchange(request, messages[0], messages[1], messages[2] if len(messages) > 2 else None, first.at)


def _message(trace: _Trace) -> Message:
    status = _named(trace, _STATUS)
    return Message(int(status) if status.isdigit() else None, logs=tuple(trace.lines))


def _named(trace: _Trace, names: tuple[str, ...]) -> str:
    return next((trace.attributes[name] for name in names if name in trace.attributes), "")


def _traces(path: Path, problems: list[Problem]) -> Iterator[tuple[str, _Trace]]:
    traces: OrderedDict[str, _Trace] = OrderedDict()
    for place, record in _records(path, problems):
        name = str(record.get("traceId") or "")
        if not name.strip("0"):
            problems.append(Problem(place, "a log record without a trace id belongs to no request"))
            continue
        _grow(traces.setdefault(name, _Trace(attributes={"trace": name})), record)
        if len(traces) > OPEN:
            yield traces.popitem(last=False)
    yield from traces.items()


def _grow(trace: _Trace, record: Mapping[str, Any]) -> None:
    for each in record.get("attributes") or ():
        if isinstance(each, dict):
            trace.attributes.setdefault(str(each.get("key")), _text(each.get("value")))
    if trace.at is None and str(record.get("timeUnixNano") or "").isdigit():
        trace.at = datetime.fromtimestamp(int(record["timeUnixNano"]) / 1e9, UTC)
    if len(trace.lines) < LINES:
        trace.lines.append(f"{record.get('severityText') or ''} {_text(record.get('body'))}".strip())


def _records(path: Path, problems: list[Problem]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, value in _requests(path):
        if isinstance(value, Problem):
            problems.append(value)
            continue
        scopes = [scope for each in _list(value, "resourceLogs") for scope in _list(each, "scopeLogs")]
        scopes += [value] if "scopeLogs" not in value and "resourceLogs" not in value else _list(value, "scopeLogs")
        for scope in scopes:
            for record in _list(scope, "logRecords"):
                yield place, record


def _requests(path: Path) -> Iterator[tuple[str, Any]]:
    """The collector's file exporter writes an object a line; others write one document."""
    first = next(pieces(path), ("", b""))[1]
    if isinstance(first, bytes) and first.lstrip().startswith(b"{") and first.rstrip().endswith(b"}"):
        yield from objects(path)
        return
    for place, value in elements(path, "resourceLogs"):
        yield place, value if isinstance(value, dict) else Problem(place, "it is no object of OTLP")


def _list(value: Any, name: str) -> list[Any]:
    inner = value.get(name) if isinstance(value, dict) else None
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []


def _text(value: Any) -> str:
    """What an AnyValue of OTLP holds."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    return next((str(each) for each in value.values()), "")
