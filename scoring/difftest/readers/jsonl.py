"""JSON Lines of our own form: see docs/difftest.schema.json. A line may also say what production does by itself:
{"measured": {"endpoint": "GET /users/{}", "field": "body.name", "total": 1000, "raw": 40, "noise": 39}}. One that was
compared elsewhere says what could not be read there: {"unreadable": {"place": "3 requests", "words": "..."}}.
"""

from collections.abc import Iterator
from typing import Any

from scoring.difftest.noise import Measured
from scoring.difftest.readers.source import Problem, Sources, objects
from scoring.difftest.record import Difference
from scoring.difftest.schema import read_difference
from scoring.difftest.trimmed import line
from scoring.errors import ScoringError


def read(sources: Sources) -> Iterator[Difference | Measured | Problem]:
    for place, value in objects(sources.primary):
        if isinstance(value, Problem):
            yield value
            continue
        try:
            if "unreadable" in value:
                yield _unreadable(place, value["unreadable"])
            elif "measured" in value:
                yield _measured(value["measured"])
            else:
                yield read_difference(value, sources.origin)
        except ScoringError as error:
            yield Problem(place, str(error))


def _unreadable(place: str, value: Any) -> Problem:
    said = value if isinstance(value, dict) else {}
    return Problem(line(str(said.get("place", place))), line(str(said.get("words", "it could not be read"))))


def _measured(value: Any) -> Measured:
    """Raises ScoringError."""
    try:
        counts = [int(value[name]) for name in ("total", "raw", "noise")]
        return Measured(line(str(value["endpoint"])), line(str(value["field"])), *counts)
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ScoringError("measured: endpoint and field, and the numbers total, raw and noise") from None
