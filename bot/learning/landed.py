"""Which commits a pull request brought to its base branch: of a merge, a squash or a rebase."""

from scoring.git import Git, GitError, check

MOST = 1000  # commits of one landing that are looked at
_NAMED = "--format=%an%x00%at%x00%s"  # what a rebase keeps of a commit


def brought(git: Git, base: str, head: str, landed_as: str) -> tuple[str, ...]:
    """The landing and the commits that came in with it; none while the repository does not hold them yet.

    `base` is where its head left the base branch.
    """
    try:
        parents = git.run("rev-parse", f"{check(landed_as)}^@").decode().split()
        if len(parents) > 1:
            inside = _lines(git, "rev-list", f"--max-count={MOST}", landed_as, f"^{parents[0]}")
            return tuple(dict.fromkeys((landed_as, *inside)))
        return _rebased(git, base, head, landed_as) or (landed_as,)
    except GitError:  # not fetched yet, or git is busy: the next look asks again
        return ()


def _rebased(git: Git, base: str, head: str, landed_as: str) -> tuple[str, ...]:
    """The last commits of the branch, when they are those of the pull request made again; none for a squash."""
    span = f"{check(base)}..{check(head)}"
    try:
        before = _lines(git, "log", "--no-merges", f"--max-count={MOST}", _NAMED, span)
    except GitError:
        return ()
    if len(before) < 2:
        return ()
    after = _lines(git, "log", f"--max-count={len(before)}", _NAMED, landed_as)
    if after != before:
        return ()
    return tuple(_lines(git, "rev-list", f"--max-count={len(before)}", landed_as))


def _lines(git: Git, *command: str) -> list[str]:
    return git.run(*command).decode("utf-8", "replace").splitlines()
