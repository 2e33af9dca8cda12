"""Measure models on a repository's own past, as of each moment: a job, for the page that nobody waits for.

Every landing is scored by models that knew what was known then, the same replay as `codechill backtest`, on the index
that serves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from bot.backtest.curve import curve
from bot.backtest.landings import Past, read_past
from bot.backtest.models import unknowing
from bot.backtest.outcomes import Outcomes, read_outcomes
from bot.backtest.places import folder, group, language
from bot.backtest.scores import Scores, score
from bot.jobs.kinds import MEASURE_ONE, Nothing, OfRepository
from bot.jobs.port import JobQueue
from bot.learning.follow import RIPE
from bot.learning.learned import Learned
from bot.learning.registry import Registry
from bot.learning.retrain import gates_in_use
from bot.policy.standing.level import among_riskiest
from bot.store import Measurement
from scoring.errors import ScoringError
from scoring.history.index import History
from scoring.learning.rates import Rate
from scoring.models.card import Card

_log = structlog.get_logger(__name__)
EVERY = timedelta(days=7)
LEAST = 300  # landings that can be scored, below which nothing is measured
BANDS = 10
GROUPS = 8  # the largest ones; the others together
LABELS = 50  # the newest that are shown with their evidence
OTHERS = "all others"


@dataclass(frozen=True, slots=True)
class Measure:
    """`everything` and `repository` are handlers of jobs."""

    learned: Learned
    queue: JobQueue
    registry: Registry
    history: Callable[[int], AbstractContextManager[History | None]]
    clock: Callable[[], datetime]

    def everything(self, _: Nothing) -> None:
        """Put into the queue what is a week old, or was never measured."""
        for one in self.learned.repositories.all():
            last = self.learned.measurements.newest(one.id)
            if last is None or last.at <= self.clock() - EVERY:
                self.queue.add(MEASURE_ONE.new(OfRepository(one.id), self.clock()))

    def repository(self, job: OfRepository) -> None:
        """Where there is too little to measure, that is what is kept."""
        with self.history(job.repository_id) as history:
            if history is None or not len(history):
                return
            gate = gates_in_use(self.learned.configurations, job.repository_id, self.clock())[0]
            try:
                figures = self._figures(job.repository_id, history, gate)
            except ScoringError as error:
                figures = {"why_not": str(error)}
        self.learned.measurements.save(Measurement(job.repository_id, self.clock(), figures))
        _log.info("learning.measured", repository=job.repository_id, words=figures.get("why_not", "done"))

    def _figures(self, repository_id: int, history: History, gate: float) -> dict[str, Any]:
        past, outcomes = read_past(history), read_outcomes(history)
        model, knew = unknowing(self.registry.default, outcomes.commits)
        scores = score(past, outcomes, model, knew=knew, name=str(repository_id))
        labels = list(_labels(history, past, outcomes))
        return measured(past, outcomes, scores, gate, self.clock()) | {
            "card": about(model.card, knew=knew), "labels": labels, "labels_known": len(outcomes.by_row),
        }  # fmt: skip


def measured(past: Past, outcomes: Outcomes, scores: Scores, gate: float, now: datetime) -> dict[str, Any]:
    """Captured against gated, calibration, base rate and false alarms of the landings that have matured at `now`.

    Raises ScoringError when there are too few.
    """
    rows = [landing.row for landing in past.landings[scores.first :] if landing.at <= now - RIPE]
    faults = sum(row in outcomes.by_row for row in rows)
    if len(rows) < LEAST or not faults:
        raise ScoringError(
            f"Too little has matured to measure the model here: {len(rows):,} landings can be scored and are "
            f"{RIPE.days} days old or older, {faults} of them known to have been at fault; it takes {LEAST} and one. "
            "It is tried again once a week, and nothing that is decided depends on it."
        )
    return {
        "from": past.landings[rows[0]].at.date().isoformat(),
        "to": past.landings[rows[-1]].at.date().isoformat(),
        "landings": len(rows),
        "faults": faults,
        "base_rate": round(float(scores.base_rate[rows[-1]]), 5),
        "gate": gate,
        "curve": curve(scores, outcomes, rows),
        "bands": list(bands(scores.probability, outcomes, rows)),
        "alarms": {
            "author": alarms(rows, scores, outcomes, gate, lambda row: _class_of(scores, past, row)),
            "path": alarms(rows, scores, outcomes, gate, lambda row: folder(past.landings[row].paths)),
            "language": alarms(rows, scores, outcomes, gate, lambda row: language(past.landings[row].paths)),
        },
    }


def _class_of(scores: Scores, past: Past, row: int) -> str:
    """Newcomer, regular or program: of nobody in particular."""
    return group(float(scores.before[row]), past.landings[row].author)


def bands(probability: NDArray[np.float64], outcomes: Outcomes, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Ten bands of equal size from the least to the most likely: what was expected and what was seen."""
    known = np.array([row for row in rows if not np.isnan(probability[row])], dtype=np.intp)
    ordered = known[np.argsort(probability[known], kind="stable")]
    for band in np.array_split(ordered, BANDS):
        seen = Rate(sum(int(row) in outcomes.by_row for row in band), len(band))
        yield {
            "landings": seen.whole, "expected": round(float(probability[band].mean()), 5) if len(band) else None,
            "faults": seen.part, "observed": _rounded(seen.value), "low": _rounded(seen.low),
            "high": _rounded(seen.high),
        }  # fmt: skip


