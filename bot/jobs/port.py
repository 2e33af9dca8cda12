"""What codechill needs of a job queue: durable, at least once, one job at a time for each key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added. Larger `priority` first; of those with the same `dedupe` that wait, one will do."""

    kind: str
    payload: Mapping[str, Any]
    key: str
    run_at: datetime
    dedupe: str | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job in the hands of one worker. `attempts` counts this one: 1 the first time."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    key: str
    attempts: int
    worker: str


@dataclass(frozen=True, slots=True)
class Dead:
    """A job that was given up: shown to the operator until somebody revives or removes it."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    key: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A job as an operator sees it: `state` is waiting, running or dead; `error` what went wrong last, if anything."""

    id: int
    kind: str
    key: str
    state: str
    attempts: int
    run_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Depth:
    """How many jobs there are of each sort, and how long the oldest due one has waited, in seconds."""

    waiting: int
    running: int
    dead: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Jobs of one kind and state: how many, how many of them failed before, and when the oldest of them was due."""

    kind: str
    state: str
    number: int
    tried: int
    oldest: datetime


class JobQueue(Protocol):
    """Jobs of one key never overlap; of those due, the oldest runs first, and a job to be tried again keeps its place.

    A job whose worker went silent for longer than its lease is given to another worker. A thread that found nothing
    looks again when it is woken, and after `poll` seconds in any case.
    """

    @property
    def poll(self) -> float: ...

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` whenever there may be a job that other processes added, until what is returned is called."""
        ...

    def add(self, job: NewJob, connection: sa.Connection | None = None) -> bool:
        """Add a job, in the caller's transaction when there is one. Larger `priority` first.

        False: a job with the same `dedupe` waits already and will do; it runs no later than this one would have.
        """
        ...

    def add_all(self, new: Sequence[NewJob], connection: sa.Connection) -> tuple[bool, ...]:
        """The same for many, in the order given and in the caller's transaction."""
        ...

    def claim(self, worker: str, now: datetime, lease: timedelta) -> Job | None:
        """Take the next job that may run; None when there is none."""
        ...

    def heartbeat(self, job: Job, now: datetime, lease: timedelta) -> bool:
        """Keep the job. False: the lease ran out and it is not ours any more."""
        ...

    def finish(self, job: Job) -> bool:
        """Done. False: the lease ran out before."""
        ...

    def retry(self, job: Job, at: datetime, error: str) -> bool:
        """Run it again, not before `at`."""
        ...

    def bury(self, job: Job, error: str) -> bool:
        """Give it up, visibly."""
        ...

    def dead(self, limit: int = 100) -> tuple[Dead, ...]:
        """Jobs given up, newest first."""
        ...

    def listed(self, state: str | None, limit: int | None) -> tuple[Listed, ...]:
        """Jobs of one state, or all, newest first."""
        ...

    def tally(self) -> tuple[Tally, ...]:
        """Every kind and state that there is, by kind."""
        ...

    def tried(self, attempts: int, limit: int) -> tuple[Listed, ...]:
        """Waiting jobs that were tried so often already, in vain; those that were due first come first."""
        ...

    def drop(self, job_id: int, connection: sa.Connection | None = None) -> bool:
        """Remove a dead job. False: there is none of that number."""
        ...

    def failing(self, attempts: int) -> int:
        """How many waiting jobs were tried so often already, in vain."""
        ...

    def revive(self, job_id: int, now: datetime, connection: sa.Connection | None = None) -> bool:
        """Let a dead job run again, with its attempts forgotten."""
        ...

    def recall(self, now: datetime, longest: timedelta) -> int:
        """Let everything that was put off run now, and end leases that outlast `longest`; returns how many.

        For when the clock was wrong: who gave a time by it may have meant a moment that is past, or far ahead.
        """
        ...

    def depth(self, now: datetime) -> Depth: ...
