"""A clock that is moved from one event to the next; whatever is due between them is done at its own time."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.clock.edges import KnownEdges
from bot.demo.stage import Stage
from bot.jobs.kinds import FOLLOW, MEASURE
from bot.jobs.port import Job
from bot.store.tables import jobs

HOP = timedelta(days=1)  # what comes round every few minutes in life comes round once a day here
# outcomes and drift are read once a week, not once a day; longer than a week nothing is remembered to have come round
ROUNDS = {FOLLOW.name: timedelta(days=7), MEASURE.name: timedelta(days=7)}


@dataclass
class Moved:
    """What the App and the forge are told the time by."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Time:
    """Moves the clock over a stage whose jobs are done here, one after the other. `rounds`: of what comes round more
    seldom than every `hop`."""

    here: Stage
    clock: Moved
    hop: timedelta = HOP
    rounds: Mapping[str, timedelta] = field(default_factory=lambda: ROUNDS)
    spent: Counter[str] = field(default_factory=Counter)  # seconds in jobs, by kind
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        store, inner = self.here.app.store, self.here.app.worker._handle
        self.edges = KnownEdges(store.configurations, store.freezes)

        def handle(job: Job) -> None:
            began = time.perf_counter()
            try:
                inner(job)
            finally:
                self.spent[job.kind] += time.perf_counter() - began  # type: ignore[assignment]
                self.done[job.kind] += 1

        self.here.app.worker._handle = handle
        schedule = self.here.app.schedule
        schedule._beats = tuple(
            replace(beat, every=max(beat.every, self.rounds.get(beat.kind.name, self.hop))) for beat in schedule._beats
        )

    def until(self, moment: datetime) -> list[datetime]:
        """Go there; returns the edges of windows on the way."""
        passed = []
        while self.clock.now < moment:
            hop = self._hop()
            edges = {one.at.astimezone(UTC) for one in self.edges(self.clock.now, min(hop, moment))}
            point = min(moment, hop, *edges, *self._due())
            self.clock.now = point
            if point == hop or point in edges:
                self.here.app.schedule.look()
                passed += [point] * (point in edges)
            self.settle()
        return passed

    def settle(self) -> None:
        """Everything that is due is done, and told."""
        box, worker = self.here.sandbox, self.here.app.worker
        while box.settle() and worker.run_one():
            pass

    def _hop(self) -> datetime:
        seconds = self.hop.total_seconds()
        return datetime.fromtimestamp((self.clock.now.timestamp() // seconds + 1) * seconds, UTC)

    def _due(self) -> tuple[datetime, ...]:
        """When the next job may run that waits for its time."""
        query = sa.select(sa.func.min(jobs.c.run_at)).where(jobs.c.state == "waiting", jobs.c.run_at > self.clock.now)
        with self.here.app.store.read() as connection:
            at: Any = connection.scalar(query)
        return () if at is None else (at,)
