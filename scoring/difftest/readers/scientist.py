"""Experiments of GitHub's Scientist and its relatives, as ten lines in `publish` write them: one JSON object a line.

{experiment, context, control: {value, cleaned_value, duration, exception}, candidates: [...], mismatched, ignored}
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.difftest.exchange import Exchange, Message, Request, value_body
from scoring.difftest.readers.source import Problem, Sources, objects
from scoring.errors import ScoringError


def read(sources: Sources) -> Iterator[Exchange | Problem]:
    """A candidate each; what the experiment itself ignores is ignored."""
    for place, value in objects(sources.primary):
        if isinstance(value, Problem):
            yield value
        elif not isinstance(value.get("control"), dict) or not isinstance(value.get("candidates"), list):
            yield Problem(place, "it is no experiment: it has no control or no list of candidates")
        elif not value.get("ignored"):
            yield from _candidates(place, value)


def _candidates(place: str, value: Mapping[str, Any]) -> Iterator[Exchange | Problem]:
    context = value.get("context") if isinstance(value.get("context"), dict) else {}
    name = str(value.get("id") or (context or {}).get("request_id") or place)
    request = Request(name, "", str(value.get("experiment") or "experiment"), body=value_body(dict(context or {})))
    for each in value["candidates"]:
        try:
            if isinstance(each, dict):
                tags = (f"candidate:{each['name']}",) if each.get("name") else ()
                yield Exchange(request, _message(value["control"]), _message(each), tags=tags)
        except ScoringError as error:
            yield Problem(place, str(error))


def _message(side: Mapping[str, Any]) -> Message:
    failed = side.get("exception")
    duration = side.get("duration")
    cleaned = side.get("cleaned_value")
    return Message(
        body=value_body(side.get("value") if cleaned is None else cleaned),
        latency_ms=float(duration) * 1000 if isinstance(duration, int | float) else None,
        error=(failed if isinstance(failed, str) else json.dumps(failed)) if failed else "",
    )
