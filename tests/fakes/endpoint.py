"""An OpenAI-compatible endpoint on this machine that answers as a script says, over real HTTP, and counts calls."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "tiny-1"


@dataclass(frozen=True)
class Said:
    """One answer over HTTP. `body` None: the connection is closed; `cut`: fewer bytes than were promised."""

    status: int = 200
    body: bytes | None = b""
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    cut: bool = False


Script = Callable[[dict[str, Any]], Said]


def completion(text: object, *, model: str = MODEL, ended: str = "stop", **more: Any) -> Said:
    """`text` as it is, or as JSON."""
    content = text if isinstance(text, str) else json.dumps(text)
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": ended}
    answer = {"id": "x", "object": "chat.completion", "model": model, "choices": [choice], **more}
    return Said(body=json.dumps(answer | {"usage": {"total_tokens": 100}} | more).encode())


def shown(request: dict[str, Any]) -> dict[int, list[int]]:
    """The lines of each stretch, by id, as a model reads them from its request."""
    stretches: dict[int, list[int]] = {}
    at = 0
    for line in request["messages"][1]["content"].split("\n"):
        text = line.partition("|")[2]
        if match := re.fullmatch(r"STRETCH (\d+)", text):
            at = int(match[1])
            stretches[at] = []
        elif match := re.match(r"(\d+) [-+ ] ", text):
            stretches[at].append(int(match[1]))
    return stretches


def verdict(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a model says that finds all of it to be documentation."""
    stretches = [
        {"id": each, "category": "docs_comments", "evidence": lines[:1]} for each, lines in shown(request).items()
    ]
    return {"stretches": stretches, "confidence": 9, "effort": 1, "signals": [], **changes}


def agreeing(request: dict[str, Any]) -> Said:
    return completion(verdict(request))


@dataclass
class ScriptedEndpoint:
    """The script's entries are used one after the other, the last one for all that follow."""

    address: str
    script: list[Script] = field(default_factory=lambda: [agreeing])
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def answer(self, request: dict[str, Any]) -> Said:
        self.requests.append(request)
        return self.script[min(len(self.requests), len(self.script)) - 1](request)


@contextmanager
def scripted() -> Iterator[ScriptedEndpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.paths.append(self.path)
            endpoint.headers.append(dict(self.headers))
            said = endpoint.answer(json.loads(body))
            time.sleep(said.pause)
            if said.body is None:
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) + (10 if said.cut else 0)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint = ScriptedEndpoint(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
