"""What can go wrong with git, told apart by what helps: ask again, ask for less, clone again, or correct the name."""

import re

from scoring.errors import ScoringError


class GitError(ScoringError):
    """Git could not do it; the message is one sentence, or git's own words without credentials."""


class Negative(GitError):
    """Git answered no, without a word."""


class TooMuch(GitError):
    """The content asks for more than git may use: of time, of memory, or of room for its answer."""


class GitTimeout(TooMuch):
    """The time limit was reached; the command and everything it started were killed."""


class TooLarge(TooMuch):
    """The answer is larger than the limit."""


class OutOfMemory(TooMuch):
    """Git asked for more memory than it is given."""


class Refused(GitError):
    """The objects break a rule of git's own check, so they were not taken in."""


class Corrupt(GitError):
    """The repository on disk is damaged or lacks objects: clone it again."""


class Missing(GitError):
    """There is no such branch, commit or pull request any more."""


_MEMORY = re.compile(
    r"out of memory|cannot allocate memory|memory exhausted|mmap failed|cannot be mapped", re.IGNORECASE
)
_REFUSED = re.compile(r"fsck error|error in object|badTree|error: object [0-9a-f]{40,64}: \w+:", re.IGNORECASE)
_ABSENT = re.compile(
    r"unable to read|missing (blob|tree)|could not fetch|bad object|lazy fetching|promisor", re.IGNORECASE
)
_DAMAGED = re.compile(
    r"is corrupt|corrupt(ed)? loose object|bad object|object file .* is empty|unable to read tree|not a git repository"
    r"|bad index file|missing blob|missing tree|bad signature|inflate|unresolved deltas|does not match index"
    r"|packfile .* (cannot|truncated)|broken ref|object .* missing|did not send all necessary objects"
    r"|Could not read [0-9a-f]{40}|invalid sha1 pointer|unable to parse commit",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"couldn't find remote ref|unknown revision|Not a valid (object|commit) name|not a tree object", re.IGNORECASE
)
LACKING = (
    "This clone lacks some objects of its own history (a partial or damaged clone); "
    "run `git fetch --refetch --filter=blob:none --no-filter` or clone it again without --filter, "
    "or read absent files as empty with --missing-blobs empty."
)


def failure(complaint: str, code: int) -> GitError:
    """The error that git's complaint and exit status stand for."""
    lines = [re.sub(r"//[^/@\s]+@", "//", line) for line in complaint.splitlines() if line.strip()]
    if _MEMORY.search(complaint):
        return OutOfMemory("it asks git for more memory than git is given here")
    if refused := next((line for line in lines if _REFUSED.search(line)), None):
        return Refused(f"git's check of its objects refused it: {_bare(refused)}")
    if any(_ABSENT.search(line) for line in lines):
        return Corrupt(LACKING)
    words = _words(lines, code)
    if _DAMAGED.search(complaint):
        return Corrupt(words)
    if _UNKNOWN.search(complaint):
        return Missing(words)
    return Negative(words) if code == 1 and not lines else GitError(words)


def _words(lines: list[str], code: int) -> str:
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
    return f"git failed: {_bare(first).rstrip('.')}." if first else f"git ended with status {code}."


def _bare(line: str) -> str:
    return re.sub(r"^(remote: )?((fatal|error): )+", "", line.strip())[:300]
