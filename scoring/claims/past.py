"""What landed lately, as `git log` lists it: who changed what when, and which of it was taken back or repaired."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scoring.facts.people import Who
from scoring.git import Git

LOOKED_AT = 3000  # commits, merges included: what is further back is not told
LAST = 20  # changes to one place that a sentence counts among
USUAL = 500  # changes that say what is usual here


@dataclass(frozen=True, slots=True)
class Landed:
    """One commit of the past."""

    sha: str
    merge: bool
    at: int  # committer's clock, seconds since 1970
    who: Who
    paths: tuple[str, ...]  # none for a merge; both names of a rename


@dataclass(frozen=True)
class Past:
    """The newest commits, newest first, and what is known of them."""

    landed: tuple[Landed, ...]
    whole: bool  # nothing older was left out
    repaired: Mapping[str, str] = field(default_factory=dict)  # a change -> the commit that says it was at fault

    @cached_property
    def changes(self) -> tuple[Landed, ...]:
        """All but merges."""
        return tuple(each for each in self.landed if not each.merge)

    @cached_property
    def at_fault(self) -> dict[str, str]:
        """What was at fault, and which of the commits looked at says so."""
        here = {each.sha for each in self.landed}
        return {sha: by for sha, by in self.repaired.items() if sha in here and by in here}

    def of(self, place: str, most: int = LAST) -> tuple[Landed, ...]:
        """The last changes to a file, or to a folder named with "/" at its end, newest first."""
        return tuple(self._by_place.get(place, ())[:most])

    @cached_property
    def _by_place(self) -> Mapping[str, list[Landed]]:
        """The changes to each file and folder, in one pass: a change may have thousands of files to ask of."""
        changes: dict[str, list[Landed]] = {}
        for each in self.changes:
            folders = {path[: end + 1] for path in each.paths for end, char in enumerate(path) if char == "/"}
            for place in folders.union(each.paths):
                changes.setdefault(place, []).append(each)
        return changes

    def reaches(self, moment: int) -> bool:
        """Say whether everything that landed since `moment` was looked at."""
        return self.whole or min((each.at for each in self.landed), default=moment) < moment


def read(git: Git, tip: str, repaired: Mapping[str, str], *, landings: bool = False, most: int = LOOKED_AT) -> Past:
    """The newest commits that `tip` ("" for none) stands on, itself included. Raises ScoringError.

    Paths are those of `git log --name-only --no-renames`. With `landings` only first parents are followed, and a merge
    is a change that brought all of its branch.
    """
    if not tip:
        return Past((), whole=True)
    # hostile text was fixed before this token was drawn, so it cannot imitate the separator
    token = secrets.token_hex(24)
    walk = ("--first-parent", "-m") if landings else ()
    log = git.run(
        "log", "-z", *walk, f"--max-count={most + 1}", "--name-only", "--no-renames", "--encoding=UTF-8", "-O/dev/null",
        f"--format={token}%x00%H%x00%P%x00%ct%x00%aN%x00%aE%x00", tip, "--",
    )  # fmt: skip
    changes = [_landed(piece, landings) for piece in log.split(token.encode())[1:]]
    return Past(tuple(changes[:most]), len(changes) <= most, repaired)


def _landed(piece: bytes, landings: bool) -> Landed:
    _, sha, parents, at, name, address, *paths = piece.split(b"\0")
    names = tuple(os.fsdecode(path.removeprefix(b"\n")) for path in paths if path.strip(b"\n"))
    return Landed(sha.decode(), b" " in parents and not landings, int(at or 0), _who(name, address), names)


def _who(name: bytes, address: bytes) -> Who:
    return name.decode("utf-8", "replace").strip().lower(), address.decode("utf-8", "replace").strip().lower()
