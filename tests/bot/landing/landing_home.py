"""A stage with both Apps on which a bot's change waits to land by itself; the funnel lets it through."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.demo import replay
from bot.demo.stage import Stage
from bot.jobs import kinds as jobs
from bot.jobs.kinds import Nothing
from bot.policy.candidate import SourceKey, Waiting
from bot.policy.config import FILE
from bot.sandbox import Sandbox
from bot.store import AutomaticLanding
from tests.fakes.clock import Clock

WHO = {"GIT_AUTHOR_NAME": "Robo", "GIT_AUTHOR_EMAIL": "robo@acme.example"}
ROBOT = "robo[bot]"
CONFIG = """version: 1
auto_review:
  mode: enforce
  landing_delay: 1h
  sources:
    codemod-x: {account: ACCOUNT, branch: "change-*", kind: codemod}
"""


@dataclass
class Home:
    """One repository, and what its people and its bot do there."""

    stage: Stage
    clock: Clock
    name: str
    folder: Path

    @property
    def box(self) -> Sandbox:
        return self.stage.sandbox

    @property
    def id(self) -> int:
        return self.box.repository(self.name).id

    def configure(self) -> None:
        text = CONFIG.replace("ACCOUNT", str(self.box.world.account(ROBOT).id))
        commit = replay.write(self.folder, self.box.tip(self.name), FILE, text.encode(), "Configure\n", WHO)
        self.box.push(self.name, "main", commit, self.box.release_manager)
        self.settle()
        key = SourceKey(self.box.installation_id, self.id, "codemod-x")
        self.stage.app.store.sources.turn(key, "P20", by="mia", because="a test", at=self.clock())

    def open(self, path: str = "docs/guide.md", author: str = ROBOT) -> int:
        """A change of the bot's, whose continuous integration succeeded."""
        base, account = self.box.tip(self.name), self.box.world.account(author)
        who = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": f"{account.id}+{author}@users.noreply.github.com"}
        head = replay.write(self.folder, base, path, f"# {path}\n".encode(), f"Change {path}\n", who)
        self.box.sign(self.name, head)
        number = self.box.open_pull(self.name, title=f"Change {path}", head_sha=head, author=author).number
        self.box.report(self.name, head, "test")
        self.settle()
        return int(number)

    def head(self, number: int) -> str:
        return str(self.box.pull(self.name, number).head_sha)

    def later(self, **spans: float) -> None:
        """Time passes, and then the clock's jobs are done."""
        self.clock.now += timedelta(**spans)
        self.due()

    def due(self) -> None:
        self.land()
        self.compare()

    def land(self) -> None:
        """The clock's job: what is due is looked at."""
        self._do(jobs.LAND)

    def compare(self) -> None:
        """The clock's job: what landed is compared with what was approved."""
        self._do(jobs.LANDED)

    def _do(self, kind: jobs.Kind[Nothing]) -> None:
        self.stage.app.queue.add(kind.new(Nothing(), self.clock()))
        self.stage.app.worker.wake()
        self.settle()

    def settle(self) -> None:
        self.stage.settle(15)

    def waiting(self, number: int) -> Waiting | None:
        return self.stage.app.store.landing_queue.of(self.id, number).waiting

    def landings(self) -> tuple[AutomaticLanding, ...]:
        return self.stage.app.store.automatic_landings.all((self.id,))
