"""One git command: a clean environment, no hooks, no prompts, a time limit that ends the whole process group."""

import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_CHUNK = 1 << 16
_WORDS = 8192  # bytes of git's complaint that are kept

_CORRUPT = re.compile(
    r"is corrupt|corrupt(ed)? loose object|bad object|object file .* is empty|unable to read tree|not a git repository"
    r"|bad index file|missing blob|missing tree|bad signature|inflate|unresolved deltas|does not match index"
    r"|packfile .* (cannot|truncated)|broken ref|object .* missing|did not send all necessary objects"
    r"|Could not read [0-9a-f]{40}|invalid sha1 pointer|unable to parse commit",
    re.IGNORECASE,
)


class GitError(Exception):
    """Git could not do it; the message is git's own last line, without credentials."""


class GitTimeout(GitError):
    """The time limit was reached; the command and everything it started were killed."""


class TooLarge(GitError):
    """The answer is larger than the limit."""


class Corrupt(GitError):
    """The repository on disk is damaged: clone it again."""


class Missing(GitError):
    """There is no such branch, commit or pull request any more."""


@dataclass(frozen=True, slots=True)
class Git:
    """How git is run. `environment` is all that it inherits: PATH, and what a proxy needs."""

    timeout: float = 120.0  # seconds for one command
    protocols: str = "https"  # colon-separated: what git may fetch by
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": os.defpath})

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        *,
        limit: int = 64 << 20,
        stdin: bytes | None = None,
        secrets: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Standard output, at most `limit` bytes. `secrets` are git settings handed over out of sight.

        Raises GitTimeout, TooLarge, Corrupt, Missing or GitError.
        """
        command = ["git", "-c", "core.quotePath=false", f"--git-dir={folder}", *arguments]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ(folder, secrets),
            cwd=folder.parent,
            start_new_session=True,
        )
        try:
            out, complaint = _converse(process, stdin or b"", limit, time.monotonic() + (timeout or self.timeout))
            code = process.wait()
        finally:
            _end(process)
        if code != 0:
            raise _error(complaint.decode("utf-8", "replace"), code)
        return out

    def environ(self, folder: Path, secrets: Mapping[str, str] | None = None) -> dict[str, str]:
        """All that a git command in `folder` may inherit; `secrets` are settings handed over out of sight."""
        settings = {"core.hooksPath": os.devnull, "gc.auto": "0", "maintenance.auto": "false"}
        settings |= {"safe.directory": str(folder), "fetch.recurseSubmodules": "false", **(secrets or {})}
        named = {f"GIT_CONFIG_KEY_{at}": key for at, key in enumerate(settings)}
        values = {f"GIT_CONFIG_VALUE_{at}": value for at, value in enumerate(settings.values())}
        return {
            **self.environment,
            "HOME": str(folder.parent),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": self.protocols,
            "GIT_CONFIG_COUNT": str(len(settings)),
            **named,
            **values,
        }


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
                raise TooLarge(f"git's answer has more than {limit} bytes")
    return bytes(out), bytes(complaint[-_WORDS:])


def _step(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    stream: IO[bytes] = key.fileobj  # type: ignore[assignment]
    if isinstance(key.data, memoryview):
        rest = _write(stream.fileno(), key.data)
        if rest:
            selector.modify(stream, selectors.EVENT_WRITE, rest)
            return
    else:
        found = os.read(stream.fileno(), _CHUNK)
        if found:
            key.data.extend(found)
            return
    selector.unregister(stream)
    stream.close()


def _write(descriptor: int, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(descriptor, rest[:_CHUNK]) :] if rest else rest
    except BrokenPipeError:  # git ended before it read everything: its exit status tells why
        return memoryview(b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)  # helpers that talk to the network hang in children of git
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None and not stream.closed:
            stream.close()


def _error(complaint: str, code: int) -> GitError:
    lines = [line for line in complaint.splitlines() if line.strip()]
    words = re.sub(r"//[^/@\s]+@", "//", lines[-1]) if lines else f"git ended with status {code}"
    if _CORRUPT.search(complaint):
        return Corrupt(words)
    if re.search(
        r"couldn't find remote ref|unknown revision|Not a valid (object|commit) name|not a tree object", complaint
    ):
        return Missing(words)
    return GitError(words)
