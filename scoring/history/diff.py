"""The one reading of what lies between two commits: one git tells the files, counts their lines and shows them.

Whatever looks at a new change looks at this value: the scorer, claims, what hides, proofs, the name of its content. So
there is one rule for what a renamed file is: git's own, half of its content the same (docs/decisions.md).
"""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from scoring.change import FileChange
from scoring.errors import ScoringError
from scoring.facts.diff import agree, agree_with_text, counts
from scoring.facts.lines import LineCounts
from scoring.git import DIFF as LIMITS
from scoring.git import Git, Limits, check
from scoring.git.errors import Corrupt, GitTimeout, TooLarge, TooMuch
from scoring.history.stream import DIFF, parse_diff

_HEAD = re.compile(rb":([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])[0-9]*")
_TREES = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev")
_NOT_READ = "the diff cannot be read, so it is not trusted"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of `git diff-tree --raw -z`; modes and ids are zeros where there is nothing."""

    modes: tuple[bytes, bytes]
    blobs: tuple[bytes, bytes]
    letter: bytes
    paths: tuple[bytes, ...]  # two of a renamed file

    def apart(self) -> "tuple[Record, ...]":
        """A renamed file as one that goes and one that comes."""
        if len(self.paths) == 1:
            return (self,)
        (before, after), (old, new), zeros = self.modes, self.blobs, b"0" * len(self.blobs[0])
        gone = Record((before, b"000000"), (old, zeros), b"D", self.paths[:1])
        return gone, Record((b"000000", after), (zeros, new), b"A", self.paths[1:])

    def __bytes__(self) -> bytes:
        head = b" ".join((b":" + self.modes[0], self.modes[1], *self.blobs, self.letter))
        return b"\0".join((head, *self.paths, b""))


@dataclass(frozen=True, slots=True)
class Diff:
    """What one commit does to the files of another, "" for none. Its files are known, and its lines unless `unread`."""

    base: str
    head: str
    raw: bytes  # the records of files
    numbers: bytes = b""  # those of git's count of their lines
    patch: bytes = b""
    unread: TooMuch | None = None

    def counted(self) -> tuple[tuple[FileChange, ...], tuple[LineCounts, ...]]:
        """Files and what their lines are made of, counted again by git and by a second reader of the patch.

        Raises ScoringError when that asks too much, or when the readers disagree.
        """
        if self.unread is not None:
            raise self.unread
        try:
            files, lines = parse_diff(self.raw, self.patch)
        except (ValueError, IndexError) as error:
            raise ScoringError(_NOT_READ) from error
        agree(files, counts(self.numbers.split(b"\0") if files else ()))
        agree_with_text(files, self.patch)
        return files, lines

    def apart(self) -> tuple[Record, ...]:
        """The records without renames, by path: a moved file goes and comes, whatever a reader takes it for."""
        parts = (part for _, record in _records(self.raw) for part in record.apart())
        return tuple(sorted(parts, key=lambda record: record.paths))

    def listing(self) -> bytes:
        """The same as git writes them."""
        return b"".join(map(bytes, self.apart()))


def read(git: Git, base: str, head: str, *, most: int | None = None, limits: Limits = LIMITS) -> Diff:
    """What commit `head` does to the files of commit `base`, "" for none. Raises GitError.

    The lines of more than `most` files are not read, nor what asks too much of git: one git more lists the files then.
    """
    ends = (check(base) if base else git.empty_tree, check(head))
    try:
        return Diff(base, head, *_answer(git, ends, most, limits))
    except TooMuch as error:
        # whether a file moved is not asked: that may be what asks too much
        raw = git.run(*_TREES, "--no-renames", "--end-of-options", *ends, limits=limits)
        return Diff(base, head, raw, unread=error)


def listed(git: Git, base: str, head: str) -> bytes:
    """The records of files alone, for who looks at no lines. Raises GitError.

    Of a clone that lacks contents only files that moved unchanged are known as moved.
    """
    ends = (base or git.empty_tree, head)
    try:
        return git.run(*_TREES, "-M", "--end-of-options", *ends, limits=LIMITS)
    except Corrupt:
        return git.run(*_TREES, "-M100%", "--end-of-options", *ends, limits=LIMITS)


def _answer(git: Git, ends: tuple[str, str], most: int | None, limits: Limits) -> tuple[bytes, bytes, bytes]:
    answer, count, size = bytearray(), 0, 0
    last = time.monotonic() + limits.seconds
    asked = ("diff-tree", "-r", "--numstat", *DIFF, "--end-of-options", *ends)
    with closing(git.blocks(*asked, limits=limits)) as blocks:
        for block in blocks:
            answer += block
            for end, _ in _records(answer, size):
                size, count = end, count + 1
            if most is not None and count > most:
                raise TooLarge(f"the diff has more than {most:,} files")
            if len(answer) > limits.answer:
                raise TooLarge(f"git's answer has more than {limits.answer:,} bytes")
            if time.monotonic() > last:
                raise GitTimeout("git took longer than its time limit")
    if answer[size : size + 1] == b":" or (answer and not size):
        raise ScoringError(_NOT_READ)
    end = answer.find(b"\0\0", size)
    end = len(answer) if end < 0 else end
    whole = memoryview(answer)  # a slice of it is no copy, and a patch may be large
    return bytes(whole[:size]), bytes(whole[size:end]), bytes(whole[end + 2 :])


def _records(raw: bytes | bytearray, at: int = 0) -> Iterator[tuple[int, Record]]:
    """The whole records from place `at` on, and where each ends."""
    while head := _HEAD.match(raw, at):
        before, after, old, new, letter = head.groups()
        paths, at = [], head.end()
        for _ in range(2 if letter in (b"R", b"C") else 1):
            end = raw.find(b"\0", at + 1)
            if raw[at : at + 1] != b"\0" or end < 0:
                return
            paths.append(bytes(raw[at + 1 : end]))
            at = end
        at += 1
        yield at, Record((before, after), (old, new), letter, tuple(paths))
