"""The HTTP door: verify the signature over the raw bytes, store the delivery with its job, answer at once."""

import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from bot.doors.group_commit import Together
from bot.doors.probes import Probes
from bot.forge.github.shapes import Unreadable
from bot.forge.github.webhook import EVENTS, read
from bot.policy.text.whole import all_whole
from bot.store.inbox import Delivery, Enqueue, NotStored

_log = structlog.get_logger(__name__)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # of a character, as JSON writes it
_GUID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Limits:
    body: int = 26 * 1024 * 1024  # bytes; GitHub sends nothing above 25 MB


class Inbox(Protocol):
    """Where deliveries are kept; `store.inbox` is one."""

    def receive(self, deliveries: Sequence[Delivery], enqueue: Enqueue) -> Sequence[bool]: ...

    def refuse(self, delivery: Delivery, error: str) -> None: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes need beside the secret."""

    clock: Callable[[], datetime] = _now
    wake: Callable[[], None] = lambda: None  # called after a delivery was stored
    probes: Probes = field(default_factory=Probes)
    count: Callable[[str, str], None] = lambda event, outcome: None


def signature(secret: str, body: bytes) -> str:
    """What GitHub writes into X-Hub-Signature-256."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def create_blueprint(
    secret: str | tuple[str, ...],
    inbox: Inbox,
    enqueue: Enqueue,
    limits: Limits | None = None,
    *,
    door: Door | None = None,
) -> Blueprint:
    """Routes /webhook, /healthz, /readyz, /metrics. Several secrets serve while one replaces another.

    Raises ValueError for an empty secret: without one anybody could send events.
    """
    secrets = (secret,) if isinstance(secret, str) else secret
    if not secrets or not all(secrets):
        raise ValueError("the webhook secret is empty")
    receiver = _Receiver(secrets, inbox, enqueue, limits or Limits(), door or Door())
    routes = Blueprint("webhook", __name__)
    routes.post("/webhook")(receiver.webhook)
    routes.register_blueprint(receiver.door.probes.blueprint())
    return routes


class _Receiver:
    def __init__(self, secrets: tuple[str, ...], inbox: Inbox, enqueue: Enqueue, limits: Limits, door: Door) -> None:
        self._secrets, self._inbox, self._limits, self.door = secrets, inbox, limits, door
        self._together = Together(lambda deliveries: inbox.receive(deliveries, enqueue))

    def webhook(self) -> Response:
        event = request.headers.get("X-GitHub-Event", "")
        status, words = self._answer(request, event)
        self.door.count(event if event in EVENTS else "other", str(status))
        return Response(words + "\n" if words else "", status, mimetype="text/plain")

    def _answer(self, asked: Request, event: str) -> tuple[int, str]:
        asked.max_content_length = self._limits.body
        if asked.headers.get("Content-Encoding", "identity").lower() != "identity":
            return 415, "send the body as it is, without Content-Encoding: its signature is over these bytes"
        try:
            body = asked.get_data(cache=False)
        except RequestEntityTooLarge:
            return 413, f"a delivery may have {self._limits.body} bytes"
        except ClientDisconnected:
            return 400, "the body ended early"
        if not self._signed(asked.headers.get("X-Hub-Signature-256", ""), body):
            return 401, "the signature is missing or wrong: compare the webhook secret of the App with this server's"
        if asked.mimetype != "application/json":
            return 415, "set the content type of the webhook to application/json"
        return self._read(asked.headers.get("X-GitHub-Delivery", ""), event, body)

    def _read(self, guid: str, event: str, body: bytes) -> tuple[int, str]:
        if not _GUID.fullmatch(guid) or not event:
            return 400, "X-GitHub-Delivery and X-GitHub-Event are needed"
        payload = _object(body)
        if payload is None:
            return 400, "the body is no JSON object"
        if event == "ping":
            return 200, "pong"
        if event not in EVENTS:
            return 204, ""
        with structlog.contextvars.bound_contextvars(delivery=guid, event_name=event):
            return self._keep(Delivery(guid, event, body, self.door.clock()), payload)

    def _keep(self, delivery: Delivery, payload: dict[str, Any]) -> tuple[int, str]:
        try:
            new = self._store(delivery, payload)
        except NotStored as error:
            _log.error("webhook.not_stored", words=str(error))
            return 503, "the delivery could not be stored: send it again later"
        if new is None:
            return 202, "stored, but not understood"
        _log.info("webhook.received", new=new)
        self.door.wake()
        return 202, "accepted" if new else "known already"

    def _store(self, delivery: Delivery, payload: dict[str, Any]) -> bool | None:
        """Whether it was new; None when it was kept for a person because it could not be read."""
        try:
            envelopes = read(delivery.event, payload)
        except Unreadable as error:
            _log.error("webhook.unreadable", words=str(error))
            self._inbox.refuse(delivery, str(error))
            return None
        return self._together.receive(replace(delivery, envelopes=envelopes))

    def _signed(self, given: str, body: bytes) -> bool:
        # every secret is tried, so that the time taken does not tell which one matched
        right = [hmac.compare_digest(signature(secret, body).encode(), given.encode()) for secret in self._secrets]
        return any(right)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
        payload = all_whole(payload) if _HALF.search(body) else payload
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None
