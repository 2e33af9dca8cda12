"""The training table as it could have been made at a moment: nothing in it was learned later."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.history.index import History
from scoring.incidents import YEAR
from scoring.ranking.quantiles import rolling

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Times = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
MATURITY = 30 * 86400  # a younger change without a label is not yet clean
RATIO = 5  # negatives for each positive, in training only


@dataclass(frozen=True, slots=True)
class Dataset:
    """All changes of one repository in landing order; arrays are parallel, times in seconds since 1970."""

    name: str
    columns: tuple[str, ...]
    shas: tuple[str, ...]
    at: Times
    raw: Floats  # (changes, columns)
    quantile: Floats  # the same cells as ranks among the changes before
    known_at: Times  # when the first label within a year became known; NEVER when none
    ever_at: Times  # when the first label at all became known, however late; NEVER when none
    severe: Flags  # blamed by two or more later changes within a year

    @property
    def inducing(self) -> Flags:
        """Which changes were reverted or fixed within a year, as known today."""
        return self.known_at < NEVER

    def cut(self, share: float) -> int:
        return int(len(self.shas) * share)

    def imputed(self, column: str, there: Flags, cut: int) -> "Dataset":
        """The table with the mean of the rows before `cut` in the cells of a column that are not `there`."""
        raw, place = self.raw.copy(), self.columns.index(column)
        known = raw[:cut][there[:cut], place]
        raw[~there, place] = known.mean() if len(known) else 0.0
        return replace(self, raw=raw)

    def digest(self) -> str:
        """A hash of everything a model or a measure reads."""
        digest = hashlib.sha256("\n".join((self.name, *self.columns, *self.shas)).encode())
        for part in (self.at, self.raw, self.known_at, self.severe):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()[:16]


def collect(history: History, name: str, *, faults_only: bool = False) -> Dataset:
    """The table of an index that is up to date.

    `faults_only` leaves out reverts that name a reason which is no fault. Raises ScoringError when the index is empty.
    """
    changes = history.changes()
    if not changes:
        raise ScoringError(f"{name} has no commits to learn from.")
    at = np.array([change.at for change in changes], dtype=np.int64)
    known = np.full(len(changes), NEVER, dtype=np.int64)
    ever = known.copy()
    times = np.zeros(len(changes), dtype=np.int64)
    severe = np.zeros(len(changes), dtype=bool)
    grave = history.severe()
    for row, label in history.labels():
        if faults_only and not label.fault:
            continue
        ever[row] = min(ever[row], label.known_at)
        if 0 <= label.known_at - at[row] <= YEAR:
            known[row] = min(known[row], label.known_at)
            times[row] += 1
        severe[row] |= label.kind == "incident" and label.evidence in grave
    raw = history.matrix()
    severe &= known < NEVER
    columns = tuple(feature.name for feature in history.features)
    shas = tuple(change.sha for change in changes)
    return Dataset(name, columns, shas, at, raw, rolling(raw), known, ever, severe | (times >= 2))


def training_rows(
    data: Dataset, cut: int, now: int | None = None, *, late: bool = False
) -> tuple[NDArray[np.intp], Flags]:
    """The rows before `cut` that may train at moment `now` (default: when row `cut` landed) and their labels.

    A fault found after that moment counts as none: nobody knew. `late` also counts those found more than a year after
    they landed.
    """
    moment = int(data.at[min(cut, len(data.at) - 1)]) if now is None else now
    label = (data.ever_at if late else data.known_at)[:cut] < moment
    ripe = label | (data.at[:cut] <= moment - MATURITY)
    rows = np.flatnonzero(ripe)
    return rows, label[rows]


def resample(rows: NDArray[np.intp], label: Flags, seed: int = 7) -> tuple[NDArray[np.intp], Flags]:
    """Keep every positive and at most RATIO negatives for each, the same ones for the same seed."""
    negatives = np.flatnonzero(~label)
    wanted = RATIO * int(label.sum())
    if len(negatives) > wanted:
        negatives = np.random.default_rng(seed).choice(negatives, wanted, replace=False)
    chosen = np.sort(np.concatenate([np.flatnonzero(label), negatives]))
    return rows[chosen], label[chosen]


def require_apart(tables: Sequence[Dataset]) -> None:
    """Raise ScoringError when two tables share history: one would leak into the other."""
    seen: dict[str, str] = {}
    for table in tables:
        for sha in {table.shas[0], table.shas[-1]}:
            if sha in seen:
                raise ScoringError(f"{seen[sha]} and {table.name} share history; leave one of them out.")
            seen[sha] = table.name
