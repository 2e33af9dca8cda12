"""GitHub's own example payloads."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _corpus() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(
        gzip.decompress((Path(__file__).parent / "examples.json.gz").read_bytes())
    )
    return loaded


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in _corpus():
        for payload in entry["examples"]:
            yield entry["name"], json.loads(json.dumps(payload))


def example(event: str, action: str | None = None) -> dict[str, Any]:
    """The first of that event and action."""
    return next(one for name, one in examples() if name == event and (action is None or one.get("action") == action))
