"""A year of a repository's own past: what landed on its first-parent line, and how to lay it on another tip."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.demo.replay import NotUsable, commit, entries_of, git

FIELDS = "%H%x00%P%x00%ct%x00%ae%x00%B%x00%x01"
LONGEST_BODY = 30_000  # characters; a forge takes 65,536
SHA = re.compile(r"\b[0-9a-f]{7,40}\b")
BLAME = re.compile(r"^\s*Fixes: +([0-9a-f]{7,40})\b|\breverts commit ([0-9a-f]{7,40})\b", re.MULTILINE)
REVERT = re.compile(r'Revert "(.*)"')
PEOPLE = re.compile(r"^(?:[A-Za-z]+-)+by: .*$|^.*<[^<>@\s]+@[^<>\s]+>.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """One landing: a commit, or all that a merge brought."""

    sha: str
    parent: str
    at: datetime  # when it landed: UTC, never before the landing before it
    author: str  # an address, in small letters
    message: str
    paths: frozenset[bytes]
    lines: int  # added and removed: what the simplest model of risk counts
    commits: tuple[str, ...]  # every commit that it brought

    @property
    def title(self) -> str:
        return self.message.partition("\n")[0].strip()[:240] or "(no title)"


@dataclass(frozen=True, slots=True)
class Past:
    """`base` is the last landing before the year; `addresses` has how many commits each author has up to its end."""

    base: str
    changes: tuple[Change, ...]
    addresses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Commit:
    sha: str
    parents: tuple[str, ...]
    at: int
    author: str
    message: str


def read(repository: Path, start: datetime, end: datetime) -> Past:
    """What landed in [start, end). Raises NotUsable where nothing did, or nothing came before."""
    line = _commits(repository, "--first-parent", "--reverse", "HEAD")
    landed, before, latest = [], "", 0
    for one in line:
        latest = max(latest, one.at)
        if latest < start.timestamp():
            before = one.sha
        elif latest < end.timestamp():
            landed.append((one, latest))
    if not before or not landed:
        raise NotUsable(
            f"nothing of {repository} landed between {start:%Y-%m-%d} and {end:%Y-%m-%d} upon older commits"
        )
    changes = [_change(repository, one, at) for one, at in landed]
    addresses: dict[str, int] = {}
    for one in _commits(repository, landed[-1][0].sha):
        addresses[one.author] = addresses.get(one.author, 0) + 1
    return Past(before, tuple(each for each in changes if each.paths), addresses)


def _change(repository: Path, one: _Commit, at: int) -> Change:
    brought = _commits(repository, "--reverse", one.sha, f"^{one.parents[0]}") if len(one.parents) > 1 else [one]
    inner = [each for each in brought if len(each.parents) == 1] or [one]
    paths = frozenset(entry.path for entry in entries_of(repository, one.sha))
    author = max(inner, key=lambda each: each.at).author
    message = one.message if inner == [one] else _squashed(one, inner)
    shas = tuple(each.sha for each in brought)
    landed = datetime.fromtimestamp(at, UTC)
    return Change(one.sha, one.parents[0], landed, author, message, paths, _lines(repository, one.sha), shas)


def _lines(repository: Path, sha: str) -> int:
    rows = git(repository, "diff-tree", "--numstat", "-r", "--end-of-options", f"{sha}^1", sha).splitlines()
    return sum(int(field) for row in rows for field in row.split("\t")[:2] if field.isdigit())


def _squashed(merge: _Commit, inner: Sequence[_Commit]) -> str:
    """As GitHub words a squash: the title of what was merged, then each message."""
    if len(inner) == 1:
        return inner[0].message
    lines = [line for line in merge.message.splitlines()[1:] if line.strip()]
    dull = merge.message.startswith(("Merge pull request", "Merge branch", "Merge remote"))
    title = (lines[0] if lines else inner[-1].message.partition("\n")[0]) if dull else merge.message.partition("\n")[0]
    return "\n\n".join([title, *(f"* {each.message.strip()}" for each in inner)])


def _commits(repository: Path, *chosen: str) -> list[_Commit]:
    shown = git(repository, "log", f"--format=tformat:{FIELDS}", *chosen)
    rows = [each.lstrip("\n").split("\0") for each in shown.split("\x01") if each.strip()]
    return [
        _Commit(sha, tuple(parents.split()), int(at), author.lower(), message.strip())
        for sha, parents, at, author, message, *_ in rows
    ]


def blames(message: str) -> tuple[str, ...]:
    """Whom the plainest words of a message blame, by name as written: what a person would look for with grep."""
    return tuple(first or second for first, second in BLAME.findall(message))


def taken_back(message: str) -> str:
    """The title that a revert names; "" where the message is none."""
    named = REVERT.match(message.partition("\n")[0])
    return named[1] if named else ""


def translated(message: str, landed: Mapping[str, str]) -> str:
    """The same words with commits under the names that they got when they landed here, and nobody's address.

    `landed` is by the first seven digits of the old name.
    """
    words = SHA.sub(lambda seen: landed.get(seen[0][:7], seen[0])[: len(seen[0])], message)
    return PEOPLE.sub("", words)[:LONGEST_BODY].rstrip()


def laid(repository: Path, change: Change, tip: str, message: str, who: Mapping[str, str]) -> str | None:
    """The change as a commit on `tip`, merged three ways; None: it conflicts. `tip`: nothing is left of it."""
    ours = git(repository, "commit-tree", f"{tip}^{{tree}}", "-p", change.parent, stdin=b"here", environment=who)
    try:
        tree = git(repository, "merge-tree", "--write-tree", ours, change.sha).splitlines()[0]
    except NotUsable:
        return None
    if tree == git(repository, "rev-parse", f"{tip}^{{tree}}"):
        return tip
    return git(repository, "commit-tree", tree, "-p", tip, stdin=message.encode(), environment=who)


def carried(repository: Path, change: Change, tip: str, message: str, who: Mapping[str, str]) -> str:
    """The change with its files as they were when it landed, with what they needed of changes that never did here.

    `tip`: that is there already.
    """
    made = commit(repository, tip, entries_of(repository, change.sha), message, who)
    trees = git(repository, "rev-parse", f"{made}^{{tree}}", f"{tip}^{{tree}}").split()
    return tip if trees[0] == trees[1] else made
