"""What goes in: one change to a repository, seen at one moment."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Status = Literal["A", "M", "D", "R", "C", "T"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a change. Paths are UTF-8 with surrogate escapes, so that any byte survives a round trip."""

    path: str  # at head; for a deletion the path at base
    status: Status  # added, modified, deleted, renamed, copied, type changed (git's letters)
    added: int = 0  # lines; 0 when binary
    deleted: int = 0
    old_path: str | None = None  # where a rename or copy came from
    binary: bool = False
    old_blob: str | None = None  # object ids; None where there is none
    new_blob: str | None = None
    old_mode: str = "100644"  # git's six octal digits; 120000 symlink, 160000 submodule
    new_mode: str = "100644"


@dataclass(frozen=True, slots=True)
class Change:
    """A commit, or a whole pull request, as of the moment `at`: nothing later than `at` may be known of it."""

    sha: str  # head
    base: str  # what head is compared with: the first parent, or the merge base of a pull request; "" for a root
    author: str  # lower-case e-mail after .mailmap, as the commit says; "" when nobody vouches for it
    at: datetime  # aware
    title: str  # first line of the message, or the title of the pull request
    message: str  # everything after it
    files: tuple[FileChange, ...]
    name: str = field(default="", kw_only=True)  # of the author, lower case, after .mailmap; "" when not known
    # the newest landed commits that a forge says are its author's: they alone tell who that is, whatever `author` says;
    # none: somebody new here. None: no forge was asked, and `author` is believed, as that of a landed commit is
    attested: tuple[str, ...] | None = field(default=None, kw_only=True)

    @property
    def places(self) -> list[str]:
        """Every path it touches: a file moved out of a folder has changed that folder."""
        return [path for file in self.files for path in (file.path, file.old_path) if path is not None]
