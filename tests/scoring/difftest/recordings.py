"""The same two requests as each tool records them: production answers {"n": 1}, the candidate {"n": 2}."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scoring.difftest.readers import READERS, Piece, Problem, Sources
from scoring.difftest.record import Origin

ORIGIN = Origin("default", "v2", "v1", "w1", 0.01)
LEFT, RIGHT = '{"n": 1, "at": "2026-03-02T08:15:00Z"}', '{"n": 2, "at": "2026-03-02T08:15:09Z"}'
SEPARATOR = "\n🐵🙈🙉\n"


def jsonl() -> str:
    seven = {
        "category": "ErrorCode", "description": "error code differs", "calls": ["GET /users/17"], "tags": ["eu"],
        "comments": ["looks odd"], "test logs": "errorCode=50126\nINFO done", 
        "production_logs": ["errorCode=0", "INFO done"],
    }  # fmt: skip
    return "\n".join(json.dumps(seven | {"request": f"r{each}", "endpoint": "GET /users/17"}) for each in (1, 2))


def diffy() -> str:
    requests = [
        {
            "id": f"r{each}", "trace_id": "t", "timestamp_msec": 1772439300000, "endpoint": "GET /users/17",
            "differences": {
                "response.n": {"type": "PrimitiveDifference", "left": "1", "right": "2"},
                "response.items.0.id": {"type": "MissingField", "left": "7", "right": ""},
                "response.same": {"type": "NoDifference", "left": "1", "right": "1"},
            },
            "request": "GET /users/17", "left": LEFT, "right": RIGHT,
        }
        for each in (1, 2)
    ]  # fmt: skip
    return json.dumps({"endpoint": "GET /users/17", "path": "response.n", "requests": requests})


def keploy() -> str:
    tests = "".join(
        f"""
  - kind: Http
    name: test-{each}
    status: FAILED
    test_case_id: test-{each}
    req: {{method: GET, url: "http://localhost/users/17", body: ""}}
    resp: {{status_code: 200, header: {{}}, body: '{LEFT}'}}
    noise: {{header.Date: [], body: {{AT: []}}, body.n: ["^1+$"]}}
    result:
      status_code: {{normal: false, expected: 200, actual: 201}}
      headers_result:
        - normal: true
          expected: {{key: Vary, value: [Accept]}}
          actual: {{key: Vary, value: [Accept]}}
      body_result:
        - {{normal: false, type: JSON, expected: '{LEFT}', actual: '{RIGHT}'}}
      dep_result: []
    failure_info: {{risk: HIGH, category: [SCHEMA_UNCHANGED]}}"""
        for each in (1, 2)
    )
    return f"version: api.keploy.io/v1beta1\nname: report\nstatus: FAILED\ntests:{tests}\ntest_set: set-1\n"


def goreplay() -> str:
    def response(body: str) -> str:
        return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"

    blocks = [
        block
        for each in (1, 2)
        for block in (
            f"1 id{each} 1772439300000000000\nGET /users/17 HTTP/1.1\r\nHost: x\r\n\r\n",
            f"2 id{each} 1772439300000000000 5000000\n{response(LEFT)}",
            f"3 id{each} 1772439300000000000 6000000\n{response(RIGHT)}",
        )
    ]
    return "".join(block + SEPARATOR for block in blocks)


def goreplay_hex() -> str:
    return "\n".join(block.encode().hex() for block in goreplay().split(SEPARATOR) if block)


def scientist() -> str:
    return "\n".join(
        json.dumps({
            "experiment": "users", "context": {"request_id": f"r{each}"},
            "control": {"value": {"n": 1}, "duration": 0.01, "exception": None},
            "candidates": [{"name": "candidate", "value": {"n": 2}, "duration": 0.01, "exception": None}],
            "mismatched": True, "ignored": False,
        })
        for each in (1, 2)
    )  # fmt: skip


def har(body: str) -> str:
    entries = [
        {
            "startedDateTime": "2026-03-02T08:15:00Z", "time": 12,
            "request": {"method": "GET", "url": f"https://{each}.example/users/17", "headers": []},
            "response": {
                "status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}],
                "content": {"mimeType": "application/json", "text": body},
            },
        }
        for each in (1, 2)
    ]  # fmt: skip
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def otlp(code: int) -> str:
    def record(trace: str, body: str) -> dict[str, Any]:
        attributes = [
            {"key": "http.request.method", "value": {"stringValue": "GET"}},
            {"key": "http.route", "value": {"stringValue": "/users/{id}"}},
        ]
        return {
            "traceId": trace, "severityText": "INFO", "timeUnixNano": "1772439300000000000",
            "body": {"stringValue": body}, "attributes": attributes,
        }  # fmt: skip

    lines = [record(f"{each:032x}", f"answered {code}") for each in (1, 2)]
    lines += [record(f"{each:032x}", "cache is cold") for each in (1, 2) if code == 2]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": lines}]}]})


ONE_FILE: dict[str, Callable[[], str]] = {
    "jsonl": jsonl, "diffy": diffy, "keploy": keploy, "goreplay": goreplay, "scientist": scientist,
}  # fmt: skip


def read(kind: str, folder: Path, *contents: str | bytes) -> list[Piece]:
    """Read what is written into files, as a person would hand them in."""
    files = []
    for number, each in enumerate(contents):
        path = folder / f"{kind}{number}"
        path.write_bytes(each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass"))
        files.append(path)
    return list(READERS[kind].read(Sources(ORIGIN, *files)))


def problems(pieces: list[Piece]) -> list[str]:
    return [f"{each.place}: {each.words}" for each in pieces if isinstance(each, Problem)]


def packed(text: str) -> bytes:
    return gzip.compress(text.encode())
