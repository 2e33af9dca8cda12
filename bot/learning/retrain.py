"""Fit challengers on a repository's own past, compare them with the model that serves, and promote what is not worse.

A job by the clock, when asked, and on drift. What it fits it keeps with its figures: tried beside the one that serves,
or refused with why. A tried one that was asked of enough changes for long enough serves from the next look on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from bot.config.repository import ORGANISATION, composed
from bot.jobs.kinds import RETRAIN_ONE, Nothing, Training
from bot.jobs.port import JobQueue
from bot.learning.learned import Learned
from bot.learning.registry import Refused, Registry
from bot.store import Configurations, KnownModel
from scoring.errors import ScoringError
from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.learning.challenge import Comparison, Scored, before, compare, corrected
from scoring.learning.evaluate import unseen
from scoring.learning.train import require_enough, train
from scoring.models.corpus import corpus_of
from scoring.models.model import Corpus, Kind
from scoring.models.registry import KINDS, kind_of

_log = structlog.get_logger(__name__)
GATES = (0.05, 0.10)  # judged at where no window names others
Opened = Callable[[int], AbstractContextManager[History | None]]


@dataclass(frozen=True, slots=True)
class Retrain:
    """`everything` and `repository` are handlers of jobs. `days`: how often by the clock, 0 for never."""

    learned: Learned
    queue: JobQueue
    registry: Registry
    history: Opened
    clock: Callable[[], datetime]
    days: int = 30

    def everything(self, _: Nothing) -> None:
        """Promote what was tried long enough, and put into the queue what is due."""
        for one in self.learned.repositories.all():
            self.advance(one.id)
            if self.days and self._last(one.id) <= self.clock() - timedelta(days=self.days):
                self.queue.add(RETRAIN_ONE.new(Training(one.id, "schedule"), self.clock()))

    def _last(self, repository_id: int) -> datetime:
        """When it was tried last, also where nothing could be fitted: that is no reason to try every day."""
        tries = self.learned.audit.records(repository_id, kind="retraining")
        return max((each.at for each in tries), default=datetime.min.replace(tzinfo=UTC))

    def advance(self, repository_id: int) -> None:
        """Let a tried model serve when it may."""
        for model in self.learned.models.asked(repository_id):
            if model.state == "shadow" and not self.registry.why_not_yet(model):
                try:
                    self.registry.promote(model, "it was not worse, and was tried long enough", by="codechill")
                except Refused as error:
                    self.learned.models.set(model, "refused", str(error), at=self.clock(), by="codechill")

    def repository(self, job: Training) -> None:
        """Fit and compare. What cannot be done is said in the audit log, and tried again when it is due."""
        with self.history(job.repository_id) as history:
            if history is None:
                return
            try:
                added = list(self._challenged(job, history))
            except ScoringError as error:
                self._note(job, str(error))
                return
        words = "; ".join(f"{each.id}: {each.why or 'tried beside the one that serves'}" for each in added)
        self._note(job, words or "no kind of model can be fitted here")

    def _note(self, job: Training, words: str) -> None:
        self.learned.audit.add(
            "retraining", at=self.clock(), repository_id=job.repository_id, because=job.why, words=words
        )
        _log.info("learning.retrained", repository=job.repository_id, because=job.why, words=words)

    def _challenged(self, job: Training, history: History) -> Iterator[KnownModel]:
        with history.store.reading():
            corpus = corpus_of(history, collect(history, str(job.repository_id)))
        require_enough([corpus.table])
        if history.authors() < 2:
            raise ScoringError("a single author wrote this history, and a model of it would describe one person")
        now, gates = (
            int(self.clock().timestamp()),
            gates_in_use(self.learned.configurations, job.repository_id, self.clock()),
        )
        champion = self._champion(job.repository_id, corpus)
        measured = {kind.name: compare(corpus, champion, fitted_at(kind), gates, now) for kind in fittable(job.kinds)}
        best = chosen(measured)
        for name, comparison in measured.items():
            why_not = comparison.why_not or ("" if name == best else f"{best} captured as much or more")
            yield self._keep(job, KINDS[name], corpus, comparison, why_not)

    def _champion(self, repository_id: int, corpus: Corpus) -> Scored:
        """The model that serves, as it would have been when the window began."""
        serves = self.learned.models.champion(repository_id)
        if serves is not None:
            return fitted_at(kind_of(serves.kind))
        return corrected(unseen(self.registry.default, corpus))

    def _keep(self, job: Training, kind: Kind, corpus: Corpus, comparison: Comparison, why_not: str) -> KnownModel:
        name = f"{kind.name}-{self.clock():%Y-%m-%d}-{corpus.table.digest()[:8]}"
        with TemporaryDirectory() as draft:
            folder = Path(draft) / "model"
            train(kind, [corpus], folder, name, f"codechill model retrain --kind {kind.name}")
            return self.registry.add(
                job.repository_id, folder, kind.name, figures(comparison, job.why), refused=why_not
            )


def fitted_at(kind: Kind) -> Scored:
    """A kind of model of the repository alone, fitted on what was known when the window began."""
    return lambda corpus, cut: kind.fit([before(corpus, cut)]).logits(corpus.rows())


def fittable(names: Sequence[str] = ()) -> tuple[Kind, ...]:
    """The kinds that read numbers alone and whose libraries are here: on a server without the train extra, those that
    numpy fits."""
    return tuple(
        kind for name, kind in KINDS.items()
        if kind.by_columns and (not names or name in names) and not missing(kind)
    )  # fmt: skip


def missing(kind: Kind) -> tuple[str, ...]:
    """The libraries that fitting it needs and that are not installed."""
    return tuple(name for name in kind.libraries if find_spec(name) is None)


def chosen(measured: dict[str, Comparison]) -> str:
    """The kind that captured most at the first gate among those that are not worse; "" for none."""
    fit = {name: each for name, each in measured.items() if not each.why_not}
    return max(fit, key=lambda name: (fit[name].gates[0].challenger, name), default="")


def gates_in_use(configurations: Configurations, repository_id: int, now: datetime) -> tuple[float, ...]:
    """The shares that the windows of the repository's branches hold back; GATES where there are none."""
    shares: set[float] = set()
    for each in configurations.in_force(ORGANISATION, {repository_id}):
        config = composed(each, now)
        if config is not None:
            shares |= {window.level.share for window in config.calendar.windows if 0 < window.level.share <= 0.5}
    return tuple(sorted(shares)) or GATES


def figures(comparison: Comparison, because: str) -> dict[str, Any]:
    """A comparison as plain data: shares from 0 to 1."""
    return {
        "because": because,
        "window": asdict(comparison.window),
        "gates": [asdict(gate) for gate in comparison.gates],
        "calibration_error": {"champion": comparison.champion_error, "challenger": comparison.challenger_error},
    }
