"""The lines that a change adds to and removes from each of its files, as git prints them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.change import Change
from scoring.git import Git, Limits
from scoring.history import diff
from scoring.history.read import ReadChange

_HEAD = re.compile(rb"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Lines:
    """Of one file: the number of each line in its own version, from 1, and its text without the line's end."""

    added: tuple[tuple[int, bytes], ...] = ()
    removed: tuple[tuple[int, bytes], ...] = ()


def read(git: Git, change: Change) -> Mapping[str, Lines]:
    """The changed lines by path; files that git shows no lines of are missing. Raises ScoringError.

    They are read where the change does not carry its patch.
    """
    sections = (b"\n" + patch_of(git, change)).split(b"\ndiff --git ")[1:]
    by_blobs = {head: _lines(body) for section in sections for head, body in [_split(section)] if head}
    by_path = {}
    for file in change.files:
        head = f"{file.old_blob or _none(file.new_blob)}..{file.new_blob or _none(file.old_blob)}".encode()
        if head in by_blobs:
            by_path[file.path] = by_blobs[head]
    return by_path


def patch_of(git: Git, change: Change) -> bytes:
    """The patch of a change, without context; it is read where the change does not carry it. Raises ScoringError."""
    if isinstance(change, ReadChange) and change.patch is not None:
        return change.patch
    # of a landed one as much as git gives: it is no stranger's
    return diff.read(git, change.base, change.sha, limits=Limits()).patch


def _none(blob: str | None) -> str:
    return "0" * len(blob or "")


def _split(section: bytes) -> tuple[bytes, bytes]:
    """What names the two blobs of a section, and its hunks; both empty when it has none."""
    start, index = section.find(b"\n@@ "), section.find(b"\nindex ")
    if start < 0 or not 0 <= index < start:
        return b"", b""
    return section[index + 7 :].split(b"\n", 1)[0].split(b" ")[0], section[start + 1 :]


def _lines(hunks: bytes) -> Lines:
    added, removed = [], []
    new = old = 0
    for line in hunks.split(b"\n"):
        if head := _HEAD.match(line):
            old, new = int(head[1]), int(head[2])
        elif line.startswith(b"+"):
            added.append((new, line[1:]))
            new += 1
        elif line.startswith(b"-"):
            removed.append((old, line[1:]))
            old += 1
    return Lines(tuple(added), tuple(removed))
