"""Prove a range of a repository: the file list from its trees, the contents from its blobs, never from a text diff."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from scoring.change import Change, FileChange, Status
from scoring.semantics.guards import MAX_BYTES
from scoring.semantics.paths import classify, generated_rules
from scoring.semantics.prove import prove_change
from scoring.semantics.verdict import ChangeVerdict

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C.UTF-8",
}  # fmt: skip
GIT = ["git", "-c", "core.quotePath=off", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]


_UNKNOWN = "This repository has no commit {!r}; `git log --oneline` lists what it has."


class GitError(RuntimeError):
    """Git could not answer; the message is meant for people."""


def prove_range(repo: Path, base: str, head: str) -> ChangeVerdict:
    """What is certain about the difference between two revisions. Raises GitError."""
    with blobs(repo) as reader:
        change = read_change(repo, revision(repo, base), revision(repo, head))
        verdict = prove_change(change, reader.read)
        rules = generated_rules(reader.at(change.base, ".gitattributes"))
    return replace(
        verdict, files=tuple(replace(file, kind=_kind(file.kind, file.path, rules)) for file in verdict.files)
    )


def _kind(kind: str, path: str, rules: tuple[tuple[str, bool], ...]) -> str:
    return classify(path, attributes=rules) if kind == "code" and rules else kind


def revision(repo: Path, name: str) -> str:
    """The commit or tree that `name` stands for. Raises GitError."""
    if SHA.fullmatch(name):
        return name
    if not name or name.startswith("-"):
        raise GitError(f"{name!r} is not a revision.")
    out = run(repo, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}", said=_UNKNOWN.format(name))
    return out.decode().strip()


def merge_base(repo: Path, base: str, head: str) -> str:
    """The commit where two revisions parted. Raises GitError."""
    return run(repo, "merge-base", "--end-of-options", revision(repo, base), revision(repo, head)).decode().strip()


def read_change(repo: Path, base: str, head: str) -> Change:
    """The change between two commits, with the files of its trees. Raises GitError."""
    # only exact renames: a renamed file that also changed is never proved, and contents may not be at hand
    raw = run(repo, "diff-tree", "-r", "-z", "--raw", "-M100%", "--no-abbrev", "--end-of-options", base, head)
    return Change(head, base, "", datetime.fromtimestamp(0, UTC), "", "", tuple(read_raw(raw)))


def read_raw(raw: bytes) -> Iterator[FileChange]:
    """The records of `git diff-tree -r -z --raw`."""
    fields = iter(raw.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        old_mode, new_mode, old, new, letter = field[1:].decode().split(" ")
        first = os.fsdecode(next(fields))
        moved = letter[0] in "RC"
        path = os.fsdecode(next(fields)) if moved else first
        yield FileChange(
            path=path, status=_status(letter), old_path=first if moved else None, old_blob=_id(old), new_blob=_id(new),
            old_mode=old_mode, new_mode=new_mode,
        )  # fmt: skip


def _status(letter: str) -> Status:
    match letter[0]:
        case "A" | "M" | "D" | "R" | "C" | "T" as status:
            return status
        case other:
            raise GitError(f"git reports a file in state {other!r}.")


def _id(text: str) -> str | None:
    return text if text.strip("0") else None


def run(repo: Path, *arguments: str, said: str = "") -> bytes:
    """The output of git, which never fetches, asks or runs hooks here. Raises GitError with `said` or git's words."""
    command = [*GIT, "-C", str(repo), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=120, env=os.environ | ENVIRONMENT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(f"git {arguments[0]} did not answer: {error}") from error
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").strip().split("\n")[0].removeprefix("fatal: ")
        if "not a git repository" in message:
            said = f"{repo} is not a git repository."
        raise GitError(said or message or f"git {arguments[0]} found nothing for {arguments[-1]}.")
    return done.stdout


class Blobs:
    """Contents by object id, through one running `git cat-file --batch`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None or process.stdout is None:
            raise GitError("git was started without pipes.")
        self._in: IO[bytes] = process.stdin
        self._out: IO[bytes] = process.stdout

    def read(self, blob: str) -> bytes:
        """The content, cut one byte beyond what is ever compared. Raises KeyError when it is not in the repository."""
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
        header = self._out.readline().rstrip(b"\n").split(b" ")
        if len(header) != 3 or not header[2].isdigit():
            raise KeyError(name)
        size = int(header[2])
        kept = self._out.read(min(size, MAX_BYTES + 1))
        left = size - len(kept) + 1  # the newline after the content
        while left > 0 and (chunk := self._out.read(min(left, 1 << 16))):
            left -= len(chunk)
        return kept


@contextmanager
def blobs(repo: Path) -> Iterator[Blobs]:
    """Read contents while the block runs. Raises GitError."""
    command = [*GIT, "-C", str(repo), "cat-file", "--batch"]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ENVIRONMENT,
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error}") from error
    with process:
        try:
            yield Blobs(process)
        except BrokenPipeError as error:
            raise GitError(f"{repo} is not a git repository.") from error
        finally:
            process.kill()
