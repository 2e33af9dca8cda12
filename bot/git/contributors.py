"""Who had a hand in commits, by two readers of the same objects: whom either of them names is one of them.

Git finds the headers of a commit by name, GitPython by their order, so a commit with a header twice has other people
for each; GitHub has a third reader of its own. Git's check lets such commits pass, since old histories hold them.
"""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from scoring.errors import ScoringError
from scoring.git import DIFF, Git, check

MOST_COMMITS = 250  # whose people are read: GitHub lists no more either
_MOST_BYTES = 1 << 20  # of a commit: its headers come first
_LONGEST_HEADER = 1024  # bytes; GitPython's search for the date takes the square of this
# blanks of its own line only: over a message of many empty lines one that runs on takes minutes
_CO_AUTHOR = re.compile(r"^[^\S\n]*co-authored-by:.*<([^<>\n]*)>", re.IGNORECASE | re.MULTILINE)
_PEOPLE = re.compile(rb"^(?:author|committer) ", re.MULTILINE)


def contributors(git: Git, base: str, head: str) -> frozenset[str]:
    """Addresses of authors, committers and co-authors of base..head, lower case; {""} when there are none.

    Raises ScoringError for a commit that GitPython cannot read: who made it is not known then.
    """
    span = f"{check(base)}..{check(head)}"
    asked = ("log", "-z", f"--max-count={MOST_COMMITS}", "--format=%H%n%ae%n%ce%n%B", "--encoding=UTF-8", span, "--")
    log = git.run(*asked, limits=DIFF).decode("utf-8", "replace")
    shas, addresses = [], []
    for commit in filter(None, log.split("\0")):
        sha, author, committer, message = commit.split("\n", 3)
        shas.append(sha)
        addresses += [author, committer, *_CO_AUTHOR.findall(message)]
    # GitPython knows no ids of 64 digits
    addresses += _by_gitpython(git, shas) if git.format == "sha1" else ()
    return frozenset(address.lower() for address in addresses if address) or frozenset({""})


def _by_gitpython(git: Git, shas: list[str]) -> Iterator[str]:
    with git.blobs(_MOST_BYTES) as objects:
        for sha in shas:
            content = objects.read(sha)
            yield from _named(content)


def _named(content: bytes) -> list[str]:
    head = content.partition(b"\n\n")[0]
    if any(len(line) > _LONGEST_HEADER for line in head.split(b"\n") if _PEOPLE.match(line)):
        raise ScoringError("a commit names somebody at too great length, so who worked on it is not known")
    try:
        commit = _commit(content)
        people = [commit.author, commit.committer, *commit.co_authors]
    except (ValueError, LookupError, AssertionError, AttributeError, OverflowError, RecursionError) as error:
        raise ScoringError("a commit cannot be read by two readers, so who worked on it is not known") from error
    return [person.email for person in people if person.email]


def _commit(content: bytes) -> Any:
    """GitPython's reading of one object that git gave us: it sees no repository, no configuration and no git."""
    git = gitpython()
    held = SimpleNamespace(stream=lambda sha: (sha, b"commit", len(content), BytesIO(content)))
    return git.Commit(SimpleNamespace(odb=held), git.Commit.NULL_BIN_SHA)


def gitpython() -> Any:
    """The library, made unable to run a git: what the environment names as one is not even looked at.

    It is loaded with the first pull request: loading takes longer than a command that needs none of it.
    """
    names = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": os.devnull}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        import git
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    git.Git.GIT_PYTHON_GIT_EXECUTABLE = os.devnull
    return git
