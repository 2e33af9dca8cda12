"""Names that git may see: full ids, and revisions as people write them."""

import re

from scoring.git.errors import GitError

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
MAILMAP = ".mailmap"
_LONGEST = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check(sha: str) -> str:
    """`sha` if it is a full object id, else raise GitError."""
    if not SHA.fullmatch(sha):
        raise GitError(f"{sha[:80]!r} is not a full commit id.")
    return sha


def commit_name(revision: str) -> str:
    """`revision` if it can name one commit: no option, no range, no path, no search. Raises GitError."""
    odd = not 0 < len(revision) <= _LONGEST or _CONTROL.search(revision)
    if odd or revision[0] in "-^:" or ".." in revision or ":" in revision.partition("@{")[0]:
        raise GitError(f"{revision[:80]!r} is not the name of a commit.")
    return revision
