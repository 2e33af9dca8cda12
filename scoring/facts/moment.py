"""What is known of a change at a moment: its files beside the past of their places. History tells, features read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from scoring.change import FileChange
from scoring.facts.entry import Entry
from scoring.facts.lines import LineCounts
from scoring.facts.wording import SILENT, Wording


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file of a change beside what was known of it, its folder, its subsystem and the author's work there."""

    file: FileChange
    lines: LineCounts
    path: Entry  # of the file, under its old name when this change renames it; EMPTY when new
    folder: Entry
    area: Entry  # the first two levels of the tree
    mine: Entry  # this author in this folder
    kind: Entry  # files with this extension


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a feature may look at: the change, and the past as of the moment `at` (seconds since 1970)."""

    at: int
    title: str  # its author's to choose: only baselines of the research look at it
    files: tuple[FileFacts, ...]
    author: Entry
    author_ids: frozenset[int]  # under which the author's work was counted; none when never seen, or a program
    repository: Entry
    base: float  # the share of the repository's recent changes known to have been at fault, never 0
    wording: Wording = SILENT  # what the words of the lines and the paths were worth so far
    takes_back: bool = False  # exactly what a change that landed did is undone
    lands_again: bool = False  # exactly what a change that landed did is done once more
    tier: int = 0  # of the most critical service touched: 1 is highest, 0 when none is named
    memo: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)  # see `once`


Value = TypeVar("Value")


def once(of: Callable[[Facts], Value]) -> Callable[[Facts], Value]:
    """`of`, computed once for the same facts however many features ask: it must depend on nothing else."""

    @wraps(of)
    def asked(facts: Facts) -> Value:
        try:
            value: Value = facts.memo[of]
        except KeyError:
            value = facts.memo[of] = of(facts)
        return value

    return asked


def folder(path: str) -> str:
    """The folder a path lies in, "" for the top."""
    return path.rpartition("/")[0]


def area(path: str) -> str:
    """The first two levels above the file, the subsystem as far as names tell."""
    return "/".join(path.split("/")[:-1][:2])
