"""A second reading of a change's unified diff, by unidiff: what two independent parsers agree on was not smuggled in.

The fast reader of `scoring.history.stream` serves history and pull requests alike, so that training and serving see the
same numbers. A crafted diff that hides lines from one parser would lower a score; it does not hide them from both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from scoring.change import FileChange
from scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class Size:
    """How much a diff changes, in files and lines."""

    files: int
    added: int
    deleted: int


def size(patch: bytes) -> Size:
    """Read a unified diff. Raises ScoringError when it is none."""
    text = patch.decode("utf-8", "surrogateescape")
    try:
        found = PatchSet(StringIO(text, newline="\n"))
    except (UnidiffParseError, ValueError) as error:
        # ValueError: Python converts no number of thousands of digits
        raise ScoringError(f"the diff cannot be read: {str(error)[:200]}") from error
    return Size(len(found), sum(file.added for file in found), sum(file.removed for file in found))


def agree(files: Sequence[FileChange], patch: bytes) -> None:
    """Raises ScoringError when unidiff does not find the same lines in `patch` as `files` say there are."""
    second = size(patch)
    first = (sum(file.added for file in files), sum(file.deleted for file in files))
    if first != (second.added, second.deleted):
        raise ScoringError(
            f"two readings of the diff disagree ({first[0]} and {second.added} lines added, "
            f"{first[1]} and {second.deleted} deleted), so it is not trusted"
        )
