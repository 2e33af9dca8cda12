"""Prove a range of a repository: the file list from its trees, the contents from its blobs, never from a text diff."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scoring.change import Change, FileChange, Status
from scoring.git import SHA, Git, GitError, Missing
from scoring.history.diff import listed
from scoring.semantics.guards import MAX_BYTES
from scoring.semantics.paths import classify, generated_rules
from scoring.semantics.prove import prove_change
from scoring.semantics.verdict import ChangeVerdict

_UNKNOWN = "This repository has no commit {!r}; `git log --oneline` lists what it has."


def prove_range(repo: Path, base: str, head: str) -> ChangeVerdict:
    """What is certain about the difference between two revisions; base "" is before the first. Raises GitError."""
    git = opened(repo)
    return prove(git, read_change(git, revision(git, base) if base else "", revision(git, head)))


def prove(git: Git, change: Change) -> ChangeVerdict:
    """The same of a change whose files were read already. Raises GitError."""
    with git.blobs(MAX_BYTES) as reader:
        verdict = prove_change(change, reader.read)
        rules = generated_rules(reader.at(change.base or git.empty_tree, ".gitattributes"))
    return replace(
        verdict, files=tuple(replace(file, kind=_kind(file.kind, file.path, rules)) for file in verdict.files)
    )


def _kind(kind: str, path: str, rules: tuple[tuple[str, bool], ...]) -> str:
    return classify(path, attributes=rules) if kind == "code" and rules else kind


def opened(repo: Path) -> Git:
    """The repository. Raises GitError."""
    try:
        return Git(repo)
    except GitError as error:
        raise GitError(str(error).replace("; name one, or clone it first", "")) from error


def revision(git: Git, name: str) -> str:
    """The commit or tree that `name` stands for. Raises GitError."""
    if SHA.fullmatch(name):
        return name
    if not name or name.startswith("-"):
        raise GitError(f"{name!r} is not a revision.")
    try:
        return git.resolve(name)
    except GitError as error:
        raise GitError(_UNKNOWN.format(name)) from error


def before(git: Git, name: str) -> str:
    """The commit that a commit changed: its first parent, or "" for the first commit. Raises GitError."""
    answer = git.run("rev-list", "--parents", "--max-count=1", "--end-of-options", revision(git, name))
    _, *parents = answer.decode().split()
    return parents[0] if parents else ""


def merge_base(git: Git, base: str, head: str) -> str:
    """The commit where two revisions parted. Raises GitError."""
    commits = revision(git, base), revision(git, head)
    try:
        return git.run("merge-base", "--end-of-options", *commits).decode().strip()
    except GitError as error:
        raise GitError(f"{base} and {head} have no common history.") from error


def read_change(git: Git, base: str, head: str) -> Change:
    """The change between two commits, with the files of its trees. Raises GitError."""
    try:
        raw = listed(git, base, head)
    except GitError as error:
        absent = next((sha for sha in (base, head) if sha and not git.has(sha)), None)
        if absent is None:
            raise
        raise Missing(_UNKNOWN.format(absent)) from error
    return Change(head, base, "", datetime.fromtimestamp(0, UTC), "", "", tuple(read_raw(raw)))


def read_raw(raw: bytes) -> Iterator[FileChange]:
    """The records of `git diff-tree -r -z --raw`."""
    fields = iter(raw.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        old_mode, new_mode, old, new, letter = field[1:].decode().split(" ")
        first = os.fsdecode(next(fields))
        moved = letter[0] in "RC"
        path = os.fsdecode(next(fields)) if moved else first
        yield FileChange(
            path=path, status=_status(letter), old_path=first if moved else None, old_blob=_id(old), new_blob=_id(new),
            old_mode=old_mode, new_mode=new_mode,
        )  # fmt: skip


def _status(letter: str) -> Status:
    match letter[0]:
        case "A" | "M" | "D" | "R" | "C" | "T" as status:
            return status
        case other:
            raise GitError(f"git reports a file in state {other!r}.")


def _id(text: str) -> str | None:
    return text if text.strip("0") else None
