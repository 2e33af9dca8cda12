"""What each landing brought: where a branch is read by its landings, the commits that came in with every one of them.

A message names commits and a branch lands as a whole, so both the culprit and the evidence stand for the landing that
brought them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scoring.git import Git
from scoring.incidents import Mention, bare_title, is_fault, is_partial, is_revert, mentions, number_of, title_of

LONGEST = 300  # characters of a title that are kept


@dataclass(frozen=True, slots=True)
class Message:
    """What one message says: how others may name its commit, and whom it blames."""

    sha: str
    number: int  # of its pull request, 0 when its title names none
    title: str  # without that number
    undo: int  # 1 when its title takes something back
    partial: bool  # what it takes back it takes back in part only
    blames: tuple[Mention, ...]
    fault: bool  # False when it names a reason that is no fault


def tell(sha: str, message: str) -> Message:
    title, blames = title_of(message), mentions(message)
    fault = not blames or is_fault(message)
    partial = bool(blames) and is_partial(message)
    return Message(sha, number_of(title), bare_title(title)[:LONGEST], int(is_revert(message)), partial, blames, fault)


def arrivals(git: Git, landings: Sequence[str], known: Callable[[str], bool]) -> dict[str, list[Message]]:
    """What each of `landings` brought, oldest first and without itself; nothing that is `known` already.

    `landings` follow each other on first parents, oldest first. Raises ScoringError.
    """
    if not landings:
        return {}
    landed = set(landings)
    listing = git.run("rev-list", "--no-walk=unsorted", "--parents", "--stdin", stdin="\n".join(landings).encode())
    before = {words[1] for line in listing.decode().splitlines() if len(words := line.split()) > 1} - landed
    read = {sha: (parents, each) for sha, parents, each in _messages(git, landings[-1], sorted(before))}
    brought_by = _carried(landings, {sha: parents for sha, (parents, _) in read.items()}, known)
    brought: dict[str, list[Message]] = {}
    for sha in reversed(read):
        if sha in brought_by and sha not in landed:
            brought.setdefault(brought_by[sha], []).append(read[sha][1])
    return brought


def _carried(
    landings: Sequence[str], parents: dict[str, tuple[str, ...]], known: Callable[[str], bool]
) -> dict[str, str]:
    """The first landing from which each commit can be reached."""
    carried: dict[str, str] = {}
    for landing in landings:
        todo = [landing]
        while todo:
            one = todo.pop()
            if one not in carried and one in parents and (one == landing or not known(one)):
                carried[one] = landing
                todo.extend(parents[one])
    return carried


def _messages(git: Git, tip: str, before: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...], Message]]:
    revisions = [tip, *(f"^{sha}" for sha in before)]
    fields = _fields(git.blocks("log", "-z", "--format=%H%x00%P%x00%B", "--encoding=UTF-8", "--stdin", stdin=revisions))
    for sha, parents, message in zip(fields, fields, fields, strict=True):
        yield sha, tuple(parents.split()), tell(sha, message)


def _fields(blocks: Iterator[bytes]) -> Iterator[str]:
    tail = b""
    for block in blocks:
        *whole, tail = (tail + block).split(b"\0")
        for field in whole:
            yield field.decode("utf-8", "replace").strip("\n")
