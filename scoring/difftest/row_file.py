"""Embedded texts in one file that is only ever added to: a line of JSON that says what they are, then a row a text.

A row is the hash of its text (32 bytes) and its numbers (float32). Half a row, of a process that was killed, is taken
away by the next that adds.
"""

import fcntl
import hashlib
import json
import os
from pathlib import Path

import numpy as np

from scoring.difftest.embedding import Floats

_HASH = 32
_HEAD = 200  # bytes of the first line, filled up with blanks


class RowFile:
    """The rows of one embedder. Several processes may add at once; each knows what was there when it began."""

    def __init__(self, folder: Path, embedder: str) -> None:
        """`folder` is made where it is not there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{hashlib.sha256(embedder.encode('utf-8', 'replace')).hexdigest()[:16]}.rows"
        self._embedder = embedder[:100]
        self._width, self._rows = _read(self._path)

    def get(self, name: str) -> Floats | None:
        return self._rows.get(name)

    def put(self, rows: dict[str, Floats]) -> None:
        """Kept when this returns. Rows of another width than those before are another model's, and replace them."""
        if not rows:
            return
        width = len(next(iter(rows.values())))
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = file.seek(0, os.SEEK_END)
            if self._width not in (0, width):
                self._rows, size = {}, 0
            if size < _HEAD:
                file.truncate(0)
                file.seek(0)
                head = json.dumps({"embedder": self._embedder.encode("ascii", "replace").decode(), "width": width})
                file.write(head.encode().ljust(_HEAD - 1) + b"\n")
                size = _HEAD
            whole = _HEAD + (size - _HEAD) // _step(width) * _step(width)
            file.truncate(whole)
            file.seek(whole)
            for name, row in rows.items():
                file.write(bytes.fromhex(name) + np.asarray(row, dtype="<f4").tobytes())
        self._width = width
        self._rows |= rows


def _step(width: int) -> int:
    return _HASH + 4 * width


def _read(path: Path) -> tuple[int, dict[str, Floats]]:
    """Width and rows of what is there; (0, {}) of nothing, or of a file that says nothing of itself."""
    content = path.read_bytes() if path.is_file() else b""
    try:
        width = int(json.loads(content[:_HEAD])["width"])
    except (ValueError, KeyError, TypeError):
        return 0, {}
    places = range(_HEAD, len(content) - _step(width) + 1, _step(width))
    return width, {
        content[place : place + _HASH].hex(): np.frombuffer(content, "<f4", width, place + _HASH).astype(np.float32)
        for place in places
    }
