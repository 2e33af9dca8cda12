"""Read one change from a repository: a commit, or all that a pull request would bring."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scoring.change import Change
from scoring.errors import ScoringError
from scoring.facts.lines import LineCounts
from scoring.git import Git
from scoring.history import diff
from scoring.history.diff import Diff
from scoring.history.stream import commits


@dataclass(frozen=True, slots=True)
class ReadChange(Change):
    """A change together with the counts of its lines, parallel to `files`, and its patch where that is at hand."""

    lines: tuple[LineCounts, ...]
    patch: bytes | None = field(default=None, kw_only=True, repr=False, compare=False)


def read_change(
    repo: Path,
    base: str | None,
    head: str,
    *,
    at: datetime,
    author: str,
    title: str,
    message: str,
    name: str = "",
    attested: tuple[str, ...] | None = None,
) -> ReadChange:
    """What `head` changes since it left `base`, with renames found; `base` None means its first parent.

    `at` is aware. Raises ScoringError when a commit is unknown or an object is missing.
    """
    git = Git(repo)
    head = git.resolve(head)
    between = diff.read(git, _origin(git, base, head), head)
    files, lines = between.counted()
    parts = (author.lower(), at, title, message, files, lines)
    return ReadChange(head, between.base, *parts, name=name.lower(), attested=attested, patch=between.patch)


def change_of(between: Diff, *, at: datetime, title: str, message: str) -> ReadChange:
    """The change that a diff makes, of nobody and with no commits of theirs. Raises what `Diff.counted` raises."""
    files, lines = between.counted()
    parts = ("", at, title, message, files, lines)
    return ReadChange(between.head, between.base, *parts, attested=(), patch=between.patch)


def commit_change(repo: Path, sha: str) -> ReadChange:
    """The change of one commit against its first parent, at its committer's time."""
    git = Git(repo)
    sha = git.resolve(sha)
    (commit,) = commits(git, [sha], first_parent=True)
    title, _, body = commit.message.partition("\n")
    at = datetime.fromtimestamp(min(max(commit.time, 0), 2**33), UTC)
    parent = commit.parents[0] if commit.parents else ""
    parts = (at, title.strip(), body.lstrip("\n"), commit.files, commit.lines)
    return ReadChange(sha, parent, commit.author, *parts, name=commit.name)


def lines_of(repo: Path, change: Change) -> tuple[LineCounts, ...]:
    """The line counts of a change, parallel to its files; reads them when the change does not carry them."""
    if isinstance(change, ReadChange):
        return change.lines
    git = Git(repo)
    files, lines = diff.read(git, change.base, git.resolve(change.sha)).counted()
    by_path = {file.path: counts for file, counts in zip(files, lines, strict=True)}
    return tuple(by_path.get(file.path, LineCounts(added=file.added, deleted=file.deleted)) for file in change.files)


def _origin(git: Git, base: str | None, head: str) -> str:
    if base is None:
        parents = git.run("rev-list", "--parents", "-n", "1", "--end-of-options", head).decode().split()[1:]
        return parents[0] if parents else ""
    base_sha = git.resolve(base)
    try:
        return git.run("merge-base", "--end-of-options", base_sha, head).decode().strip()
    except ScoringError as error:
        raise ScoringError(f"{head[:12]} and {base[:40]} have no common history.") from error
