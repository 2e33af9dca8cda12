"""Operator: what the server has to do, what it gave up and why, what came in, what is left of limits, and versions."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version

from bot.doctor.here import git_version
from bot.doors.health import TRIES
from bot.forge.limits import Limit
from bot.jobs.choice import queue_on
from bot.jobs.port import Depth, Listed, Tally
from bot.store import KnownFinding
from bot.store.inbox import Arrived, Failed
from bot.web.page import Asked, Stored

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST = 100  # rows of one list; what is left out is counted
LATE_S = 300.0  # seconds: a queue whose oldest due job waits for longer does not keep up
LOW = 0.1  # a share of a limit: less is little
OF_BRANCHES = frozenset({"required", "bypass"})  # checks of the doctor that the organisation's page shows


@dataclass(frozen=True, slots=True)
class Readings:
    depth: Depth
    tally: tuple[Tally, ...]
    failing: tuple[Listed, ...]
    failing_number: int
    dead: tuple[Listed, ...]
    arrived: tuple[Arrived, ...]
    failed: tuple[Failed, ...]
    limits: tuple[Limit, ...]
    findings: tuple[KnownFinding, ...]
    database: tuple[str, str]  # what it is, and the revision of its schema
    models: tuple[tuple[str, int], ...]  # that scored within a week, and how often


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    queue = queue_on(store.audit.engine)
    return Readings(
        depth=queue.depth(now),
        tally=queue.tally(),
        failing=queue.tried(TRIES, MOST),
        failing_number=queue.failing(TRIES),
        dead=queue.listed("dead", MOST),
        arrived=store.inbox.tally(now - DAY),
        failed=store.inbox.newest_failed(MOST),
        limits=store.limits.all(),
        findings=store.findings.all(),
        database=(store.versions.database(), store.versions.schema()),
        models=store.assessments.models(now - WEEK),
    )


# --- what is shown


@dataclass(frozen=True, slots=True)
class Kind:
    """Jobs of one kind. `since` is when the oldest that waits was due; None: none waits."""

    name: str
    waiting: int
    running: int
    dead: int
    tried: int  # of those that wait, how many failed before
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Work:
    """One job. `about` is what it is done for; errors may hold anything: escape them when shown."""

    id: int
    kind: str
    about: str
    attempts: int
    since: datetime  # when it was due last
    error: str


@dataclass(frozen=True, slots=True)
class Left:
    """How much of one limit is left; `renewed`: it began anew since the forge said so."""

    installation_id: int
    account: str  # "": no repository of it is known
    resource: str
    most: int
    remaining: int
    resets_at: datetime
    at: datetime
    renewed: bool

    @property
    def low(self) -> bool:
        return not self.renewed and self.remaining < LOW * self.most


@dataclass(frozen=True, slots=True)
class View:
    depth: Depth
    late: bool
    kinds: tuple[Kind, ...]
    failing: tuple[Work, ...]
    failing_number: int
    dead: tuple[Work, ...]
    deliveries: dict[str, int]  # of a day, by state
    came: int
    again: int  # of those, how many the forge sent more than once
    oldest: datetime | None  # when the oldest of a day came whose work has not ended
    failed: tuple[Failed, ...]
    limits: tuple[Left, ...]
    findings: tuple[KnownFinding, ...]
    versions: tuple[tuple[str, str], ...]

    def waited(self, now: datetime) -> datetime:
        """Since when the oldest due job waits."""
        return now - timedelta(seconds=self.depth.oldest)


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    names = {str(one.id): one.full_name for one in asked.reader.repositories}
    return View(
        depth=readings.depth,
        late=readings.depth.oldest > LATE_S,
        kinds=tuple(_kinds(readings.tally)),
        failing=tuple(_work(job, names) for job in readings.failing),
        failing_number=readings.failing_number,
        dead=tuple(_work(job, names) for job in readings.dead),
        deliveries={one.state: one.number for one in readings.arrived},
        came=sum(one.number for one in readings.arrived),
        again=sum(one.again for one in readings.arrived),
        oldest=next((one.oldest for one in readings.arrived if one.state == "received"), None),
        failed=readings.failed,
        limits=tuple(_left(limit, asked, now) for limit in readings.limits),
        findings=tuple(one for one in readings.findings if one.check not in OF_BRANCHES),
        versions=tuple(_versions(readings)),
    )


def _kinds(tally: tuple[Tally, ...]) -> Iterator[Kind]:
    for name in dict.fromkeys(one.kind for one in tally):
        by_state = {one.state: one for one in tally if one.kind == name}
        count = {state: one.number for state, one in by_state.items()}
        waiting = by_state.get("waiting")
        yield Kind(
            name,
            count.get("waiting", 0),
            count.get("running", 0),
            count.get("dead", 0),
            waiting.tried if waiting else 0,
            waiting.oldest if waiting else None,
        )


def _work(job: Listed, names: dict[str, str]) -> Work:
    """A pull request by the name of its repository, where the reader may read it; by its number elsewhere."""
    repository, mark, number = job.key.partition("#")
    about = f"{names[repository]}#{number}" if mark and repository in names else job.key
    return Work(job.id, job.kind, about, job.attempts, job.run_at, " ".join(job.error.split()))


def _left(limit: Limit, asked: Asked, now: datetime) -> Left:
    here = (one for one in asked.reader.repositories if one.installation_id == limit.installation_id)
    first = next(here, None)
    account = first.full_name.partition("/")[0] if first is not None else ""
    return Left(
        limit.installation_id, account, limit.resource, limit.most, limit.remaining, limit.resets_at, limit.at,
        now >= limit.resets_at,
    )  # fmt: skip


def _versions(readings: Readings) -> Iterator[tuple[str, str]]:
    yield "codechill", version("codechill")
    yield "Python", platform.python_version()
    yield "git", _git()
    yield "database", readings.database[0]
    yield "schema", readings.database[1]
    for model, times in readings.models:
        yield "model", f"{model}: {times:,} {'score' if times == 1 else 'scores'} in 7 days"


@cache
def _git() -> str:
    """Asked once for as long as the process lives."""
    return ".".join(map(str, git_version())) or "none"
