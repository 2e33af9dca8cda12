"""Keys of the signed API: a name and a secret each, and what a signature is made of."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

_KEY = re.compile(r"([a-z0-9][a-z0-9-]{0,38})=(\S{16,200})")

_HOME = re.compile(r"([\w.-]{1,100}(?:/[\w.-]{1,100})?)=(\S{16,200})", re.ASCII)


def keys(listed: str) -> Mapping[str, str]:
    """From "maya=SECRET, ci=OTHER": a name each, with a secret of 16 characters or more. Raises ValueError."""
    secrets = {}
    for one in re.split(r"[\s,;]+", listed.strip()):
        match = _KEY.fullmatch(one)
        if one and match is None:
            raise ValueError("write name=secret, the name in a-z, 0-9 and -, the secret of 16 characters or more")
        if match is not None:
            secrets[match[1]] = match[2]
    return secrets


def source_secrets(listed: str) -> Mapping[str, tuple[str, ...]]:
    """From "pagerduty=SECRET, signed=OTHER": by the name of a source. Of two for one source both count: one replaces
    the other.

    Raises ValueError.
    """
    secrets: dict[str, tuple[str, ...]] = {}
    for one in re.split(r"[\s,;]+", listed.strip()):
        match = _KEY.fullmatch(one)
        if one and match is None:
            raise ValueError("write source=secret, the source in a-z, 0-9 and -, the secret of 16 characters or more")
        if match is not None:
            secrets[match[1]] = (*secrets.get(match[1], ()), match[2])
    return secrets


def upload_keys(listed: str) -> Mapping[str, tuple[str, ...]]:
    """From "acme/shop=SECRET, acme=OTHER": by repository or by its owner, in lower case. Of two for one both count.

    Raises ValueError.
    """
    secrets: dict[str, tuple[str, ...]] = {}
    for one in re.split(r"[\s,;]+", listed.strip()):
        match = _HOME.fullmatch(one)
        if one and match is None:
            raise ValueError("write owner/name=secret or owner=secret, the secret of 16 characters or more")
        if match is not None:
            name = match[1].lower()
            secrets[name] = (*secrets.get(name, ()), match[2])
    return secrets


def signature(secret: str, time: int, method: str, path: str, body: bytes) -> str:
    """`path` from /api on, with its query; `time` in seconds since 1970."""
    said = f"{time}\n{method}\n{path}\n".encode() + body
    return "sha256=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def signed(name: str, secret: str, now: datetime, method: str, path: str, body: bytes = b"") -> dict[str, str]:
    """The headers that a request needs."""
    time = int(now.timestamp())
    mark = signature(secret, time, method, path, body)
    return {"X-Codechill-Key": name, "X-Codechill-Time": str(time), "X-Codechill-Signature": mark}
