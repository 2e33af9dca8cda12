"""Webhooks on their way to the App: signed, delivered by one thread in order, kept so that they can be sent again."""

import hashlib
import hmac
import json
import queue
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import contract
from bot.sandbox.state import World

PATIENCE = 10.0  # seconds; GitHub gives up on an answer after that
LARGEST = 25 * 1024 * 1024  # bytes; GitHub does not deliver more

LONGEST_ANSWER = 65_536  # bytes kept


class BrokenPayload(AssertionError):
    """The sandbox made a payload that GitHub's schema does not allow: a fault of the sandbox."""


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver one webhook. `guid` is the same on redelivery; `status_code` 0 means nothing answered."""

    id: int
    guid: str
    event: str
    action: str | None
    body: bytes
    repository_id: int | None
    installation_id: int
    url: str
    redelivery: bool = False
    delivered_at: datetime | None = None
    duration: float = 0.0
    status_code: int = 0
    status: str = "pending"
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


Route = Callable[[Delivery], list[tuple[float, Delivery]]]


def straight(delivery: Delivery) -> list[tuple[float, Delivery]]:
    """Deliver once, at once. Faults put another route in its place: (seconds to wait, delivery) each.

    Negative seconds mean that the route keeps the delivery and will hand it out with a later one.
    """
    return [(0.0, delivery)]


class Outbox:
    """Takes payloads, delivers them in the background, remembers every attempt in `log` (oldest first)."""

    def __init__(self, world: World, route: Route = straight):
        self.world = world
        self.route = route
        self.log: list[Delivery] = []
        self.waiting: queue.Queue[Delivery | None] = queue.Queue()
        self.open = 0
        self.idle = threading.Condition()
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to deliver."""
        self.thread = threading.Thread(target=self.run, name="sandbox-webhooks", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Deliver what waits, then end."""
        if self.thread:
            self.waiting.put(None)
            self.thread.join()
            self.thread = None

    def send(self, event: str, payload: dict[str, Any], repository_id: int | None) -> None:
        """Check a payload against GitHub's schema and put it on its way. Raises BrokenPayload."""
        if wrong := contract.wrong_webhook(event, payload):
            raise BrokenPayload(f"{event} {payload.get('action')}: {wrong}")
        url = self.world.app.webhook_url
        body = json.dumps(contract.without_removed(payload) if self.world.newest else payload).encode()
        if not url or len(body) > LARGEST:
            return
        made = Delivery(
            id=self.world.new_id(),
            guid=str(uuid.uuid4()),
            event=event,
            action=payload.get("action"),
            body=body,
            repository_id=repository_id,
            installation_id=self.world.installation.id,
            url=url,
        )
        self.dispatch(made)

    def redeliver(self, delivery_id: int) -> None:
        """Send an earlier delivery once more, with its GUID. Raises KeyError."""
        old = next((each for each in self.log if each.id == delivery_id), None)
        if old is None:
            raise KeyError(delivery_id)
        again = replace(old, id=self.world.new_id(), redelivery=True, url=self.world.app.webhook_url)
        self.dispatch(replace(again, status_code=0, status="pending"))

    def dispatch(self, delivery: Delivery) -> None:
        """Queue what the route makes of a delivery; nothing at all is a lost delivery, recorded as failed."""
        ways = self.route(delivery)
        if not ways:
            lost = replace(delivery, delivered_at=self.world.now(), status="failed to connect to host")
            self.log.append(lost)
        for wait, way in [each for each in ways if each[0] >= 0]:
            with self.idle:
                self.open += 1
            self.queue_later(wait, way)

    def queue_later(self, wait: float, delivery: Delivery) -> None:
        """Queue a delivery now or after some seconds."""
        if wait <= 0:
            self.waiting.put(delivery)
            return
        timer = threading.Timer(wait, self.waiting.put, (delivery,))
        timer.daemon = True
        timer.start()

    def run(self) -> None:
        """Deliver until told to stop."""
        while (delivery := self.waiting.get()) is not None:
            self.log.append(self.attempt(delivery))
            with self.idle:
                self.open -= 1
                self.idle.notify_all()

    def attempt(self, delivery: Delivery) -> Delivery:
        """One POST and what came back."""
        headers = self.headers(delivery)
        began = time.monotonic()
        try:
            said = post(delivery.url, delivery.body, headers)
        except TimeoutError:
            said = (0, "timed out", {}, b"")
        except (OSError, ValueError, HTTPException):
            said = (0, "failed to connect to host", {}, b"")
        code, status, answered, body = said
        return replace(
            delivery,
            delivered_at=self.world.now(),
            duration=round(time.monotonic() - began, 3),
            status_code=code,
            status=status,
            request_headers=headers,
            response_headers=answered,
            response_body=body.decode(errors="replace"),
        )

    def headers(self, delivery: Delivery) -> dict[str, str]:
        """What GitHub sends beside a payload."""
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/sandbox",
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": str(self.world.app.id),
            "X-GitHub-Hook-Installation-Target-ID": str(self.world.app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature-256": signature(self.world.app.webhook_secret, delivery.body),
        }

    def settle(self, timeout: float = 30.0) -> bool:
        """Wait until nothing is on its way; False when that took too long."""
        with self.idle:
            return self.idle.wait_for(lambda: self.open == 0, timeout)


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, dict[str, str], bytes]:
    """Status, words, headers and body of the answer; redirects are not followed. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(connect(parts.hostname or "", parts.port, timeout=PATIENCE)) as connection:
        connection.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, headers)
        answer = connection.getresponse()
        words = "OK" if answer.status < 400 else f"Invalid HTTP Response: {answer.status}"
        return answer.status, words, dict(answer.headers), answer.read(LONGEST_ANSWER)
