"""What landed on the branch, in order, as the index remembers it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.facts.wording import Ids
from scoring.history.index import History
from scoring.models.corpus import text_at
from scoring.ranking.gating import Parts
from scoring.text.record import Record


@dataclass(frozen=True, slots=True)
class Landing:
    """One change that reached the branch: a commit, or a whole merged branch."""

    row: int  # its place in the index
    sha: str
    at: datetime  # when it landed: UTC, never before the landing before it
    author: int  # a number, never a name; NOBODY for a program
    title: str  # from outside: escape when shown
    paths: tuple[str, ...]


def _unread(_: object) -> NoReturn:
    raise ScoringError("Here only numbers are known of landings.")


@dataclass(frozen=True, slots=True)
class Past:
    """Every landing, and the features each had when it landed; rows of both run parallel."""

    landings: tuple[Landing, ...]
    columns: tuple[str, ...]
    raw: NDArray[np.float32]  # (landings, columns)
    parts: Parts  # of landings, scored in their place
    repaired: Mapping[str, str] = field(default_factory=dict)  # a landing at fault -> the one that says so
    words: Callable[[Sequence[int]], Sequence[Ids]] = _unread  # of landings, for models that read words
    text: Callable[[int], Record] = _unread

    @property
    def at(self) -> NDArray[np.int64]:
        """Landing times in seconds since 1970."""
        return np.array([int(landing.at.timestamp()) for landing in self.landings], dtype=np.int64)

    def column(self, name: str) -> NDArray[np.float64]:
        """One feature of every landing."""
        return np.asarray(self.raw[:, self.columns.index(name)], dtype=np.float64)


def read_past(history: History) -> Past:
    """Everything that landed; the index must be up to date, made with `first_parent`, and stay open."""
    rows = history.store.db.execute(
        "SELECT row, sha, at, author, title, paths FROM seen WHERE row IS NOT NULL ORDER BY row"
    )
    landings = tuple(
        Landing(row, sha, datetime.fromtimestamp(at, UTC), author, title, _paths(paths))
        for row, sha, at, author, title, paths in rows
    )
    columns = tuple(feature.name for feature in history.features)
    parts, repaired = history.parts(), history.repaired()
    return Past(landings, columns, history.matrix(), parts, repaired, history.words, lambda row: text_at(history, row))


def _paths(joined: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(path) for path in joined.split(b"\0") if path)
