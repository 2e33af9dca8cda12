"""The commits that each landing brought, read by one git over the whole history."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scoring.git import Git

_FORMAT = "%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%B"
_FIELDS = 7
_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*([^<>\n]*?)[ \t]*<([^<>\n]+)>[ \t]*$", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Signature:
    """A name and an address, as somebody set them: nobody vouches for either."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Written:
    """A commit as git shows it. Everything but the ids is from outside."""

    sha: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str

    @property
    def co_authors(self) -> tuple[Signature, ...]:
        """Whoever its trailers name beside the author: a squashed branch names its other authors so."""
        return tuple(Signature(name, address) for name, address in _CO_AUTHOR.findall(self.message))


@dataclass(frozen=True, slots=True)
class Brought:
    """What one landing brought: the commit that landed, and those of the branch that it merged, oldest first.

    `branch` is empty where a commit landed by itself: squashed, rebased or pushed.
    """

    landed: Written
    branch: tuple[Written, ...]

    @property
    def commits(self) -> tuple[Written, ...]:
        return self.branch or (self.landed,)


def read_brought(git: Git, tip: str) -> dict[str, Brought]:
    """By the id of the landing, for all first parents of `tip`. Raises GitError."""
    commits = {commit.sha: commit for commit in _read(git, tip)}
    line = _first_parents(commits, tip)
    seen = set(line)
    return {sha: Brought(commits[sha], _merged(commits, commits[sha], seen)) for sha in line}


def _read(git: Git, tip: str) -> Iterator[Written]:
    rest: list[bytes] = [b""]
    for block in git.blocks("log", "-z", f"--format={_FORMAT}", tip):
        first, *others = block.split(b"\0")
        fields = [*rest[:-1], rest[-1] + first, *others]
        whole = (len(fields) - 1) // _FIELDS * _FIELDS
        for start in range(0, whole, _FIELDS):
            yield _written([field.decode("utf-8", "replace") for field in fields[start : start + _FIELDS]])
        rest = fields[whole:]


def _written(fields: Sequence[str]) -> Written:
    sha, parents, name, address, committer, by, message = fields
    return Written(sha.strip(), tuple(parents.split()), Signature(name, address), Signature(committer, by), message)


def _first_parents(commits: Mapping[str, Written], tip: str) -> list[str]:
    """Oldest first."""
    line = [tip]
    while commits[line[-1]].parents and commits[line[-1]].parents[0] in commits:
        line.append(commits[line[-1]].parents[0])
    return line[::-1]


def _merged(commits: Mapping[str, Written], landed: Written, seen: set[str]) -> tuple[Written, ...]:
    """What only its other parents reach, in no landing before; `seen` grows by it."""
    fresh: list[Written] = []
    todo = [sha for sha in landed.parents[1:] if sha not in seen]
    while todo:
        sha = todo.pop()
        if sha in seen or sha not in commits:
            continue
        seen.add(sha)
        fresh.append(commits[sha])
        todo.extend(commits[sha].parents)
    return tuple(reversed(fresh))
