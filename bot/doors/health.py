"""How well the work goes: what was given up, what keeps failing, and whether any change ranks high at all."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.jobs.choice import queue_on
from bot.jobs.kinds import PULL
from bot.jobs.port import Job, JobQueue
from bot.store.claims import A_DAY, MOST_A_DAY
from bot.store.engine import reading
from bot.store.tables import claims, pulls, repositories

TRIES = 3  # a job that failed so often is said to be failing
TOP = 0.95  # the share that the mildest of the usual levels holds back lies above it
SEEN = 20  # looks that are remembered
LEAST = 5  # looks before anything is said of them


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many pull requests of a repository have a rank, and how many of these lie among the riskiest 5 %."""

    repository: str
    scored: int
    top: int


@dataclass(frozen=True, slots=True)
class Work:
    """What the database tells of the work. `dead` by kind of job; `failing` are waiting jobs tried in vain so far;
    `floods` are repositories of which so many claims of incidents came in a day that no more are taken in."""

    dead: tuple[tuple[str, int], ...] = ()
    newest: str = ""  # error of the newest dead job
    failing: int = 0
    ranks: tuple[Ranked, ...] = ()
    floods: tuple[tuple[str, int], ...] = ()


def work(engine: sa.Engine, now: datetime | None = None) -> Work:
    """Without the time `now` nothing is said of floods."""
    queue = queue_on(engine)
    dead = queue.dead(limit=1000)
    kinds = sorted({job.kind for job in dead})
    counts = tuple((kind, sum(job.kind == kind for job in dead)) for kind in kinds)
    return Work(counts, dead[0].error if dead else "", queue.failing(TRIES), _ranks(engine), _floods(engine, now))


def _ranks(engine: sa.Engine) -> tuple[Ranked, ...]:
    top = sa.func.sum(sa.case((pulls.c.percentile >= TOP, 1), else_=0))
    query = (
        sa.select(repositories.c.full_name, sa.func.count().label("scored"), top.label("top"))
        .join(repositories, repositories.c.id == pulls.c.repository_id)
        .where(pulls.c.percentile.is_not(None), repositories.c.gone == "")
        .group_by(repositories.c.full_name)
        .order_by(repositories.c.full_name)
    )
    with reading(engine) as connection:
        return tuple(Ranked(row.full_name, row.scored, int(row.top)) for row in connection.execute(query))


def _floods(engine: sa.Engine, now: datetime | None) -> tuple[tuple[str, int], ...]:
    counted = sa.func.count().label("counted")
    query = (
        sa.select(repositories.c.full_name, counted)
        .join(repositories, repositories.c.id == claims.c.repository_id)
        .where(claims.c.came_at > (now or datetime.max.replace(tzinfo=UTC)) - A_DAY)
        .group_by(repositories.c.full_name)
        .having(counted >= MOST_A_DAY)
        .order_by(repositories.c.full_name)
    )
    with reading(engine) as connection:
        return tuple((row.full_name, row.counted) for row in connection.execute(query)) if now else ()


class Looks:
    """The newest looks at pull requests of this process, whichever worker made them."""

    def __init__(self) -> None:
        self._ends: deque[bool] = deque(maxlen=SEEN)
        self._lock = threading.Lock()

    def ended(self, job: Job, outcome: str, seconds: float) -> None:
        """A look that has to wait, or fails the first times, says nothing yet."""
        if job.kind == PULL.name and (outcome != "retried" or job.attempts >= TRIES):
            with self._lock:
                self._ends.append(outcome == "done")

    def well(self) -> bool:
        """False: of the newest looks not one came to its end."""
        with self._lock:
            return len(self._ends) < LEAST or any(self._ends)


def jobs_by_state(queue: JobQueue, now: datetime) -> dict[str, int]:
    """The jobs by state, for whoever asks whether the server is ready."""
    depth = queue.depth(now)
    return {"waiting": depth.waiting, "running": depth.running, "dead": depth.dead, "failing": queue.failing(TRIES)}
