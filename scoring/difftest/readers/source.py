"""Files of any size, read piece by piece: packed or not, in odd encodings, cut off, or made to do harm."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from scoring.difftest.changes import Tolerance
from scoring.difftest.record import Origin
from scoring.errors import ScoringError

UNPACKED = 8 << 30  # bytes of a packed file
LONGEST = 16 << 20  # bytes of one line, or of one element of a JSON list
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Sources:
    """What one import reads. Formats of one file read `primary`; the others pair what was recorded of each build."""

    origin: Origin
    primary: Path
    candidate: Path | None = None
    secondary: Path | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece that could not be read; the rest was."""

    place: str
    words: str


def pieces(path: Path) -> Iterator[tuple[str, bytes | Problem]]:
    """(place, line) of a file in lines; one that is too long is a problem and is passed over in parts."""
    with _opened(path) as stream:
        number = 0
        while piece := stream.readline(LONGEST + 1):
            number += 1
            place = f"line {number}"
            if len(piece) <= LONGEST:
                if piece.strip():
                    yield place, piece.rstrip(b"\r\n")
                continue
            while piece and not piece.endswith(b"\n"):
                piece = stream.readline(LONGEST)
            yield place, Problem(place, f"it is longer than {LONGEST >> 20} MB")


def objects(path: Path) -> Iterator[tuple[str, dict[str, Any] | Problem]]:
    """(place, object) of JSON Lines."""
    for place, piece in pieces(path):
        if isinstance(piece, Problem):
            yield place, piece
            continue
        try:
            value = json.loads(piece.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            yield place, Problem(place, "nested too deeply" if isinstance(error, RecursionError) else "it is no JSON")
            continue
        yield place, value if isinstance(value, dict) else Problem(place, "it is no JSON object")


def elements(path: Path, within: str) -> Iterator[tuple[str, Any]]:
    """(place, element) of the list at `within` ("log.entries") of one JSON document, one in memory at a time.

    A document that is itself a list is read as that list. Raises ScoringError where the document is broken.
    """
    with _opened(path) as stream:
        begin = stream.peek(256).lstrip()[:1]
        measured = _Measured(stream)
        prefix = "item" if begin == b"[" else f"{within}.item"
        try:
            for number, value in enumerate(ijson.items(measured, prefix, use_float=True), 1):
                measured.since = 0
                yield f"element {number}", value
        except (ijson.JSONError, RecursionError, UnicodeDecodeError) as error:
            raise ScoringError(f"{path.name} is no whole JSON document: {str(error)[:80]}") from None


def whole(path: Path, largest: int) -> bytes:
    """All of a small file. Raises ScoringError where it is larger."""
    with _opened(path) as stream:
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise ScoringError(f"{path.name} is larger than {largest >> 20} MB: split it, or hand in JSON Lines")
    return content


def blocks(path: Path, separator: bytes) -> Iterator[tuple[str, bytes | Problem]]:
    """(place, block) of a file whose blocks end with `separator`."""
    with _opened(path) as stream:
        held, number = b"", 0
        while chunk := stream.read(_CHUNK):
            *full, held = (held + chunk).split(separator)
            for block in full:
                number += 1
                yield f"block {number}", block
            if len(held) > LONGEST:
                raise ScoringError(f"{path.name}: block {number + 1} is longer than {LONGEST >> 20} MB")
        if held.strip():
            yield f"block {number + 1}", held


class _Measured:
    """A stream that refuses to read more than LONGEST for one element."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.since = 0

    def read(self, size: int = _CHUNK) -> bytes:
        chunk = self._stream.read(min(size, _CHUNK) if size >= 0 else _CHUNK)
        self.since += len(chunk)
        if self.since > LONGEST + _CHUNK:
            raise ScoringError(f"an element is longer than {LONGEST >> 20} MB")
        return chunk


def _opened(path: Path) -> io.BufferedReader:
    """UTF-8, whatever it was: unpacked, and written anew from UTF-16 where a byte order mark says so."""
    file = path.open("rb", buffering=0)
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream: io.BufferedReader = io.BufferedReader(_Unpacked(file) if packed else file, _CHUNK)
    mark = stream.peek(4)
    if mark.startswith((b"\xff\xfe", b"\xfe\xff")):
        return io.BufferedReader(_Recoded(stream), _CHUNK)
    if mark.startswith(b"\xef\xbb\xbf"):
        stream.read(3)
    return stream


class _Unpacked(io.RawIOBase):
    """A packed file; one that is damaged is a sentence and no traceback."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._packed = gzip.GzipFile(fileobj=io.BufferedReader(raw))
        self._left = UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        try:
            chunk = self._packed.read(len(target))
        except (OSError, EOFError, zlib.error):
            raise ScoringError("the file is packed and damaged: pack it again, or hand it in unpacked") from None
        target[: len(chunk)] = chunk
        self._left -= len(chunk)
        if self._left < 0:
            raise ScoringError(f"the file unpacks to more than {UNPACKED >> 30} GB: split it")
        return len(chunk)


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._text = io.TextIOWrapper(stream, "utf-16", errors="replace", newline="")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._left:
            self._left = self._text.read(_CHUNK // 4).encode("utf-8", "replace")
        part, self._left = self._left[: len(target)], self._left[len(target) :]
        target[: len(part)] = part
        return len(part)
