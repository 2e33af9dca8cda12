"""What git makes of two commits when it merges them, and whether what landed is just that.

Nothing is written into the repository: what a merge makes goes into a folder that is gone afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from scoring.git.errors import Negative
from scoring.git.names import check
from scoring.git.process import Limits
from scoring.git.repository import Git

_MERGE = Limits(seconds=120, memory=1 << 30)
# git's own defaults, which forges leave as they are: other limits could merge otherwise
_AS_FORGES_DO = ("-c", "merge.renameLimit=7000", "-c", "core.bigFileThreshold=512m")
_WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "codechill"), ("EMAIL", "codechill@invalid"), ("DATE", "@0 +0000"))
}


class Scratch(Git):
    """The same repository, whose new objects go into another folder."""

    def __init__(self, git: Git, folder: Path) -> None:
        super().__init__(git.path, replacing=git.replacing)
        self._made = folder

    @cached_property
    def _contents(self) -> dict[str, str]:
        reading = Git._contents.func(self)  # type: ignore[attr-defined] # the property's own function
        borrowed = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.common / "objects")}
        # of an empty file of grafts git says, before it reads its settings, that grafts are deprecated
        return {
            **reading,
            **borrowed,
            "GIT_OBJECT_DIRECTORY": str(self._made),
            "GIT_GRAFT_FILE": str(self._made / "no"),
            **_WHO,
        }


@contextmanager
def scratch(git: Git) -> Iterator[Scratch]:
    """To merge in, while the block runs."""
    with TemporaryDirectory() as folder:
        yield Scratch(git, Path(folder))


def merged(git: Scratch, ours: str, theirs: str) -> str | None:
    """The tree of their merge; None where it conflicts. Raises GitError."""
    try:
        answer = git.run(*_AS_FORGES_DO, "merge-tree", "--write-tree", check(ours), check(theirs), limits=_MERGE)
    except Negative:
        return None
    return check(answer.split(b"\n", 1)[0].decode().strip())


@dataclass(frozen=True, slots=True)
class Difference:
    """Why what landed is not what its parent and its head give. `words` hold nothing from outside."""

    words: str
    landed: str = ""  # tree
    expected: str = ""  # tree


def difference(git: Git, landed: str, head: str, base: str = "") -> Difference | None:
    """Whether `landed`, the commit on the base branch, holds its parent and `head` merged, and nothing else.

    By a merge, a squash, a rebase or a fast-forward, in a merge queue on top of those before it. `base`: a commit that
    the branch was at before; it has to lie under what landed. Raises GitError.
    """
    with scratch(git) as work:
        parents = _parents(work, landed)
        if base and landed != base and not any(_lies_under(work, base, parent) for parent in parents[:1]):
            return Difference("What landed does not stand on what its base branch held before.", _tree(work, landed))
        if landed == head:
            return None
        if len(parents) > 1 and head not in parents[1:]:
            return Difference("What landed merges another commit than the one that was approved.", _tree(work, landed))
        return _compared(work, landed, head, parents, base)


def _compared(git: Scratch, landed: str, head: str, parents: tuple[str, ...], base: str) -> Difference | None:
    tree = _tree(git, landed)
    expected = merged(git, parents[0], head) if parents else None
    if expected == tree:
        return None
    if len(parents) == 1 and _is_rebased(git, landed, head, base):
        return None
    why = "does not merge with what it landed on" if expected is None else "gives other files with what it landed on"
    return Difference(f"The head that was approved {why}.", tree, expected or "")


def _is_rebased(git: Scratch, landed: str, head: str, base: str) -> bool:
    """Whether the newest commits up to `landed` are those of `head`, put one by one on what the branch held before; one
    that changes nothing there may be left out."""
    commits = _lines(git, "rev-list", "--reverse", "--topo-order", head, f"^{_meeting(git, landed, head)}")
    line = _lines(git, "rev-list", "--first-parent", f"--max-count={len(commits) + 1}", landed)
    for at in range(1, len(line)):
        if base and not _lies_under(git, base, line[at]):
            return False
        # every commit between is compared: another one among them is no part of what was approved
        if _replayed(git, line[at], commits) == [_tree(git, commit) for commit in reversed(line[:at])]:
            return True
    return False


def _replayed(git: Scratch, onto: str, commits: list[str]) -> list[str] | None:
    """The trees, one after the other, of picking them in their order; None where one is a merge or conflicts."""
    trees = [_tree(git, onto)]
    for commit in commits:
        parents = _parents(git, commit)
        if len(parents) != 1:
            return None
        # picked: merged as if both came from the parent of the commit
        picked = merged(git, _commit(git, trees[-1], parents[0]), commit)
        if picked is None:
            return None
        if picked != trees[-1]:
            trees.append(picked)
    return trees[1:]


def _commit(git: Scratch, tree: str, parent: str) -> str:
    return check(git.run("commit-tree", tree, "-p", parent, "-m", "scratch").decode().strip())


def _parents(git: Git, commit: str) -> tuple[str, ...]:
    _, *parents = git.run("rev-list", "--parents", "--max-count=1", check(commit)).decode().split()
    return tuple(parents)


def _tree(git: Git, commit: str) -> str:
    return check(git.run("rev-parse", "--verify", f"{check(commit)}^{{tree}}").decode().strip())


def _meeting(git: Git, one: str, other: str) -> str:
    return check(git.run("merge-base", check(one), check(other)).decode().strip())


def _lies_under(git: Git, below: str, above: str) -> bool:
    try:
        git.run("merge-base", "--is-ancestor", check(below), check(above))
    except Negative:
        return False
    return True


def _lines(git: Git, *arguments: str) -> list[str]:
    return git.run(*arguments).decode().split()


__all__ = ["Difference", "Scratch", "difference", "merged", "scratch"]
