"""Read the signs of drift once a day, keep them, and have challengers fitted when one begins to alarm."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import structlog
from numpy.typing import NDArray

from bot.jobs.kinds import RETRAIN_ONE, OfRepository, Training
from bot.jobs.port import JobQueue
from bot.learning import signals
from bot.learning.learned import Learned
from bot.learning.retrain import gates_in_use
from bot.learning.signals import Reading
from bot.store import KnownSign
from scoring.history.dataset import NEVER, Times
from scoring.history.index import History
from scoring.models.design import learned

_log = structlog.get_logger(__name__)
OF_THE_CHANGE = frozenset({"size", "content", "diffusion"})  # families of features
RETRAINED_ON = frozenset({"scores", "features", "calibration"})  # what another model could mend

Opened = Callable[[int], AbstractContextManager[History | None]]


@dataclass(frozen=True, slots=True)
class DriftWatch:
    """`repository` is a handler of jobs; it needs outcomes that are up to date."""

    learned: Learned
    queue: JobQueue
    history: Opened
    clock: Callable[[], datetime]

    def repository(self, job: OfRepository) -> None:
        now = self.clock()
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        readings = list(self._readings(job.repository_id, now))
        signs = [
            KnownSign(
                job.repository_id, each.key, day, each.value, each.limit, each.n, each.alert, each.words, each.fix
            )
            for each in readings
        ]
        began = {sign.sign for sign in self.learned.drift.save(signs, at=now)}
        for each in readings:
            if each.key in began:
                _log.warning("drift.began", repository=job.repository_id, sign=each.key, words=each.words, fix=each.fix)
        reasons = sorted({each.name for each in readings if each.key in began} & RETRAINED_ON)
        if reasons:
            self.queue.add(RETRAIN_ONE.new(Training(job.repository_id, f"drift of {', '.join(reasons)}"), now))

    def _readings(self, repository_id: int, now: datetime) -> Iterator[Reading]:
        outcomes = self.learned.outcomes.of(repository_id)
        if outcomes:
            model = max(outcomes, key=lambda row: row.assessed_at).model
            yield signals.scores_moved([value for *_, value in self.learned.models.said(repository_id, model)])
        for gate in gates_in_use(self.learned.configurations, repository_id, now):
            yield signals.share_held(outcomes, gate)
        yield signals.calibration(outcomes, now)
        with self.history(repository_id) as history:
            if history is not None and len(history):
                with history.store.reading():
                    names, values = newest_values(history)
                    at, known_at = labelled(history)
                yield signals.features_moved(names, values)
                yield signals.labels_arrive(at, known_at, int(now.timestamp()))


def newest_values(history: History) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The features that models learn from and that speak of the change itself, of the newest changes.

    What its place has seen before it, and how fast all of it goes, never stands still: of these some always moved.
    """
    size = len(history)
    columns = [n for n, each in enumerate(history.features) if learned(each.name) and each.family in OF_THE_CHANGE]
    values = history.matrix(max(0, size - signals.REFERENCE - signals.NEWEST), size)[:, columns]
    return tuple(history.features[n].name for n in columns), values


def labelled(history: History) -> tuple[Times, Times]:
    """When changes landed, and when each was first known to be at fault."""
    at = np.array([change.at for change in history.changes()], dtype=np.int64)
    known_at = np.full(len(at), NEVER, dtype=np.int64)
    for row, label in history.labels():
        if label.fault:
            known_at[row] = min(known_at[row], label.known_at)
    return at, known_at
