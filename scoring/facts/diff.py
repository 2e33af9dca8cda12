"""A second and a third count of a change's lines: what independent counts agree on was not smuggled in.

The fast reader of `scoring.history.stream` serves history and pull requests alike, so that training and serving see the
same numbers. A crafted diff that hides lines from it would lower a score. Git's own count knows no text of a diff, and
names files by records that end in NUL. unidiff reads the text, hunk by hunk; the names of files never reach it.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from scoring.change import FileChange
from scoring.errors import ScoringError

# above this the two other counts decide: of the smallest hunks this many take 2.3 s and 110 MiB, and a diff may have 64
MOST_TEXT = 4 << 20  # bytes
_INDEX = re.compile(rb"index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64})(?: [0-7]+)?")
_HUNK = re.compile(rb"@@ [-+,0-9 ]+ @@")

Lines = Counter[tuple[str, int, int]]  # contents before and after, lines added and deleted -> how many files


@dataclass(frozen=True, slots=True)
class Count:
    """How many lines of one file a change adds and deletes; None where git sees no lines."""

    path: str
    added: int | None
    deleted: int | None


def counts(records: Sequence[bytes]) -> tuple[Count, ...]:
    """Read the records of `git diff --numstat -z`. Raises ScoringError when they are none."""
    fields = iter(records)
    numbers = []
    try:
        for field in fields:
            added, deleted, path = field.split(b"\t", 2)
            if not path:  # a renamed file: its old and its new name follow
                _, path = next(fields), next(fields)
            numbers.append(Count(os.fsdecode(path), _number(added), _number(deleted)))
    except (ValueError, StopIteration) as error:
        raise ScoringError("git's count of the lines cannot be read, so the diff is not trusted") from error
    return tuple(numbers)


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


def agree_with_text(files: Sequence[FileChange], patch: bytes) -> None:
    """Raises ScoringError when unidiff does not read the same lines between the same contents from a patch of git."""
    if len(patch) <= MOST_TEXT and read_text(patch) != _lines(files):
        raise ScoringError("a third reading of the diff, of its text, disagrees, so it is not trusted")


def read_text(patch: bytes) -> Lines:
    """Count with unidiff the lines of each file that has some. Raises ScoringError for what it cannot read."""
    contents: list[str] = []
    try:
        files = PatchSet(_nameless(patch, contents), metadata_only=True)
    except (UnidiffParseError, ValueError) as error:
        raise ScoringError("the text of the diff cannot be read, so it is not trusted") from error
    if len(files) != len(contents):
        raise ScoringError("the text of the diff has other files than its headers, so it is not trusted")
    counted = ((name, file.added, file.removed) for name, file in zip(contents, files, strict=True))
    return Counter(each for each in counted if each[1] or each[2])


def _nameless(patch: bytes, contents: list[str]) -> Iterator[str]:
    """Give the lines of a patch with files named by number, and note between which contents each one lies.

    A line ends with a newline and nothing else, and each byte is a letter, so that no content changes what is a line.
    """
    body = False
    for line in _split(patch):
        if line.startswith(b"diff --git "):
            contents.append("")
            body, name = False, len(contents)
            yield from (f"diff --git a/{name} b/{name}\n", f"--- a/{name}\n", f"+++ b/{name}\n")
        elif hunk := _HUNK.match(line):
            body = True
            yield hunk[0].decode("ascii") + "\n"
        elif body:
            yield line.decode("latin-1")
        elif contents and (index := _INDEX.match(line)):
            contents[-1] = _between(index[1].decode("ascii"), index[2].decode("ascii"))


def _split(patch: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(patch):
        end = patch.find(b"\n", at) + 1 or len(patch)
        yield patch[at:end]
        at = end


def _lines(files: Iterable[FileChange]) -> Lines:
    """What the text of these changes has to say, in the form of `read_text`."""
    counted: list[tuple[str, int, int]] = []
    for file in files:
        old, new = file.old_blob or "", file.new_blob or ""
        if file.status == "T":  # written as a deletion and a creation
            counted += [(_between(old, ""), 0, file.deleted), (_between("", new), file.added, 0)]
        else:
            counted.append((_between(old, new), file.added, file.deleted))
    return Counter(each for each in counted if each[1] or each[2])


def _between(old: str, new: str) -> str:
    # an id of zeros: no content
    return f"{old if old.strip('0') else ''}..{new if new.strip('0') else ''}"
