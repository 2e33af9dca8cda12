"""An HTTP/1 message as bytes: how GoReplay keeps them."""

from scoring.difftest.exchange import Message, Request, read_body
from scoring.errors import ScoringError

Headers = tuple[tuple[str, str], ...]


def request_of(raw: bytes, name: str) -> Request:
    """Raises ScoringError for what is no request."""
    first, headers, body = _parts(raw)
    words = first.split(" ")
    if len(words) < 2 or words[0].startswith("HTTP/"):
        raise ScoringError("it is no HTTP request")
    return Request(name, words[0], words[1], headers, read_body(body, headers))


def response_of(raw: bytes, latency_ms: float | None = None) -> Message:
    """Raises ScoringError for what is no response."""
    first, headers, body = _parts(raw)
    words = first.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        raise ScoringError("it is no HTTP response")
    return Message(int(words[1][:3]), headers, read_body(body, headers), latency_ms=latency_ms)


def _parts(raw: bytes) -> tuple[str, Headers, bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = tuple((name.strip(), value.strip()) for name, _, value in (each.partition(":") for each in rest) if name)
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    return first, headers, _unchunked(body) if chunked else body


def _unchunked(body: bytes) -> bytes:
    """The chunks of a body as one; as it is where it was put together before."""
    whole, place = bytearray(), 0
    while place < len(body):
        end = body.find(b"\r\n", place)
        try:
            length = int(body[place : max(end, place)].split(b";")[0], 16)
        except ValueError:
            return bytes(whole) + body[place:] if whole else body
        if length <= 0:
            break
        whole += body[end + 2 : end + 2 + length]
        place = end + 2 + length + 2
    return bytes(whole)
