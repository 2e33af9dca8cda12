"""One exchange becomes its differences: in status, headers, body, logs and latency."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoring.difftest.canonical import composed
from scoring.difftest.changes import Change, Context, Tolerance, changes
from scoring.difftest.endpoints import endpoint_of
from scoring.difftest.exchange import Body, Exchange, Message, header
from scoring.difftest.headers import VOLATILE, comparable
from scoring.difftest.logs import only
from scoring.difftest.masks import bare, identifiers, masked
from scoring.difftest.privacy import private_value
from scoring.difftest.record import DECLARED, Comment, Difference, Origin, identity
from scoring.difftest.substitution import Substitution
from scoring.difftest.trimmed import line, lines, text

SLOWER = 3.0  # times, and by at least so much
SLOWER_MS = 200.0
LOGS = 20  # lines that only one side logs, each a difference
Control = tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class Compared:
    """`control`: (field, kind) of what differs between two answers of production; None where it was not asked twice."""

    endpoint: str
    differences: tuple[Difference, ...]
    control: Control = None


def compare(exchange: Exchange, origin: Origin, tolerance: Tolerance | None = None) -> Compared:
    """Every difference of one exchange, masked for keeping."""
    allowed = tolerance or Tolerance()
    control: Control = None
    if exchange.secondary is not None:
        control = tuple(sorted({(each.path, _kind(each)) for each in _of(exchange, exchange.secondary, allowed)}))
    request = exchange.request
    shared = Difference(
        id="",
        origin=origin,
        request=line(request.id),
        endpoint=endpoint_of(request.method, request.target),
        at=exchange.at,
        calls=(text(f"{request.method} {request.target}".strip()),),
        tags=lines(exchange.tags),
        prod_logs=lines(exchange.primary.logs),
        test_logs=lines(exchange.candidate.logs),
        comments=tuple(Comment(text(each)) for each in exchange.comments),
    )
    differences = tuple(
        _declared(record(shared, change, control), exchange.declared)
        for change in _of(exchange, exchange.candidate, allowed)
    )
    return Compared(shared.endpoint, differences, control)


def _declared(difference: Difference, names: Sequence[str]) -> Difference:
    """With a tag where its field, or what holds it, is among `names`."""
    field = difference.field.replace("[*]", "").lower()
    if any(field == each or field.startswith(f"{each}.") for each in names):
        return replace(difference, tags=(*difference.tags, DECLARED))
    return difference


def _of(exchange: Exchange, other: Message, tolerance: Tolerance) -> list[Change]:
    primary = exchange.primary
    if primary.error or other.error:
        return [] if primary.error == other.error else [_failed(primary, other)]
    ids = Substitution(_known(exchange))
    left, right = composed(primary.body.value), composed(other.body.value)
    ids.know(_text(left), _text(right))
    dates = header(primary.headers, "date"), header(other.headers, "date")
    within = Context(ids, tolerance, dates if all(dates) else None)
    seen = []
    if primary.status != other.status and primary.status is not None and other.status is not None:
        seen.append(Change("status", f"status {primary.status}→{other.status}", primary.status, other.status))
    seen += _headers(primary, other, within)
    seen += _bodies(primary.body, other.body, left, right, within)
    return [*_once(seen), *_around(primary, other)]


def _failed(primary: Message, other: Message) -> Change:
    left, right = ("error" if each.error else str(each.status or "answer") for each in (primary, other))
    kind = f"status {left}→{right}" if left != right else "value"
    return Change("status", kind, primary.error or primary.status, other.error or other.status)


def _headers(primary: Message, other: Message, within: Context) -> list[Change]:
    seen = changes("header", comparable(primary.headers), comparable(other.headers), within)
    return [
        replace(each, kind="masked") if each.kind == "value" and each.path[7:] in VOLATILE else each
        for each in seen
        if each.kind != "relation"
    ]


def _bodies(primary: Body, other: Body, left: Any, right: Any, within: Context) -> Iterator[Change]:
    if isinstance(left, str) and isinstance(right, str) and not primary.is_json and not other.is_json:
        yield from _prose(left, right, within)
    else:
        yield from changes("body", left, right, within)


def _prose(left: str, right: str, within: Context) -> Iterator[Change]:
    """Pages and plain text by their lines: the first one that differs stands for them."""
    if left == right:
        return
    ours, theirs = left.splitlines(), right.splitlines()
    if len(ours) == len(theirs):
        seen = [
            change
            for one, another in zip(ours, theirs, strict=True)
            if one != another
            for change in changes("body", one, another, within)
        ]
        if all(each.kind == "masked" for each in seen):
            sides = (seen[0].left, seen[0].right) if seen else ("line ends", "line ends")
            yield Change("body", "masked" if seen else "format", *sides)
            return
    gone, new = only(ours, theirs), only(theirs, ours)
    yield Change("body", "text", "\n".join(gone[:20]) or "(other order)", "\n".join(new[:20]) or "(other order)")


def _around(primary: Message, other: Message) -> Iterator[Change]:
    """What belongs to an answer and is no part of it."""
    for each in only(primary.logs, other.logs)[:LOGS]:
        yield Change(f"log {bare(masked(each))[:120]}", "log removed", each, None)
    for each in only(other.logs, primary.logs)[:LOGS]:
        yield Change(f"log {bare(masked(each))[:120]}", "log added", None, each)
    if primary.latency_ms is not None and other.latency_ms is not None:
        more = other.latency_ms - primary.latency_ms
        if more > SLOWER_MS and other.latency_ms > SLOWER * primary.latency_ms:
            yield Change("latency", "slower", f"{primary.latency_ms:.0f} ms", f"{other.latency_ms:.0f} ms")


def record(shared: Difference, change: Change, control: Control) -> Difference:
    """A change as a record that can be kept. `shared`: what all differences of its request have."""
    kind = _kind(change)
    pattern = private_value(change.path, f"{_shape(change.left)} → {_shape(change.right)}")
    left, right = (_shown(change.path, each) for each in (change.left, change.right))
    return replace(
        shared,
        id=identity(shared.origin, shared.request, shared.endpoint, change.path, kind, *shared.calls),
        category=_category(change.path, kind),
        description=text(f"{change.path} {kind}: {pattern}"),
        field=line(change.path),
        kind=kind,
        pattern=line(pattern),
        left=left,
        right=right,
        noisy=None if control is None else (change.path, kind) in control,
    )


def _kind(change: Change) -> str:
    """The kind, with what a whole subtree stands for: "subtree removed type"."""
    return " ".join((change.kind, *sorted(change.inside - {"value", "masked"})))


def _category(path: str, kind: str) -> str:
    start = path.split(" ")[0].split(".")[0].split("[")[0]
    names = {"status": "StatusCode", "header": "Header", "log": "Log", "latency": "Latency"}
    if start in names:
        return names[start]
    if ".claims" in path:
        return "TokenClaimsBlob"
    first = kind.split(" ")[0]
    if first in ("order", "repetition"):
        return "Ordering"
    return "BodySchema" if {"added", "removed", "type", "format"} & set(kind.split()) else "BodyValue"


def _shown(path: str, value: Any) -> str | None:
    if value is None:
        return None
    shown = value if isinstance(value, str) else json.dumps(_masked(path, value), ensure_ascii=False, default=str)
    return text(shown, name=path)


def _masked(path: str, value: Any) -> Any:
    """A value whose members may be secrets by their names."""
    match value:
        case dict():
            return {str(name): _masked(f"{path}.{name}", each) for name, each in list(value.items())[:50]}
        case list():
            return [_masked(path, each) for each in value[:20]]
        case str():
            return private_value(path, value[:4_000])
        case _:
            masked_value = private_value(path, str(value))
            return value if masked_value == str(value) else masked_value


def _shape(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return masked(value[:200])
        case dict() | list():
            return f"{type(value).__name__} of {len(value)}"
        case float() | int() if not isinstance(value, bool):
            return "number" if masked(str(value)) == str(value) else masked(str(value))
        case _:
            return str(value)


def _once(seen: Iterable[Change]) -> list[Change]:
    """One for each place and kind: a list of a hundred items that all changed is one difference."""
    first: dict[tuple[str, str], Change] = {}
    for each in seen:
        first.setdefault((each.path, _kind(each)), each)
    return list(first.values())


def _known(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    yield from identifiers(f"{request.target} {_text(request.body.value)}"[:100_000])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
