"""GoReplay: the original response (2) and the replayed one (3) of a request (1), paired by its id.

Either a recording (blocks), or what its middleware is handed (a line in hexadecimal each).
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scoring.difftest.exchange import Exchange, Message, Request
from scoring.difftest.readers.http import request_of, response_of
from scoring.difftest.readers.pairs import WAITING
from scoring.difftest.readers.source import Problem, Sources, blocks, pieces
from scoring.errors import ScoringError

SEPARATOR = "\n🐵🙈🙉\n".encode()


@dataclass(slots=True)
class _Waiting:
    request: Request | None = None
    original: Message | None = None
    replayed: Message | None = None
    at: datetime | None = None


def read(sources: Sources) -> Iterator[Exchange | Problem]:
    waiting: dict[str, _Waiting] = {}
    for place, payload in _payloads(sources):
        if isinstance(payload, Problem):
            yield payload
            continue
        try:
            name = _add(waiting, payload)
        except (ScoringError, ValueError):
            yield Problem(place, "it is no payload of GoReplay")
            continue
        held = waiting[name]
        if held.original is not None and held.replayed is not None:
            del waiting[name]
            yield Exchange(held.request or Request(name), held.original, held.replayed, at=held.at)
        elif len(waiting) > WAITING:
            del waiting[next(iter(waiting))]
    if waiting:
        words = "of these requests only one of two responses is there: record with --input-raw-track-response, replay"
        yield Problem(f"{len(waiting)} requests", f"{words} with --output-http-track-response")


def _payloads(sources: Sources) -> Iterator[tuple[str, bytes | Problem]]:
    first = next(pieces(sources.primary), ("", b""))[1]
    if isinstance(first, bytes) and first[:2] in (b"31", b"32", b"33") and first[2:4] == b"20":
        for place, piece in pieces(sources.primary):
            try:
                yield place, piece if isinstance(piece, Problem) else binascii.unhexlify(piece.strip())
            except binascii.Error:
                yield place, Problem(place, "it is no hexadecimal")
        return
    yield from blocks(sources.primary, SEPARATOR)


def _add(waiting: dict[str, _Waiting], payload: bytes) -> str:
    """Put one payload to its request. Raises ScoringError or ValueError for what is none."""
    head, _, raw = payload.lstrip(b"\n").partition(b"\n")
    kind, name, *times = head.decode("ascii").split()
    latency = int(times[1]) / 1e6 if len(times) > 1 and int(times[1]) > 0 else None
    if kind == "1":
        request = request_of(raw, name)
        held = waiting.setdefault(name, _Waiting())
        held.request, held.at = request, datetime.fromtimestamp(int(times[0]) / 1e9, UTC) if times else None
    elif kind in ("2", "3"):
        message = response_of(raw, latency)
        held = waiting.setdefault(name, _Waiting())
        if kind == "2":
            held.original = message
        else:
            held.replayed = message
    else:
        raise ScoringError("another kind of payload")
    return name
