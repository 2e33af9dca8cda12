"""Pull requests out of a repository's own past.

The base branch is put back a little, and commits that came after it become pull requests again: exactly, because only
commits whose files nobody touched in between are taken. So a score given now can be held against what really happened.
"""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scoring.git.environment import environment as clean

ENOUGH = 400  # commits on the first-parent line below which a history says too little
LOOK_BACK = 200  # how many of the newest first-parent commits may be replayed
LARGEST = 3000  # lines
MOST_FILES = 60


class NotUsable(Exception):
    """The repository cannot be used for the demo; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one path."""

    path: bytes
    mode: str  # "000000" when deleted
    blob: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit that can be laid on the base exactly as it was."""

    sha: str
    parent: str
    title: str
    body: str
    entries: tuple[Entry, ...]


def first_parents(repository: Path) -> int:
    """How many commits lie on the first-parent line of HEAD; 0 when there is no commit."""
    try:
        return int(git(repository, "rev-list", "--count", "--first-parent", "--end-of-options", "HEAD"))
    except NotUsable:
        return 0


def borrow(source: Path, folder: Path) -> tuple[str, str]:
    """Make `folder` a bare repository that reads the objects of `source` and leaves it alone.

    Returns the commit that the base branch is put back to, and the newest commit. Raises NotUsable.
    """
    tip = git(source, "rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")
    objects = Path(source, git(source, "rev-parse", "--git-path", "objects")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", ".")
    Path(folder, "objects", "info", "alternates").write_text(f"{objects}\n")
    back = min(LOOK_BACK, first_parents(source) // 4)
    start = git(folder, "rev-parse", "--verify", "--end-of-options", f"{tip}~{back}^{{commit}}")
    base = _before_the_largest(folder, start, tip)
    git(folder, "update-ref", "refs/heads/main", base)
    return base, tip


def _before_the_largest(repository: Path, start: str, tip: str) -> str:
    """The parent of the largest change worth reviewing in the older half of start..tip: it can then be laid exactly."""
    line = git(repository, "rev-list", "--first-parent", "--reverse", "--end-of-options", f"{start}..{tip}").split()
    older = line[: max(1, len(line) // 2)]
    largest = max(older, key=lambda sha: _size(repository, sha))
    return git(repository, "rev-parse", "--verify", "--end-of-options", f"{largest}^1^{{commit}}")


def _size(repository: Path, sha: str) -> int:
    """Lines changed; 0 for what nobody would review (too large) or what cannot be read (objects of a partial clone)."""
    try:
        table = git(repository, "diff-tree", "-r", "--numstat", "--end-of-options", f"{sha}^1", sha).splitlines()
    except NotUsable:
        return 0
    lines = sum(int(field) for row in table for field in row.split("\t")[:2] if field.isdigit())
    return lines if lines <= LARGEST and len(table) <= MOST_FILES else 0


def candidates(repository: Path, base: str, tip: str, most_files: int = MOST_FILES) -> Iterator[Candidate]:
    """Commits of the first-parent line after `base`, oldest first, whose files nobody touched since `base`."""
    touched: set[bytes] = set()
    listing = git(repository, "rev-list", "--first-parent", "--reverse", "--end-of-options", f"{base}..{tip}")
    for sha in listing.split():
        entries = entries_of(repository, sha)
        paths = {entry.path for entry in entries}
        if entries and len(entries) <= most_files and not paths & touched and b".github/codechill.yml" not in paths:
            message = git(repository, "log", "-1", "--format=%B", "--end-of-options", sha)
            title, _, body = message.partition("\n")
            yield Candidate(sha, f"{sha}^1", title, body.strip(), entries)
        touched |= paths


def lay(repository: Path, candidate: Candidate, onto: str) -> str:
    """The candidate as a commit on top of `onto`: its own author, message and files. Returns the new commit."""
    author = git(repository, "log", "-1", "--format=%an%x00%ae%x00%aI", "--end-of-options", candidate.sha).split("\0")
    who = {"GIT_AUTHOR_NAME": author[0], "GIT_AUTHOR_EMAIL": author[1], "GIT_AUTHOR_DATE": author[2]}
    return commit(repository, onto, candidate.entries, f"{candidate.title}\n\n{candidate.body}\n", who)


def write(repository: Path, onto: str, path: str, content: bytes, message: str, who: Mapping[str, str]) -> str:
    """One file changed on top of `onto`. Returns the new commit."""
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=content)
    return commit(repository, onto, (Entry(path.encode(), "100644", blob),), message, who)


def commit(repository: Path, onto: str, entries: tuple[Entry, ...], message: str, who: Mapping[str, str]) -> str:
    """The tree of `onto` with some paths replaced, as a new commit."""
    with tempfile.TemporaryDirectory(prefix="codechill-") as scratch:
        environment = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
        git(repository, "read-tree", "--end-of-options", onto, environment=environment)
        lines = b"".join(b"%s %s\t%s\0" % (e.mode.encode(), e.blob.encode(), e.path) for e in entries)
        git(repository, "update-index", "-z", "--index-info", stdin=lines, environment=environment)
        # objects of a partial clone may be absent: what is not touched needs not be there
        tree = git(repository, "write-tree", "--missing-ok", environment=environment)
    name, address = who["GIT_AUTHOR_NAME"] or "unknown", who["GIT_AUTHOR_EMAIL"] or "unknown"
    people = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": address, **who}
    return git(repository, "commit-tree", tree, "-p", onto, stdin=message.encode(), environment=people)


def git(repository: Path, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
    """Run git and return what it printed, without the last newline. Raises NotUsable with git's own words."""
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        input=stdin,
        capture_output=True,
        env={**clean(settings=[("safe.directory", str(repository.resolve()))]), **(environment or {})},
    )
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotUsable(f"git {arguments[0]} in {repository}: {words[-1] if words else 'failed'}")
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def entries_of(repository: Path, sha: str) -> tuple[Entry, ...]:
    raw = git(repository, "diff-tree", "-r", "-z", "--no-renames", "--end-of-options", f"{sha}^1", sha)
    fields = raw.encode("utf-8", "surrogateescape").split(b"\0")
    entries = []
    for meta, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, blob, _ = meta.decode("ascii").lstrip(":").split(" ")
        entries.append(Entry(path, mode, blob))
    return tuple(entries)
