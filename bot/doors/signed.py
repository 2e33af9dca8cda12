"""Requests that are signed over their time, method, address and body; a signature counts for five minutes."""

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from bot.config.keys import signature

LASTS = timedelta(minutes=5)  # how long a signature counts


class Refused(Exception):
    """Status and one sentence for whoever asked."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def body(most: int) -> bytes:
    """What the request carries. Raises Refused for more than `most` bytes."""
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise Refused(413, f"a request has at most {_size(most)}")
    try:
        return request.get_data(cache=True)
    except RequestEntityTooLarge:
        raise Refused(413, f"a request has at most {_size(most)}") from None
    except ClientDisconnected:
        raise Refused(400, "the body ended early: send it again") from None


def checked(secrets: Iterable[str], most: int, now: datetime, wrong: str) -> str:
    """The signature of this request, by one of those secrets. Raises Refused, with `wrong` where none made it."""
    time, mark = request.headers.get("X-Codechill-Time", ""), request.headers.get("X-Codechill-Signature", "")
    query = request.query_string.decode("ascii", "replace")
    path = f"{request.path}{'?' if query else ''}{query}"
    when = int(time) if re.fullmatch(r"\d{1,12}", time) else 0
    carried = body(most)
    # one is made where there is no secret, so that the time taken does not tell
    right = [signature(each, when, request.method, path, carried) for each in (*secrets, "no such key")]
    same = [hmac.compare_digest(each.encode(), mark.encode()) for each in right]
    if not any(same[:-1]):
        raise Refused(401, wrong)
    if abs(now.timestamp() - when) > LASTS.total_seconds():
        raise Refused(401, f"the signature is of another time: this server's clock says {now:%Y-%m-%dT%H:%M:%SZ}")
    return mark


def _size(bytes_: int) -> str:
    return f"{bytes_ >> 20} MiB" if bytes_ >= 1 << 20 else f"{bytes_ >> 10} KiB"
