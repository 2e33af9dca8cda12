"""What git says about a pull request: how large it is, and whether it merges. Asked once for each pair of commits."""

from functools import lru_cache
from pathlib import Path

from bot.sandbox.git import Git, GitFailed
from bot.sandbox.merges import merged_tree
from bot.sandbox.state import Pull, Repository


def base_now(repository: Repository, known: Pull) -> str:
    """The tip of the base branch, which may have moved since the pull request was made."""
    return Git(repository.folder).resolve(known.base_ref) or known.base_sha


@lru_cache(maxsize=4096)
def sizes(folder: Path, base: str, head_sha: str) -> tuple[int, int, int, int]:
    """Changed files, added lines, deleted lines and commits of a pull request."""
    git = Git(folder)
    try:
        files = git.changed_files(git.merge_base(base, head_sha), head_sha, with_patch=False)
    except GitFailed:
        return 0, 0, 0, 0
    lines = (sum(each.additions for each in files), sum(each.deletions for each in files))
    return len(files), *lines, git.count(head_sha, f"^{base}")


@lru_cache(maxsize=4096)
def merges(folder: Path, base: str, head_sha: str) -> bool:
    """Whether two commits merge without a conflict."""
    git = Git(folder)
    try:
        return git.ancestor(base, head_sha) or merged_tree(git, base, head_sha) is not None
    except GitFailed:  # content that this copy of the repository lacks
        return False
