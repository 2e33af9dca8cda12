"""JSON Lines of our own form: see docs/difftest.schema.json. A line may also say what production does by itself:
{"measured": {"endpoint": "GET /users/{}", "field": "body.name", "total": 1000, "raw": 40, "noise": 39}}.
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
            yield _measured(value["measured"]) if "measured" in value else read_difference(value, sources.origin)
        except ScoringError as error:
            yield Problem(place, str(error))


def _measured(value: Any) -> Measured:
    """Raises ScoringError."""
    try:
        counts = [int(value[name]) for name in ("total", "raw", "noise")]
        return Measured(line(str(value["endpoint"])), line(str(value["field"])), *counts)
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ScoringError("measured: endpoint and field, and the numbers total, raw and noise") from None