def alarms(
    rows: Sequence[int], scores: Scores, outcomes: Outcomes, gate: float, name_of: Callable[[int], str]
) -> list[dict[str, Any]]:
    """By group: how many landings, how many of them are among the riskiest `gate`, and how many of these had nothing
    known against them. The largest groups; the others together."""
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        held = among_riskiest(float(scores.percentile[row]), gate)
        line = counted[name_of(row)]
        line[0] += 1
        line[1] += held
        line[2] += held and row not in outcomes.by_row
    names = sorted(counted, key=lambda name: (-counted[name][0], name))
    lines = [(name, counted[name]) for name in names[:GROUPS]]
    rest = [counted[name] for name in names[GROUPS:]]
    if rest:
        lines.append((OTHERS, [sum(line[n] for line in rest) for n in range(3)]))
    return [_alarm(name, *line) for name, line in lines]


def _alarm(name: str, landings: int, held: int, false: int) -> dict[str, Any]:
    rate = Rate(false, landings)
    return {
        "name": name, "landings": landings, "held": held, "false_alarms": false, "rate": _rounded(rate.value),
        "low": _rounded(rate.low), "high": _rounded(rate.high),
    }  # fmt: skip


def _labels(history: History, past: Past, outcomes: Outcomes) -> Iterator[dict[str, Any]]:
    """The newest labels, each with the commit or incident that says so."""
    newest = sorted(outcomes.by_row.values(), key=lambda each: (-each.known_at, each.row))[:LABELS]
    for each in newest:
        landing = past.landings[each.row]
        yield {
            "sha": landing.sha, "title": landing.title, "kind": each.kind, "evidence": each.evidence,
            "evidence_title": each.title, "times": each.times,
            "known_at": datetime.fromtimestamp(each.known_at, UTC).isoformat(),
        }  # fmt: skip


def about(card: Card, *, knew: bool) -> dict[str, Any]:
    """What a model card says, for people. `knew`: it learned from this very history, and was left out."""
    return {
        "id": card.id, "kind": card.kind, "created": card.created, "columns": len(card.columns),
        "purpose": card.purpose, "not_for": card.not_for, "repositories": len(card.sources),
        "changes": sum(each.changes for each in card.sources),
        "base_rate": round(card.base_rate, 5), "parity": card.parity, "monotone": card.monotone, "knew": knew,
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
