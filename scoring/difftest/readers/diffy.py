"""Diffy's results (`GET /api/1/endpoints/{e}/fields/{path}/results`) and its statistics of noise (`.../stats`)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.difftest.changes import Change, Context, changes
from scoring.difftest.compare import record
from scoring.difftest.endpoints import template
from scoring.difftest.exchange import text_body
from scoring.difftest.noise import Measured
from scoring.difftest.readers.source import Problem, Sources, elements, whole
from scoring.difftest.record import Difference
from scoring.difftest.schema import when
from scoring.difftest.trimmed import line, lines

_KINDS = {
    "TypeDifference": "type", "MissingField": "removed", "ExtraField": "added", "OrderingDifference": "order",
    "SeqSizeDifference": "size", "IndexedDifference": "value", "SetDifference": "value", "MapDifference": "value",
    "ObjectDifference": "value", "PrimitiveDifference": "value",
}  # fmt: skip
LARGEST = 64 << 20  # of statistics


def read(sources: Sources) -> Iterator[Difference | Measured | Problem]:
    """The requests of one or of several endpoints; where there are none, the statistics that the file holds."""
    requests = 0
    for place, value in elements(sources.primary, "requests"):
        for each in value.get("requests", [value]) if isinstance(value, dict) else [value]:
            requests += 1
            if not isinstance(each, dict) or not isinstance(each.get("differences"), dict):
                yield Problem(place, "it is no request of Diffy with its differences")
                continue
            yield from _request(each, sources)
    if not requests:
        yield from _statistics(sources)


def _request(value: Mapping[str, Any], sources: Sources) -> Iterator[Difference]:
    shared = Difference(
        id="",
        origin=sources.origin,
        request=line(str(value.get("id") or value.get("trace_id") or "")),
        endpoint=template(str(value.get("endpoint") or "")),
        at=when(value.get("timestamp_msec")),
        calls=lines([_call(value["request"])] if value.get("request") else ()),
        missing=("tags", "comments", "test_logs", "prod_logs"),
    )
    for name, each in value["differences"].items():
        if isinstance(each, dict) and each.get("type") != "NoDifference":
            for change in _changes(name, each):
                yield record(shared, change, None)


def _call(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _changes(name: str, each: Mapping[str, Any]) -> list[Change]:
    path = re.sub(r"\.\d+(?=\.|$)", "[*]", name)
    left, right = (text_body(str(each.get(side))).value for side in ("left", "right"))
    kind = _KINDS.get(str(each.get("type")), "value")
    if kind != "value":
        return [Change(path, kind, left, right)]
    return changes(path, left, right, Context()) or [Change(path, kind, left, right)]


def _statistics(sources: Sources) -> Iterator[Measured | Problem]:
    try:
        value = json.loads(whole(sources.primary, LARGEST))
    except ValueError:
        value = {}
    fields = value.get("fields") if isinstance(value, dict) else None
    if not isinstance(fields, dict):
        yield Problem("the file", "it holds neither requests nor fields: hand in results or stats of Diffy")
        return
    home = value.get("endpoint") if isinstance(value.get("endpoint"), dict) else {}
    for name, each in fields.items():
        if isinstance(each, dict):
            path = re.sub(r"\.\d+(?=\.|$)", "[*]", str(name))
            total = int(home.get("total") or value.get("total") or 0)
            endpoint = template(str(value.get("name") or home.get("name") or ""))
            yield Measured(endpoint, path, total, int(each.get("differences") or 0), int(each.get("noise") or 0))
