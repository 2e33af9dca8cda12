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
            if entry["name"] == "issue_comment":
                yield "issues", _about_its_issue(payload, "labeled")


def _about_its_issue(payload: dict[str, Any], action: str) -> dict[str, Any]:
    """What is told of the issue itself has the same issue, repository and sender in it."""
    told = {name: payload[name] for name in ("issue", "repository", "sender")}
    told["issue"] = {name: value for name, value in told["issue"].items() if name != "pull_request"}
    return json.loads(json.dumps({"action": action, **told}))  # type: ignore[no-any-return]


def example(event: str, action: str | None = None) -> dict[str, Any]:
    """The first of that event and action."""
    return next(one for name, one in examples() if name == event and (action is None or one.get("action") == action))
