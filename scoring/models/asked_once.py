"""An expensive model, asked once for each change: what it said is kept by the change and the hash of its graph."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scoring.errors import ScoringError
from scoring.models.card import Card
from scoring.models.model import Floats, Model, Rows

FILE = "logits.sqlite"
_TABLE = "CREATE TABLE IF NOT EXISTS logit(model TEXT, change TEXT, value REAL, PRIMARY KEY(model, change))"


class TooSlow(ScoringError):
    """A model used up the time of one assessment; what it said until then is kept, so that the next goes on there."""


class AskedOnce:
    """Stands for `model`; keeps what it says in `folder` and stops it after `limit` seconds of one call.

    Safe to kill at any time. One thread at a time.
    """

    def __init__(self, model: Model, folder: Path, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._limit, self._clock = model, limit, clock
        self._db = sqlite3.connect(folder / FILE, check_same_thread=False, isolation_level=None, timeout=30)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS logit(model TEXT, change TEXT, value REAL, PRIMARY KEY(model, change))"
        )

    @property
    def card(self) -> Card:
        return self._model.card

    def logits(self, rows: Rows) -> Floats:
        """One log-odds a row. Raises TooSlow."""
        until = self._clock() + self._limit
        return np.array([self._of(rows.one(place), until) for place in range(len(rows))], dtype=np.float64)

    def _of(self, row: Rows, until: float) -> float:
        named = (self.card.onnx_sha256, row.key(0))
        known = self._db.execute("SELECT value FROM logit WHERE model=? AND change=?", named).fetchone()
        if known is not None:
            return float(known[0])
        if self._clock() > until:
            raise TooSlow(
                f"The model {self.card.id} needs more than {self._limit:.0f} s for the changes that this one is ranked "
                "among; what it said is kept, so try again and it goes on from there."
            )
        said = float(self._model.logits(row)[0])
        if named[1]:
            self._db.execute("INSERT OR REPLACE INTO logit VALUES(?,?,?)", (*named, said))
        return said
