"""What a change does to the tree as one short digest: whether it takes back or repeats one that landed is then certain.

Contents are compared, by their object ids, never what a message claims.
"""

import hashlib
from collections.abc import Iterable, Iterator

from scoring.change import FileChange

Side = tuple[str, str] | None  # mode and object id of a path; None where there is no such file
Move = tuple[str, Side, Side]  # a path, what stood there before, what stands there after


def effect(files: Iterable[FileChange]) -> bytes:
    """A digest of what a change does; two changes that do the same have the same. Empty for no files."""
    return _digest(_moves(files))


def inverse(files: Iterable[FileChange]) -> bytes:
    """The digest of the change that would take this one back, file by file."""
    return _digest((path, after, before) for path, before, after in _moves(files))


def code_effect(files: Iterable[FileChange]) -> bytes:
    """The digest of what the code of a change does that came with documentation, tests or data."""
    return _digest(_moves(files), b"code")


def _moves(files: Iterable[FileChange]) -> Iterator[Move]:
    """A rename is one path that goes and one that comes, so that it does not matter which renames git finds."""
    for file in files:
        before = (file.old_mode, file.old_blob) if file.old_blob else None
        after = (file.new_mode, file.new_blob) if file.new_blob else None
        if file.old_path is None:
            yield file.path, before, after
            continue
        if file.status == "R":
            yield file.old_path, before, None
        yield file.path, None, after


def _digest(moves: Iterable[Move], person: bytes = b"") -> bytes:
    text = "\n".join(sorted({repr(move) for move in moves})).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=16, person=person).digest() if text else b""
