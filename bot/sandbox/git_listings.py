"""What git lists of a difference, as values."""

from collections.abc import Iterator

NOTHING = "0" * 40
STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


def raw_entries(shown: bytes) -> Iterator[tuple[str, str | None, str | None, str]]:
    """Status, new object id, previous path and path of each entry of `diff-tree --raw -z`."""
    parts = iter(shown.decode(errors="replace").split("\0"))
    for header in parts:
        if not header:
            continue
        _, _, old_id, new_id, status = header.split(" ")
        first = next(parts)
        moved = status[0] in "RC"
        path = next(parts) if moved else first
        yield STATUS[status[0]], old_id if new_id == NOTHING else new_id, first if moved else None, path


def numstat_entries(shown: bytes) -> Iterator[tuple[int, int]]:
    """Added and deleted lines of each entry of `diff-tree --numstat -z`; 0 and 0 for binary files."""
    parts = iter(shown.decode(errors="replace").split("\0"))
    for entry in parts:
        if not entry:
            continue
        added, deleted, path = entry.split("\t", 2)
        if not path:  # a rename: both paths follow
            next(parts), next(parts)
        yield (0, 0) if added == "-" else (int(added), int(deleted))


def hunk_start(part: str) -> int:
    """Where the hunks of one file's diff begin, or -1."""
    return 0 if part.startswith("@@ ") else part.find("\n@@ ") + 1 or -1
