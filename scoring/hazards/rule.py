"""A static rule looks at the files of a change as they are at base and at head, and names what it finds."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from scoring.git.blobs import Blobs
from scoring.history.diff import Diff, Record
from scoring.inspection import Hazard
from scoring.semantics import guards

MOST = 4 << 20  # bytes of one version of one file that are read: lock files are the largest that people merge
MOST_BYTES = 16 << 20  # of a change


class TooMuchToRead(Exception):
    """The contents of a change have more bytes than are looked at."""


def is_text(content: bytes | None) -> bool:
    return content is not None and b"\0" not in content and guards.decode(content) is not None


@dataclass(frozen=True)
class File:
    """One path at base and at head; None where it is not there. A moved file is one that goes and one that comes."""

    path: str
    old: bytes | None = None  # cut one byte beyond MOST; empty for a submodule, whose id names a commit elsewhere
    new: bytes | None = None
    old_mode: str = "100644"
    new_mode: str = "100644"

    @cached_property
    def added(self) -> tuple[tuple[int, bytes], ...]:
        """Lines at head that stand nowhere in the file at base, by number from 1; none of what is no text."""
        if not is_text(self.new):
            return ()
        before = frozenset((self.old or b"").split(b"\n"))
        return tuple(
            (number, line) for number, line in enumerate((self.new or b"").split(b"\n"), 1) if line not in before
        )


def _nowhere(side: str, path: str) -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Sides:
    """A change as two sets of files. `at` reads another path at "base" or at "head"; empty where there is none."""

    files: tuple[File, ...]
    at: Callable[[str, str], bytes] = field(default=_nowhere)

    def side(self, side: str, path: str) -> bytes:
        """The content of a path, of this change or beside it."""
        for file in self.files:
            if file.path == path:
                return (file.old if side == "base" else file.new) or b""
        return self.at(side, path)

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self.files)


Check = Callable[[Sides], Iterable[Hazard]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table. Records and statistics count by its name."""

    name: str
    words: str  # what it keeps out, for people
    check: Check


def each(name: str, words: str, check: Callable[[File], Iterable[Hazard]]) -> Rule:
    """A rule that looks at one file at a time."""
    return Rule(name, words, lambda sides: (hazard for file in sides.files for hazard in check(file)))


def sides_of(diff: Diff, blobs: Blobs) -> Sides:
    """Both sides of a diff. `blobs` reads MOST bytes of each. Raises GitError, TooMuchToRead, KeyError: not at hand."""
    files, left = [], MOST_BYTES
    for record in diff.apart():
        files.append(file := _file(record, blobs))
        left -= len(file.old or b"") + len(file.new or b"")
        if left < 0:
            raise TooMuchToRead
    commits = {"base": diff.base, "head": diff.head}
    return Sides(tuple(files), lambda side, path: blobs.at(commits[side], path) if commits[side] else b"")


def _file(record: Record, blobs: Blobs) -> File:
    old, new = (
        None if not blob.strip(b"0") else b"" if mode == b"160000" else blobs.read(blob.decode())
        for blob, mode in zip(record.blobs, record.modes, strict=True)
    )
    return File(os.fsdecode(record.paths[0]), old, new, record.modes[0].decode(), record.modes[1].decode())
