"""What claims may look at, gathered from git and from the index as of the moment of the change."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol

from scoring.change import Change
from scoring.claims.claim import Known, is_code
from scoring.claims.count import Counted, count
from scoring.claims.past import USUAL, Past, read
from scoring.facts.lines import LineCounts
from scoring.git import Git
from scoring.history.patch import Lines
from scoring.history.patch import read as read_patch


class Archive(Protocol):
    """What keeps a history; `History` is one."""

    @property
    def git(self) -> Git: ...

    @property
    def first_parent(self) -> bool:
        """Say whether merges are read as landings of whole branches."""

    def repaired(self) -> Mapping[str, str]:
        """Each change that was at fault, and the change that says so."""

    def medians(self, shas: Sequence[str]) -> Mapping[str, float]:
        """The median of each column over these changes."""


class Witness:
    """Tells what is known of changes of one history; what landed up to one commit is read once."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: tuple[str, Past, Mapping[str, float]] | None = None

    def known(
        self, change: Change, lines: Sequence[LineCounts], *, tip: str, tier: int = 0,
        patch: Mapping[str, Lines] | None = None,
    ) -> Known:  # fmt: skip
        """What is known of a change when `tip` is the newest commit that landed ("" for none).

        `patch` are its lines where they were read already.
        """
        past, usual = self._landed(tip)
        files = tuple(zip(change.files, lines, strict=True))

        @cache
        def counted() -> Counted:
            git = self._archive.git
            return count(
                git, change, patch or read_patch(git, change), [file for file in change.files if is_code(file)]
            )

        return Known(change, files, past, usual, counted, tier)

    def _landed(self, tip: str) -> tuple[Past, Mapping[str, float]]:
        if self._read is None or self._read[0] != tip:
            archive = self._archive
            past = read(archive.git, tip, archive.repaired(), landings=archive.first_parent)
            self._read = tip, past, archive.medians([each.sha for each in past.changes[:USUAL]])
        return self._read[1:]
