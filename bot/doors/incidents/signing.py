"""How each tool signs what it sends. A scheme takes the headers and the raw bytes, and says which delivery it is.

Every secret is tried, so that the time taken does not tell which one matched.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)  # by which the time of a signature may be off
Headers = Mapping[str, str]  # names in lower case


class Unsigned(Exception):
    """The request is not signed as it has to be; one sentence for whoever set it up."""


# of headers, body, secrets and the time now: a name of this very delivery. Raises Unsigned.
Scheme = Callable[[Headers, bytes, tuple[str, ...], datetime], str]


def stamped(headers: Headers, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """Ours, for tools without one: HMAC-SHA256 over "<seconds since 1970>.<body>", in hexadecimal digits."""
    time, mark = headers.get("x-codechill-time", ""), headers.get("x-codechill-signature", "")
    _timely(time, now)
    _matches([stamp(secret, time, body) for secret in secrets], [mark], "X-Codechill-Signature")
    return _name(mark)


def stamp(secret: str, time: str, body: bytes) -> str:
    """What a request carries as X-Codechill-Signature."""
    return "sha256=" + hmac.digest(secret.encode(), f"{time}.".encode() + body, "sha256").hex()


def pagerduty(headers: Headers, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """PagerDuty V3: `X-PagerDuty-Signature: v1=<hex>[,v1=<hex>]`, HMAC-SHA256 of the body; two while a secret changes.

    After https://developer.pagerduty.com/docs/verifying-webhook-signatures. It holds no time: events name theirs.
    """
    given = [each.strip() for each in headers.get("x-pagerduty-signature", "").split(",")]
    right = ["v1=" + hmac.digest(secret.encode(), body, "sha256").hex() for secret in secrets]
    _matches(right, given, "X-PagerDuty-Signature")
    return _name(hashlib.sha256(body).hexdigest())


def svix(headers: Headers, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """Svix, which incident.io sends through: `v1,<base64>` of HMAC-SHA256 over "<id>.<seconds>.<body>"; the key is what
    follows `whsec_`, in base64. After https://docs.svix.com/receiving/verifying-payloads/how-manual; the headers are
    named `webhook-...` or `svix-...`.
    """
    kind = "webhook" if headers.get("webhook-id") else "svix"
    name, time = headers.get(f"{kind}-id", ""), headers.get(f"{kind}-timestamp", "")
    _timely(time, now)
    signed = f"{name}.{time}.".encode() + body
    given = [
        each.removeprefix("v1,") for each in headers.get(f"{kind}-signature", "").split() if each.startswith("v1,")
    ]
    right = [base64.b64encode(hmac.digest(_svix_key(secret), signed, "sha256")).decode() for secret in secrets]
    _matches(right, given, "webhook-signature")
    return _name(name)


def _svix_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return secret.encode()


def firehydrant(headers: Headers, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """FireHydrant: `fh-signature: <hex>`, HMAC-SHA256 of the body. After https://docs.firehydrant.com/docs/webhooks,
    "Verifying Requests". It holds no time: incidents name when they changed."""
    right = [hmac.digest(secret.encode(), body, "sha256").hex() for secret in secrets]
    _matches(right, [headers.get("fh-signature", "")], "fh-signature")
    return _name(hashlib.sha256(body).hexdigest())


def grafana(headers: Headers, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """Grafana IRM: `gi-signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over "<SHA-256 of the body, base64>:<seconds>:v1".

    After Grafana's Go client of the incident API (github.com/grafana/incident-go, `VerifySignature`).
    """
    parts = dict(each.strip().partition("=")[::2] for each in headers.get("gi-signature", "").split(","))
    time = parts.get("t", "")
    _timely(time, now)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    said = f"{digest}:{time}:v1".encode()
    _matches(
        [hmac.digest(one.encode(), said, "sha256").hex() for one in secrets], [parts.get("v1", "")], "gi-signature"
    )
    return _name(hashlib.sha256(body).hexdigest())


def _timely(time: str, now: datetime) -> None:
    moment = int(time) if re.fullmatch(r"\d{1,12}", time) else 0
    if abs(now.timestamp() - moment) > WINDOW.total_seconds():
        clock = f"this server's clock says {now:%Y-%m-%dT%H:%M:%SZ}"
        raise Unsigned(f"the time of the signature is missing, or not within five minutes: {clock}")


def _matches(right: Iterable[str], given: Iterable[str], header: str) -> None:
    marks = [mark.encode() for mark in given][:10]
    same = [hmac.compare_digest(one.encode(), mark) for one in right for mark in marks]
    if not any(same):
        raise Unsigned(f"{header} is missing or wrong: compare the secret there with CODECHILL_INCIDENT_SECRETS here")


def _name(of: str) -> str:
    """As much as the inbox keeps of a delivery's name."""
    return hashlib.sha256(of.encode()).hexdigest()[:40]
