"""In which order commits are read, and what a branch has of its own."""

from scoring.errors import ScoringError
from scoring.git import Git


def order(git: Git, tip: str, *, first_parent: bool) -> list[str]:
    """All commits that lead to `tip`, oldest first."""
    walk = ("--first-parent",) if first_parent else ()
    return git.run("rev-list", "--reverse", "--date-order", *walk, tip, "--").decode().split()


def between(git: Git, before: str, tip: str, *, first_parent: bool) -> tuple[list[str], bool]:
    """The commits that `tip` adds to `before`, oldest first, and whether it lost any."""
    walk = ("--first-parent",) if first_parent else ()
    sides = f"{before}...{tip}"
    try:
        listing = git.run("rev-list", "--reverse", "--date-order", "--left-right", *walk, sides, "--").decode()
    except ScoringError:
        # the old tip may be gone from the repository
        return [], True
    marked = listing.split()
    return [each[1:] for each in marked if each[0] == ">"], any(each[0] == "<" for each in marked)


def stands(git: Git, sha: str) -> bool:
    """Whether a branch or tag still leads to a commit."""
    try:
        return bool(git.names("for-each-ref", "--count=1", f"--contains={sha}"))
    except ScoringError:
        return False


def ahead(git: Git, before: str, tip: str, known: frozenset[str], *, first_parent: bool) -> tuple[list[str], bool]:
    """What is to be read of `tip`, oldest first, where `known` was read up to `before`; and whether from the start."""
    if before:
        new, lost = between(git, before, tip, first_parent=first_parent)
        if not lost:
            return new, False
        if stands(git, before):
            # another branch, such as a release: what it has of its own is read as well, nothing was rewritten
            return [sha for sha in new if sha not in known], False
    everything = order(git, tip, first_parent=first_parent)
    if known and not known <= set(everything):
        return everything, True
    return [sha for sha in everything if sha not in known], False
