"""Contents by object id, through one running `git cat-file --batch`."""

import os
from typing import IO

from scoring.git.names import SHA
from scoring.git.process import Pipe


class Blobs:
    """Contents of at most `most` bytes each. Raises GitTimeout when git does not answer."""

    def __init__(self, asked: IO[bytes], answers: Pipe, most: int) -> None:
        self._in, self._out, self._most = asked, answers, most

    def read(self, blob: str) -> bytes:
        """The content, cut one byte beyond `most`. Raises KeyError when it is not in the repository."""
        if not SHA.fullmatch(blob):
            raise KeyError(blob)
        return self._ask(blob)

    def at(self, commit: str, path: str) -> bytes:
        """The content of a file of a commit; empty where there is none."""
        try:
            return self._ask(f"{commit}:{path}") if "\n" not in path else b""
        except KeyError:
            return b""

    def _ask(self, name: str) -> bytes:
        self._in.write(os.fsencode(name) + b"\n")
        self._in.flush()
        header = self._out.line().rstrip(b"\n").split(b" ")
        if len(header) != 3 or not header[2].isdigit():
            raise KeyError(name)
        size = int(header[2])
        content = self._out.read(min(size, self._most + 1))
        left = size - len(content) + 1  # the newline after the content
        while left > 0 and (chunk := self._out.block(min(left, 1 << 16))):
            left -= len(chunk)
        return content
