"""One git process: its own process group, a limit on its memory, its time and its answer, and a sure end."""

import os
import select
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scoring.git.errors import GitError, GitTimeout, OutOfMemory, TooLarge, failure

_CHUNK = 1 << 16
_WORDS = 8192  # bytes of git's complaint that are kept
_MOST_LARGE = 2
# a limit set from outside comes too late: git asks for all it wants within a millisecond. Where a system has no such
# limit, or a lower one already, that one counts.
_CONFINE = 'ulimit -d "$1" 2>/dev/null; shift; exec "$@"'
_NOT_FOUND = 127
_large = threading.BoundedSemaphore(_MOST_LARGE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one git command may use."""

    seconds: float = 600.0
    answer: int = 1 << 30  # bytes
    memory: int = 2 << 30  # bytes of its own, files that it maps not counted
    large: bool = False  # of a kind of which only two run at a time: what it takes is up to whoever pushed


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, limits: Limits, *,
    stdin: IO[bytes] | int = subprocess.DEVNULL, stderr: IO[bytes] | int = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:  # fmt: skip
    """Run a command while the block runs; at its end the command and all that it started are gone."""
    with _large if limits.large else nullcontext():
        try:
            process = subprocess.Popen(
                _confined(command, limits.memory), stdin=stdin, stdout=subprocess.PIPE, stderr=stderr,
                env=dict(environment), cwd=folder, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror or error}.") from error
        try:
            yield process
        finally:
            end(process)


def _confined(command: Sequence[str], memory: int) -> list[str]:
    """The same command under a limit that it has from its first instruction on, and all that it starts."""
    return ["/bin/sh", "-c", _CONFINE, "git", str(memory >> 10), *command]


def answer(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, limits: Limits, *, stdin: bytes | None = None
) -> bytes:
    """All of standard output. Raises the GitError that fits."""
    asked = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    with started(command, environment, folder, limits, stdin=asked) as process:
        out, complaint = _converse(process, stdin or b"", limits.answer, time.monotonic() + limits.seconds)
        code = process.wait()
    raise_for(code, complaint)
    return out


def raise_for(code: int, complaint: bytes) -> None:
    """Raises the GitError that an exit status other than 0 stands for."""
    if code == _NOT_FOUND:
        raise GitError("git cannot be run; install it, or put it on the PATH.")
    if code == -signal.SIGKILL:
        raise OutOfMemory("it asks git for more memory than this machine has")
    if code:
        raise failure(complaint.decode("utf-8", "replace"), code)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what still runs of it; helpers that talk to the network hang in children of git."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None and not stream.closed:
            with suppress(BrokenPipeError):
                stream.close()


def _converse(process: subprocess.Popen[bytes], given: bytes, limit: int, deadline: float) -> tuple[bytes, bytes]:
    out, complaint = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, into in ((process.stdout, out), (process.stderr, complaint)):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, into)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE, memoryview(given))
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready:
                raise GitTimeout("git took longer than its time limit")
            for key, _events in ready:
                _step(selector, key)
            if len(out) > limit:
                raise TooLarge(f"git's answer has more than {limit:,} bytes")
            del complaint[:-_WORDS]
    return bytes(out), bytes(complaint)


def _step(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    stream: IO[bytes] = key.fileobj  # type: ignore[assignment]
    if isinstance(key.data, memoryview):
        rest = _write(stream.fileno(), key.data)
        if rest:
            selector.modify(stream, selectors.EVENT_WRITE, rest)
            return
    else:
        block = os.read(stream.fileno(), _CHUNK)
        if block:
            key.data.extend(block)
            return
    selector.unregister(stream)
    stream.close()


def _write(descriptor: int, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(descriptor, rest[:_CHUNK]) :] if rest else rest
    except BrokenPipeError:  # git ended before it read everything: its exit status tells why
        return memoryview(b"")


class Pipe:
    """Reads what a running git writes, and never waits for it longer than the time limit."""

    def __init__(self, stream: IO[bytes], seconds: float) -> None:
        self._stream, self._seconds, self._kept = stream, seconds, bytearray()
        self._poll = select.poll()
        self._poll.register(stream, select.POLLIN)

    def block(self, most: int) -> bytes:
        """At least one byte and at most `most`; none at the end. Raises GitTimeout."""
        if self._kept:
            taken = bytes(self._kept[:most])
            del self._kept[:most]
            return taken
        if not self._poll.poll(self._seconds * 1000):
            raise GitTimeout("git took longer than its time limit")
        return os.read(self._stream.fileno(), most)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end."""
        content = bytearray()
        while len(content) < size and (block := self.block(size - len(content))):
            content += block
        return bytes(content)

    def line(self) -> bytes:
        """Up to and with the next newline."""
        lines = bytearray()
        while block := self.block(_CHUNK):
            line, newline, rest = block.partition(b"\n")
            lines += line + newline
            if newline:
                self._kept[:0] = rest
                break
        return bytes(lines)
