"""A notice as a signed request to any program: JSON that a receiver can check came from this server, and when."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from bot.notices.notice import Notice


def body(notice: Notice) -> bytes:
    return json.dumps(
        {
            "id": notice.key,
            "kind": notice.kind,
            "repository": notice.repository or None,
            "title": notice.title,
            "lines": list(notice.lines),
            "report": notice.report or None,
            "address": notice.address or None,
            "answers": list(notice.answers),
        },
        ensure_ascii=False,
    ).encode()


def headers(notice: Notice, body: bytes, secret: str, now: datetime) -> Mapping[str, str]:
    time = int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "X-Codechill-Notice": notice.key,
        "X-Codechill-Time": str(time),
        "X-Codechill-Signature": signature(secret, time, body),
    }


def signature(secret: str, time: int, body: bytes) -> str:
    """HMAC-SHA256 of the time in seconds since 1970, a full stop, and the body as it is sent."""
    return "sha256=" + hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
