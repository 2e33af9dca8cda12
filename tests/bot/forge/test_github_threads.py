"""Threads that ask GitHub at the same moment: real HTTP to a small server that says what it was asked."""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github.Requester import HTTPRequestsConnectionClass, RequestsResponse

from bot.forge.github.wire import GitHubWire
from bot.forge.port import Target

THREADS, ROUNDS = 8, 20


class Echo(BaseHTTPRequestHandler):
    """Answers with the verb, address, body and token it was sent, and keeps count of them."""

    protocol_version = "HTTP/1.1"
    seen: Counter[tuple[str, str, str]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.seen[self.command, self.path, body] += 1
        told: dict[str, Any] = {"verb": self.command, "path": self.path, "body": body}
        if self.path.endswith("/access_tokens"):
            told = {"token": f"token-of-{self.path.split('/')[-2]}", "expires_at": "2100-01-01T00:00:00Z"}
        text = json.dumps(told | {"by": self.headers.get("Authorization")}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def echo() -> Iterator[tuple[str, Counter[tuple[str, str, str]]]]:
    seen: Counter[tuple[str, str, str]] = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("EchoOfOne", (Echo,), {"seen": seen}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, none = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, form, none).decode()


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Threads change places two hundred times as often as usual, and always where it hurts most: between being told
    what to send and sending it."""
    send = HTTPRequestsConnectionClass.getresponse

    def interrupted(connection: HTTPRequestsConnectionClass) -> RequestsResponse:
        time.sleep(0.0005)
        return send(connection)

    monkeypatch.setattr(HTTPRequestsConnectionClass, "getresponse", interrupted)
    before = sys.getswitchinterval()
    sys.setswitchinterval(2.5e-5)
    yield
    sys.setswitchinterval(before)


def test_every_thread_gets_its_own_answers_and_every_write_arrives_once(
    echo: tuple[str, Counter[tuple[str, str, str]]], key: str, restless: None
) -> None:
    api, seen = echo
    wire = GitHubWire(app_id=1, private_key=key, api=api, clock=lambda: datetime.now(UTC), paced=False)
    start = threading.Barrier(THREADS)

    def one(thread: int) -> list[str]:
        target, wrong = Target(1 + thread % 2, 7, "acme/shop"), []
        start.wait()
        for turn in range(ROUNDS):
            name = f"/repos/acme/shop/{thread}/{turn}"
            verb = ("POST", "PATCH")[turn % 2]
            told = wire.get(target, name, of=thread), wire.send(target, verb, name, {"thread": thread, "turn": turn})
            body = json.dumps({"thread": thread, "turn": turn})
            by = f"token token-of-{target.installation_id}"
            right = (
                {"verb": "GET", "path": f"{name}?of={thread}", "body": "", "by": by},
                {"verb": verb, "path": name, "body": body, "by": by},
            )
            wrong += [f"{got} in place of {due}" for got, due in zip(told, right, strict=True) if got | due != got]
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        wrong = [words for some in pool.map(one, range(THREADS)) for words in some]
    assert wrong == []
    asked = {key: number for key, number in seen.items() if not key[1].endswith("/access_tokens")}
    assert set(asked.values()) == {1}
    assert len(asked) == THREADS * ROUNDS * 2


def test_an_installation_asks_for_one_token_however_many_threads_need_it(
    echo: tuple[str, Counter[tuple[str, str, str]]], key: str, restless: None
) -> None:
    api, seen = echo
    wire = GitHubWire(app_id=1, private_key=key, api=api, clock=lambda: datetime.now(UTC), paced=False)
    with ThreadPoolExecutor(THREADS) as pool:
        tokens = set(pool.map(lambda _: wire.token(Target(5, 7, "acme/shop")), range(4 * THREADS)))
    assert tokens == {"token-of-5"}
    assert sum(number for (_, path, _), number in seen.items() if path.endswith("/access_tokens")) == 1
