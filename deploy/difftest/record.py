"""Ask a service every request of a list and write what it answered as an HTTP archive: `record.py URL LIST FILE`.

A line of the list is a path ("/orders/17?full=1"). Only GET is asked: a recording changes nothing. Needs Python alone.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0


def entry(base: str, path: str) -> dict[str, Any]:
    """One request and its answer, as HAR 1.2 has it; an answer that is an error is an answer."""
    began, at = time.perf_counter(), datetime.now(UTC)
    try:
        with urllib.request.urlopen(base + path, timeout=PATIENCE_S) as answer:  # noqa: S310 - whoever runs it names it
            status, headers, body = answer.status, answer.getheaders(), answer.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, list(error.headers.items()), error.read()
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return {
        "startedDateTime": at.isoformat(),
        "time": round(1000 * (time.perf_counter() - began), 1),
        "request": {"method": "GET", "url": base + path, "headers": []},
        "response": {
            "status": status,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "content": {"mimeType": kind, "text": body.decode("utf-8", "replace")},
        },
    }


def ready(base: str, seconds: float = 60.0) -> None:
    """Until something listens there. Raises the last error."""
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(base, timeout=PATIENCE_S).close()  # noqa: S310
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def main(base: str, listed: str, file: str) -> None:
    base = base.rstrip("/")
    ready(base)
    paths = [line.strip() for line in Path(listed).read_text("utf-8").splitlines() if line.startswith("/")]
    archive = {"log": {"version": "1.2", "entries": [entry(base, path) for path in paths]}}
    Path(file).write_text(json.dumps(archive), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
