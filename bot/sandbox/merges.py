"""Merging two commits without a work tree, also where git is older than 2.38."""

import tempfile
from collections import defaultdict
from pathlib import Path

from bot.sandbox.git import Git, GitFailed

CONFLICT = 1  # how `git merge-tree --write-tree` ends then; an older git does not know the option and ends otherwise


def merged_tree(git: Git, base: str, head: str, parted: str = "") -> str | None:
    """The tree of a merge, or None where it conflicts; `parted` is where they parted, if not at their merge base."""
    if parted:  # only the newest git merges over a base that is given
        return merged_by_index(git, base, head, parted)
    try:
        return git.text("merge-tree", "--write-tree", base, head).splitlines()[0]
    except GitFailed as failed:
        return None if failed.status == CONFLICT else merged_by_index(git, base, head)


def merged_by_index(git: Git, base: str, head: str, parted: str = "") -> str | None:
    """The same by a three-way merge in a temporary index, file by file; renames are not followed."""
    with tempfile.TemporaryDirectory() as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        git.raw("read-tree", "-i", "-m", "--aggressive", parted or git.merge_base(base, head), base, head, extra=index)
        for path, stages in unmerged(git, index).items():
            merged = merged_blob(git, stages, Path(place))
            if merged is None:
                return None
            git.raw("update-index", "--cacheinfo", f"{merged},{path}", extra=index)
        return git.raw("write-tree", extra=index).decode().strip()


def unmerged(git: Git, index: dict[str, str]) -> dict[str, dict[int, tuple[str, str]]]:
    """Paths that both sides changed, each with mode and blob of the common (1), first (2) and second (3) side."""
    paths: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for entry in filter(None, git.raw("ls-files", "--unmerged", "-z", extra=index).decode().split("\0")):
        facts, _, path = entry.partition("\t")
        mode, blob, stage = facts.split(" ")
        paths[path][int(stage)] = (mode, blob)
    return paths


def merged_blob(git: Git, stages: dict[int, tuple[str, str]], place: Path) -> str | None:
    """`mode,blob` of one file merged from three, or None where that cannot be done."""
    if set(stages) != {1, 2, 3} or not all(mode.startswith("100") for mode, _ in stages.values()):
        return None
    names = [str(place / str(stage)) for stage in (2, 1, 3)]
    for name, stage in zip(names, (2, 1, 3), strict=True):
        Path(name).write_bytes(git.raw("cat-file", "blob", stages[stage][1]))
    try:
        merged = git.raw("merge-file", "-p", "-q", *names)
    except GitFailed:
        return None
    return f"{stages[2][0]},{git.raw('hash-object', '-w', '--stdin', stdin=merged).decode().strip()}"
