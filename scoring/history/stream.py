"""One streaming pass over commits: message, files with renames, and what their lines are made of."""

import os
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scoring.change import FileChange, Status
from scoring.errors import ScoringError
from scoring.history.git import Git
from scoring.history.lines import NAMES, NOTHING, LineCounts, count, extension

DIFF = (
    "--raw", "-p", "-U0", "-M", "-z", "--no-abbrev", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv",
    "--submodule=short", "--ignore-submodules=none", "--inter-hunk-context=0", "--diff-algorithm=myers", "-O/dev/null",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_FIELDS = "%x00%H%x00%P%x00%ct%x00%aE%x00%B%x00"
_NO_BLOB = frozenset("0")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as read; `lines` runs parallel to `files`; a merge has neither unless diffed with its first parent."""

    sha: str
    parents: tuple[str, ...]
    time: int  # committer's clock, seconds since 1970, as written: may be wrong
    author: str  # lower-case e-mail after .mailmap
    message: str
    files: tuple[FileChange, ...]
    lines: tuple[LineCounts, ...]


def commits(git: Git, shas: Sequence[str], *, first_parent: bool = False) -> Iterator[Commit]:
    """Read the commits named, in the order given. Raises ScoringError unless every one was read whole."""
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
        yield _commit(chunk)
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


def _commit(chunk: bytes) -> Commit:
    _, sha, parents, time, author, message, rest = chunk.split(b"\0", 6)
    files, lines = parse_diff(rest.lstrip(b"\0\n"))
    return Commit(
        sha.decode(),
        tuple(parents.decode().split()),
        int(time or 0),
        author.decode(errors="replace").lower(),
        message.decode(errors="replace").strip("\n"),
        files,
        lines,
    )


def parse_diff(data: bytes) -> tuple[tuple[FileChange, ...], tuple[LineCounts, ...]]:
    """Read the output of `git diff --raw -p -z` (raw records, then patches in the same order)."""
    raw, _, patch = data.partition(b"\0\0")
    if not raw.startswith(b":"):
        return (), ()
    parts = raw.split(b"\0")
    sections = deque((b"\n" + patch).split(b"\ndiff --git ")[1:])
    files, lines, at = [], [], 0
    while at < len(parts) and parts[at]:
        old_mode, new_mode, old, new, letter = parts[at][1:].decode().split(" ")
        pair = letter[0] in "RC"
        old_path = os.fsdecode(parts[at + 1]) if pair else None
        path = os.fsdecode(parts[at + 1 + pair])
        at += 2 + pair
        counts, binary = _take(sections, old, new, letter[0], path)
        files.append(_file(path, letter[0], counts, old_path, binary, (old, new), (old_mode, new_mode)))
        lines.append(counts)
    if sections:
        raise ScoringError("git's patch does not match its list of files; please report this repository.")
    return tuple(files), tuple(lines)


def _take(sections: deque[bytes], old: str, new: str, letter: str, path: str) -> tuple[LineCounts, bool]:
    # a type change is written as a deletion and a creation; a file that lacks its content may have no section at all
    wanted = [(old, "0" * len(old)), ("0" * len(new), new)] if letter == "T" else [(old, new)]
    counts, binary = NOTHING, False
    for before, after in wanted:
        if not sections or not _is_about(sections[0], before, after):
            continue
        found, opaque = _section(sections.popleft(), path)
        counts = LineCounts(*(getattr(counts, name) + getattr(found, name) for name in NAMES)) if wanted[1:] else found
        binary = binary or opaque
    return counts, binary


def _is_about(section: bytes, old: str, new: str) -> bool:
    start = section.find(b"\nindex ")
    # a pure rename or change of mode has no such line
    return old == new if start < 0 else section.startswith(f"{old}..{new}".encode(), start + 7)


def _file(
    path: str,
    letter: str,
    counts: LineCounts,
    old_path: str | None,
    binary: bool,
    blobs: tuple[str, str],
    modes: tuple[str, str],
) -> FileChange:
    status: Status = letter if letter in ("A", "M", "D", "R", "C", "T") else "M"  # type: ignore[assignment]
    old, new = (None if set(blob) <= _NO_BLOB else blob for blob in blobs)
    return FileChange(path, status, counts.added, counts.deleted, old_path, binary, old, new, *modes)


def _section(section: bytes, path: str) -> tuple[LineCounts, bool]:
    start = section.find(b"\n@@ ")
    if start >= 0:
        return count(section[start:], extension(path)), False
    return NOTHING, section.find(b"\nBinary files ") >= 0
