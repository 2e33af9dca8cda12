"""The changes that lie between two builds, read from their repository."""

from pathlib import Path

from scoring.difftest.intent import Between
from scoring.git import Git
from scoring.history.stream import commits

MOST = 2_000  # changes between two builds


def between(repository: Path, base: str, head: str) -> list[Between]:
    """What landed on the way from `base` to `head`, the newest first. Raises GitError for unknown commits."""
    git = Git(repository)
    first, last = git.resolve(base), git.resolve(head)
    names = git.run("rev-list", "--first-parent", f"--max-count={MOST}", last, f"^{first}").decode().split()
    return [
        Between(each.sha[:12], each.message, tuple(file.path for file in each.files))
        for each in commits(git, names, first_parent=True)
    ]
