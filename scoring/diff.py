"""A second count of a change's lines, by git itself: what two independent counts agree on was not smuggled in.

The fast reader of `scoring.history.stream` serves history and pull requests alike, so that training and serving see the
same numbers. A crafted diff that hides lines from it would lower a score; git's own count knows no text of a diff, and
names files by records that end in NUL.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.change import FileChange
from scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class Count:
    """How many lines of one file a change adds and deletes; None where git sees no lines."""

    path: str
    added: int | None
    deleted: int | None


def counts(records: Sequence[bytes]) -> tuple[Count, ...]:
    """Read the records of `git diff --numstat -z`. Raises ScoringError when they are none."""
    fields = iter(records)
    found = []
    try:
        for field in fields:
            added, deleted, path = field.split(b"\t", 2)
            if not path:  # a renamed file: its old and its new name follow
                _, path = next(fields), next(fields)
            found.append(Count(os.fsdecode(path), _number(added), _number(deleted)))
    except (ValueError, StopIteration) as error:
        raise ScoringError("git's count of the lines cannot be read, so the diff is not trusted") from error
    return tuple(found)


def _number(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def agree(files: Sequence[FileChange], second: Sequence[Count]) -> None:
    """Raises ScoringError when git does not count the same lines in the same files as `files` say there are."""
    if [file.path for file in files] != [each.path for each in second]:
        raise ScoringError("two readings of the diff disagree on its files, so it is not trusted")
    for file, each in zip(files, second, strict=True):
        # a file that becomes a link is a deletion and a creation to one reading, and one change to the other
        if file.status != "T" and (file.added, file.deleted) != (each.added or 0, each.deleted or 0):
            raise ScoringError(
                f"two readings of the diff disagree ({file.added} and {each.added or 0} lines added, "
                f"{file.deleted} and {each.deleted or 0} deleted in one file), so it is not trusted"
            )
