"""One streaming pass over commits: message, files with renames, and what their lines are made of."""

import os
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from scoring.change import FileChange
from scoring.errors import ScoringError
from scoring.facts.lines import NOTHING, LineCounts, Patch, count_all, read
from scoring.git import Git

DIFF = (
    "--raw", "-p", "-U0", "-M", "-z", "--no-abbrev", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv",
    "--submodule=short", "--ignore-submodules=none", "--inter-hunk-context=0", "--diff-algorithm=myers", "-O/dev/null",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_FIELDS = "%x00%H%x00%P%x00%ct%x00%aE%x00%aN%x00%B%x00"
_LETTERS = frozenset("AMDRCT")

# the fields of a Commit as plain tuples: what one process can hand to another without pickling
Record = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as read; `lines` runs parallel to `files`; a merge has neither unless diffed with its first parent."""

    sha: str
    parents: tuple[str, ...]
    time: int  # committer's clock, seconds since 1970, as written: may be wrong
    author: str  # lower-case e-mail after .mailmap
    name: str  # lower case, after .mailmap
    message: str
    files: tuple[FileChange, ...]
    lines: tuple[LineCounts, ...]


def commits(git: Git, shas: Sequence[str], *, first_parent: bool = False) -> Iterator[Commit]:
    """Read the commits named, in the order given. Raises ScoringError unless every one was read whole."""
    return map(commit_of, records(git, shas, first_parent=first_parent))


def commit_of(record: Record) -> Commit:
    """The commit that a record of `records` stands for."""
    sha, parents, time, author, name, message, files, lines = record
    changed, counts = [FileChange(*each) for each in files], map(LineCounts._make, lines)
    return Commit(sha, parents, time, author, name, message, tuple(changed), tuple(counts))


def records(git: Git, shas: Sequence[str], *, first_parent: bool = False) -> Iterator[Record]:
    """Read the same as `commits` into tuples of text, numbers and tuples."""
    yield from map(_record, _chunks(git, shas, first_parent))


def patches(git: Git, shas: Sequence[str], *, first_parent: bool = False) -> Iterator[tuple[str, bytes]]:
    """(message, patch) of the commits named, in the order given; none is counted. Raises as `commits` does."""
    for chunk in _chunks(git, shas, first_parent):
        *_, message, rest = chunk.split(b"\0", 7)
        yield message.decode(errors="replace").strip("\n"), rest.lstrip(b"\0\n").partition(b"\0\0")[2]


def _chunks(git: Git, shas: Sequence[str], first_parent: bool) -> Iterator[bytes]:
    if not shas:
        return
    # hostile text was fixed before this token was drawn, so it cannot imitate the separator
    token = secrets.token_hex(24).encode()
    merges = ("-m", "--first-parent") if first_parent else ()
    blocks = git.blocks(
        "log", "--no-walk=unsorted", "--stdin", f"--format={token.decode()}{_FIELDS}", "--encoding=UTF-8",
        "--root", *merges, *DIFF, stdin=shas,
    )  # fmt: skip
    read = 0
    for chunk in _split(blocks, token):
        read += 1
        yield chunk
    if read != len(shas):
        raise ScoringError(f"git gave {read} of {len(shas)} commits; the repository changed or is damaged, try again.")


def _split(blocks: Iterable[bytes], token: bytes) -> Iterator[bytes]:
    pending: list[bytes] = []
    tail = b""
    for block in blocks:
        pieces = (tail + block).split(token)
        for piece in pieces[:-1]:
            pending.append(piece)
            chunk = b"".join(pending)
            pending.clear()
            if chunk:
                yield chunk
        # the token may be cut by the block's end
        keep = len(token) - 1
        pending.append(pieces[-1][:-keep])
        tail = pieces[-1][-keep:]
    chunk = b"".join(pending) + tail
    if chunk:
        yield chunk


def _record(chunk: bytes) -> Record:
    _, sha, parents, time, author, name, message, rest = chunk.split(b"\0", 7)
    raw, _, patch = rest.lstrip(b"\0\n").partition(b"\0\0")
    files, lines = _diff(raw, patch)
    return (
        sha.decode(),
        tuple(parents.decode().split()),
        int(time or 0),
        author.decode(errors="replace").lower(),
        name.decode(errors="replace").lower(),
        message.decode(errors="replace").strip("\n"),
        files,
        lines,
    )


def parse_diff(raw: bytes, patch: bytes) -> tuple[tuple[FileChange, ...], tuple[LineCounts, ...]]:
    """Read the records of `git diff --raw -p -z`, and the patch that follows them."""
    files, lines = _diff(raw, patch)
    return tuple(FileChange(*each) for each in files), tuple(map(LineCounts._make, lines))


def _diff(raw: bytes, patch: bytes) -> tuple[list[Record], list[Record]]:
    if not raw.startswith(b":"):
        return [], []
    parts = raw.split(b"\0")
    sections = deque((b"\n" + patch).split(b"\ndiff --git ")[1:])
    files: list[Record] = []
    patches: list[list[Patch]] = []
    at = 0
    while at < len(parts) and parts[at].startswith(b":"):
        old_mode, new_mode, old, new, letter = parts[at][1:].decode().split(" ")
        pair = letter[0] in "RC"
        old_path = os.fsdecode(parts[at + 1]) if pair else None
        path = os.fsdecode(parts[at + 1 + pair])
        at += 2 + pair
        sides, binary = _take(sections, old, new, letter[0], path)
        added, deleted = (sum(getattr(patch.base, side) for patch in sides) for side in ("added", "deleted"))
        status = letter[0] if letter[0] in _LETTERS else "M"
        blobs = (old if old.strip("0") else None, new if new.strip("0") else None)
        files.append((path, status, added, deleted, old_path, binary, *blobs, old_mode, new_mode))
        patches.append(sides)
    if sections:
        raise ScoringError("git's patch does not match its list of files; please report this repository.")
    return files, _lines(patches)


def _lines(patches: Sequence[Sequence[Patch]]) -> list[Record]:
    """Count the patches of each file; what moved from one to another is known only now."""
    counts = iter(count_all([patch for of_file in patches for patch in of_file]))
    # marshal knows plain tuples only
    return [tuple(_joined([next(counts) for _ in of_file])) for of_file in patches]


def _joined(counts: Sequence[LineCounts]) -> LineCounts:
    # two where a change of type is written as a deletion and a creation
    if len(counts) == 1:
        return counts[0]
    return LineCounts._make(reduce(add, field) for field in zip(NOTHING, *counts, strict=True))


def _take(sections: deque[bytes], old: str, new: str, letter: str, path: str) -> tuple[list[Patch], bool]:
    if letter != "T":
        # a file that lacks its content may have no section at all
        about = sections and _is_about(sections[0], old, new)
        return _section(sections.popleft(), path, new=letter == "A") if about else ([], False)
    # a type change is written as a deletion and a creation
    gone, was_binary = _take(sections, old, "0" * len(old), "D", path)
    made, is_binary = _take(sections, "0" * len(new), new, "A", path)
    return [*gone, *made], was_binary or is_binary


def _is_about(section: bytes, old: str, new: str) -> bool:
    start = section.find(b"\nindex ")
    # a pure rename or change of mode has no such line
    return old == new if start < 0 else section.startswith(f"{old}..{new}".encode(), start + 7)


def _section(section: bytes, path: str, *, new: bool) -> tuple[list[Patch], bool]:
    start = section.find(b"\n@@ ")
    if start >= 0:
        return [read(section[start:], path, new=new)], False
    return [], section.find(b"\nBinary files ") >= 0
