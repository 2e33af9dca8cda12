"""Score changes of one repository: the one entry the server uses. Needs onnxruntime and numpy, no training library."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Assessment, Suggestion
from scoring.calibration import Calibration, rebase
from scoring.change import Change
from scoring.explain import ablate, reasons
from scoring.features.quantiles import WINDOW, ranks, rolling, window
from scoring.history.index import History, Progress
from scoring.history.lines import LineCounts
from scoring.history.read import lines_of
from scoring.models.design import design
from scoring.models.loaded import Loaded, load

SHIPPED = Path(__file__).resolve().parent.parent / "deploy" / "models" / "shipped"
Clock = Callable[[], datetime]
Matrix = NDArray[np.float32]


def _now() -> datetime:
    return datetime.now(UTC)


class Scorer:
    """Scores against the index kept in `state`; models come from `shipped` and, when there, `state/own`.

    `people` off keeps every feature that speaks of a person at its usual value. Raises ScoringError for bad input.
    """

    def __init__(
        self, repository: Path, state: Path, *, shipped: Path = SHIPPED, people: bool = True, clock: Clock = _now
    ) -> None:
        self.repository = repository
        self.history = History(repository, state)
        self.shipped = load(shipped)
        self.people = people
        self.clock = clock
        self._reference: tuple[tuple[str, int], Matrix, NDArray[np.float64], Calibration] | None = None

    def refresh(self, tip: str, *, progress: Progress | None = None) -> None:
        """Bring the index up to commit `tip`: fast when already there, and safe to kill or to run twice at once."""
        self.history.refresh(tip, now=int(self.clock().timestamp()), progress=progress)

    def assess(self, change: Change, *, critical: Mapping[str, int] | None = None) -> Assessment:
        """Return the risk of a change; one that is in the index already is seen as of the moment it landed."""
        row = self.history.row_of(change.sha)
        lines = lines_of(self.repository, change)
        facts = self.history.facts(change, lines, int(change.at.timestamp()))
        vector = self.history.vector(facts) if row is None else self.history.matrix(row, row + 1)[0]
        raw, scores, calibration = self._look_back(len(self.history) if row is None else row)
        usual = np.median(raw, axis=0) if len(raw) else vector.copy()
        if not self.people:
            vector = self._impersonal(vector, usual)

        def score(rows: Matrix) -> NDArray[np.float64]:
            return self._logits(self.shipped, rows, ranks(rows, raw))

        logit = float(score(vector[None, :])[0])
        why = reasons(self.history.features, facts, vector, usual, ablate(vector, usual, score))
        assessed = Assessment(
            sha=change.sha,
            at=change.at,
            percentile=_percentile(logit, scores),
            probability=float(calibration.probability(np.array([logit]))[0]),
            base_rate=self._base_rate(),
            reasons=why,
            suggestions=(),
            model=self.shipped.card.id,
            reference=len(scores),
            labelled=self.history.labelled(),
            features={f.name: float(v) for f, v in zip(self.history.features, vector, strict=True)},
        )
        return replace(
            assessed, suggestions=() if row is not None else self._suggest(change, lines, assessed.percentile)
        )

    def _logits(self, model: Loaded, raw: Matrix, quantile: Matrix) -> NDArray[np.float64]:
        names = [feature.name for feature in self.history.features]
        return model.logits(design(model.card.columns, names, raw, quantile))

    def _look_back(self, row: int) -> tuple[Matrix, NDArray[np.float64], Calibration]:
        """Return the recent changes before `row`, their scores in ascending order, and the calibration they give."""
        first, last = window(row)
        last = last or row  # a young repository: better its few changes than none
        key = (self.history.tip, row)
        if self._reference is None or self._reference[0] != key:
            start = max(0, first - WINDOW)
            everything = self.history.matrix(start, last)
            recent = everything[first - start :]
            quantile = rolling(everything, first - start) if len(everything) else everything
            if not self.people and len(recent):
                recent = self._impersonal(recent, np.median(recent, axis=0))
            scores = self._logits(self.shipped, recent, quantile)
            calibration = rebase(scores, self._base_rate()) if len(scores) >= 100 else self.shipped.card.calibration
            self._reference = key, recent, np.sort(scores), calibration
        return self._reference[1:]

    def _base_rate(self) -> float:
        # twenty imagined changes at the shipped model's rate, so that a young repository is neither perfect nor doomed
        n, bad = len(self.history), self.history.labelled()
        return (bad + 20 * self.shipped.card.base_rate) / (n + 20)

    def _impersonal(self, vector: Matrix, usual: Matrix) -> Matrix:
        personal = np.array([feature.person for feature in self.history.features])
        return np.where(personal, usual, vector).astype(np.float32)

    def _suggest(self, change: Change, lines: tuple[LineCounts, ...], percentile: float) -> tuple[Suggestion, ...]:
        return ()


def _percentile(logit: float, scores: NDArray[np.float64]) -> float:
    if not len(scores):
        return 0.5
    below = np.searchsorted(scores, logit, "left") + np.searchsorted(scores, logit, "right")
    return float(below / (2 * len(scores)))
