"""Read one change from a repository: a commit, or all that a pull request would bring."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scoring.change import Change, FileChange
from scoring.errors import ScoringError
from scoring.facts.diff import agree, agree_with_text, counts
from scoring.facts.lines import LineCounts
from scoring.git import DIFF as LIMITS
from scoring.git import Git, check
from scoring.history.stream import DIFF, commits, parse_diff


@dataclass(frozen=True, slots=True)
class ReadChange(Change):
    """A change together with the counts of its lines, parallel to `files`."""

    lines: tuple[LineCounts, ...]


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
    files, lines = _diff(git, origin := _origin(git, base, head), head)
    parts = (author.lower(), at, title, message, files, lines)
    return ReadChange(head, origin, *parts, name=name.lower(), attested=attested)


def read_between(git: Git, base: str, head: str, *, at: datetime, title: str, message: str) -> ReadChange:
    """What a commit changes against another, both by their ids, of nobody and with no commits of theirs."""
    files, lines = _diff(git, check(base), check(head))
    return ReadChange(head, base, "", at, title, message, files, lines, attested=())


def _diff(git: Git, origin: str, head: str) -> tuple[tuple[FileChange, ...], tuple[LineCounts, ...]]:
    """Read once, and counted again by git and by a second reader of its text."""
    asked = ("diff-tree", "-r", "--numstat", *DIFF, "--end-of-options", origin or git.empty_tree, head)
    read = git.run(*asked, limits=LIMITS)
    try:
        files, lines = parse_diff(read)
    except (ValueError, IndexError) as error:
        raise ScoringError("the diff cannot be read, so it is not trusted") from error
    # where every name of a file stands, each pair of a renamed one too
    names = sum(2 + (file.old_path is not None) for file in files)
    records, _, patch = read.partition(b"\0\0")
    agree(files, counts(records.split(b"\0")[names:] if files else ()))
    agree_with_text(files, patch)
    return files, lines


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
    files, lines = parse_diff(
        git.run(
            "diff-tree",
            "-r",
            *DIFF,
            "--end-of-options",
            change.base or git.empty_tree,
            git.resolve(change.sha),
            limits=LIMITS,
        )
    )
    by_path = OrderedDict((file.path, counts) for file, counts in zip(files, lines, strict=True))
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
