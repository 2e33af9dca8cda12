"""The whole line with everything that may go wrong at hand: real HTTP, git, SQLite, ONNX; only clocks are ours."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import cast

import pytest
import sqlalchemy as sa
import structlog

from bot.demo import replay, sample
from bot.demo.stage import Stage, stage
from bot.policy.config import FILE
from bot.sandbox.reports import CheckRun
from bot.store.tables import jobs
from tests.bot.conftest import BASIC, OPEN_WINDOW, WHO, Place


@dataclass
class Clock:
    """Real time, moved."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, by: timedelta) -> None:
        self.ahead += by


@dataclass
class Line(Place):
    """A place whose clocks a test may move. `settle` does not wait for a later try: it moves the App's clock there."""

    head: str = ""  # of a risky change, on the base

    @property
    def clock(self) -> Clock:
        """The App's."""
        return cast(Clock, self.stage.app.clock)

    @property
    def forge_clock(self) -> Clock:
        return cast(Clock, self.stage.sandbox.world.clock)

    def settle(self, limit: float = 60.0) -> None:
        ends = monotonic() + limit
        while monotonic() < ends:
            self.stage.sandbox.settle()
            due = self._next()
            if due is None and not self.stage.app.worker.busy():
                return
            if due is not None and due > self.clock() and not self.stage.app.worker.busy():
                self.clock.forward(due - self.clock())
                self.stage.app.worker.wake()
            sleep(0.01)
        raise TimeoutError("work was still under way")

    def _next(self) -> datetime | None:
        """When the next job is due; None: there is none."""
        query = sa.select(sa.func.min(jobs.c.run_at)).where(jobs.c.state.in_(("waiting", "running")))
        query = query.where(~(jobs.c.key.startswith("clock/") & (jobs.c.run_at > self.clock())))
        with self.stage.app.store.read() as connection:
            found: datetime | None = connection.scalar(query)
            return found

    def put_back(self) -> list[datetime]:
        """When the jobs that were tried are due again."""
        tried = sa.select(jobs.c.run_at).where(jobs.c.state == "waiting", jobs.c.attempts > 0)
        with self.stage.app.store.read() as connection:
            return list(connection.scalars(tried))

    def large(self) -> str:
        return self.head

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait for what comes by itself."""
        for _ in range(1000):
            if holds():
                return
            sleep(0.01)
        raise TimeoutError(what)

    def open(self, head: str, title: str = "A change", **more: object) -> int:
        number = self.begin(head, title, **more)
        self.settle()
        return number

    def begin(self, head: str, title: str = "A change", **more: object) -> int:
        """Open a pull request and wait for nothing."""
        return self.stage.sandbox.open_pull(self.name, title=title, head_sha=head, **more).number  # type: ignore[arg-type]

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """No webhook tells of what is done meanwhile."""
        door, self.stage.sandbox.webhook_url = self.stage.sandbox.webhook_url, ""
        try:
            yield
        finally:
            self.stage.sandbox.webhook_url = door

    def sweep(self) -> None:
        """The next beat of the clock, half an hour on."""
        self.clock.forward(timedelta(minutes=31))
        self.stage.app.schedule.look()
        self.settle()

    def checks(self, number: int) -> list[CheckRun]:
        sandbox = self.stage.sandbox
        return sandbox.check_runs(self.name, sandbox.pull(self.name, number).head_sha)

    def cards(self, number: int) -> list[str]:
        return [each.body for each in self.ours(number) if "codechill:card" in each.body]

    def is_held_once(self, number: int) -> bool:
        """One verdict and one comment, and both say held."""
        (card,) = self.cards(number)
        return self.check(number).conclusion == "failure" and card.startswith("### Held")

    @property
    def repository_id(self) -> int:
        return self.stage.sandbox.repository(self.name).id


@dataclass(frozen=True)
class Red:
    """Where the repository is, its base and a risky head."""

    folder: Path
    tip: str
    head: str


def lines(folder: Path, **settings: object) -> Iterator[Stage]:
    # errors are what these tests are about: written out with everything around them they take longer than the work
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with stage(folder, clock=Clock(), forge_clock=Clock(), github_timeout=1, **settings) as here:
        yield here
    structlog.configure(**before)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from lines(tmp_path_factory.mktemp("stage"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stage]:
    """A stage for one test: what it does to the installation, nobody else sees."""
    yield from lines(tmp_path, git_timeout=2.0, workers=3)


@pytest.fixture(scope="session")
def red(tmp_path_factory: pytest.TempPathFactory) -> Red:
    """A repository with a short past in which red days are, and the head of a risky change on it."""
    folder = sample.build(tmp_path_factory.mktemp("red"), changes=60)
    base = replay.git(folder, "rev-parse", "refs/heads/main")
    tip = replay.write(folder, base, FILE, (BASIC + OPEN_WINDOW.replace("LEVEL", "red")).encode(), "Configure\n", WHO)
    replay.git(folder, "update-ref", "refs/heads/main", tip)
    here = Place(None, "", folder, tip)  # type: ignore[arg-type]
    return Red(folder, tip, here.large())


def placed(here: Stage, red: Red, name: str) -> Line:
    made = here.sandbox.add_repository(name, red.folder, "main")
    here.sandbox.protect(name)
    line = Line(here, name, Path(made.folder), red.tip, red.head)
    line.settle()
    return line


@pytest.fixture
def line(running: Stage, red: Red, request: pytest.FixtureRequest) -> Iterator[Line]:
    """A repository where red days are, on a stage that other tests of the file use too."""
    yield (here := placed(running, red, f"acme/{abs(hash(request.node.nodeid)) % 10**12}"))
    running.sandbox.faults.clear()
    here.settle()


@pytest.fixture
def alone(own: Stage, red: Red) -> Line:
    """The same on a stage of its own."""
    return placed(own, red, "acme/shop")
