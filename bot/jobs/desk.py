"""Who does which kind of job, and how often the clock asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.jobs.kinds import JOBS, PULL, Kind, Row, Unknown
from bot.jobs.port import Job

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Beat:
    """A kind that is due again and again, with the payload that it has by itself."""

    kind: Row
    every: timedelta

    def bucket(self, now: datetime) -> datetime:
        """The beginning of the stretch of time that `now` lies in: the same for every process."""
        seconds = self.every.total_seconds()
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)


def beats(operators: Mapping[str, timedelta], rows: tuple[Row, ...] = JOBS) -> tuple[Beat, ...]:
    """How often the clock puts what into the queue: as the operator says by name, else as the row does; zero: never."""
    often = {row: operators.get(row.name, row.every) for row in rows if row.every is not None}
    return tuple(Beat(row, every) for row, every in often.items() if every)


@dataclass(frozen=True)
class Desk:
    """Hands each job to its handler. `handlers` is by kind; one that is missing is said when the server begins."""

    handlers: Mapping[str, Callable[[Job], None]]
    rows: tuple[Row, ...] = JOBS
    kinds: Mapping[str, Row] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", {row.name: row for row in self.rows})
        if self.handlers.keys() != self.kinds.keys():
            raise ValueError(f"handlers and JOBS differ: {sorted(self.handlers.keys() ^ self.kinds.keys())}")

    def handle(self, job: Job) -> None:
        """Raises Unknown, and what the handler raises."""
        if job.kind not in self.kinds:
            raise Unknown(f"no job of this version of codechill: {job.kind}")
        self.handlers[job.kind](job)

    def hopeless(self, job: Job, error: Exception) -> bool:
        return isinstance(error, self._of(job).hopeless)

    def final(self, job: Job, error: Exception) -> bool:
        return isinstance(error, self._of(job).final)

    def limit(self, job: Job) -> timedelta:
        return self._of(job).limit

    def _of(self, job: Job) -> Row:
        return self.kinds.get(job.kind, PULL)


def handler(kind: Kind[P], do: Callable[[P], None]) -> tuple[str, Callable[[Job], None]]:
    """An entry for Desk: the payload as its kind has it."""
    return kind.name, lambda job: do(kind.load(job.payload))
