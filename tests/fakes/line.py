"""The whole line on a forge and an assessor in memory: an event goes in, and what the forge shows then is seen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.config.repository import Configurations
from bot.line.reconcile import Reconciler
from bot.policy.config import FILE
from bot.policy.decide import Decision
from bot.policy.events import Changed, Commented, Event, Tick
from bot.store import Store
from tests.fakes.assessor import MemoryAssessor
from tests.fakes.clock import Clock
from tests.fakes.forge import BOT, MemoryForge, Pull, Run, World

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
CODE = {"api/session.py": "def session():\n    return 1\n", "docs/guide.md": "# Guide\n"}
MANAGERS = 'version: 1\nescalation: {managers: ["@acme/release-managers"]}\n'


class Line:
    """One repository of acme's with its people: ana writes, ben may write, mia manages releases, eve is a stranger."""

    def __init__(self, database: Path) -> None:
        self.clock = Clock(FRIDAY)
        self.world = World(self.clock)
        self.forge = MemoryForge(self.world, self.clock)
        self.assessor = MemoryAssessor(self.world)
        self.store = Store(f"sqlite:///{database}")
        self.home = self.world.repository("acme/shop", CODE)
        for login in ("ana", "ben", "mia"):
            self.world.allow(self.home, login, "write")
        self.world.team("@acme/release-managers", "mia")
        self.reconciler = Reconciler(
            forge=self.forge,
            store=self.store,
            assessor=self.assessor,
            configurations=Configurations(
                self.forge, self.store.configurations, self.store.feeds, self.store.freezes, self.clock
            ),
            clock=self.clock,
        )

    # --- what people do

    def configure(self, text: str) -> None:
        """On the base branch."""
        self.world.commit(self.home, "main", {FILE: text})

    def window(self, level: str = "red", more: str = "") -> None:
        """One that is open without end."""
        self.configure(f"{MANAGERS}{more}\nwindows:\n  - {{name: Always, level: {level}, from: 2020-01-01}}\n")

    def open(
        self, percentile: float = 0.5, files: Mapping[str, str] | None = None, login: str = "ana", **more: object
    ) -> Pull:
        """A pull request whose commit is believed to be that risky."""
        branch = f"topic-{len(self.home.pulls) + 1}"
        head = self.world.commit(
            self.home, branch, files or {"api/session.py": f"def session():\n    return '{branch}'\n"}
        )
        self.assessor.believe(head, percentile, **more)
        return self.world.open(self.home, login, branch)

    def say(self, pull: Pull, login: str, body: str) -> Decision | None:
        return self.look(pull, Commented(self.world.say(pull, login, body)))

    # --- what the line does

    def look(self, pull: Pull, event: Event | None = None) -> Decision | None:
        return self.reconciler.pull(self.world.target(self.home), pull.number, event or Changed("synchronize"))

    def tick(self, pull: Pull) -> Decision | None:
        return self.look(pull, Tick("edge"))

    # --- what is there

    def check(self, pull: Pull) -> Run:
        """Our check on the head: the only one."""
        (run,) = [run for run in self.home.runs if run.sha == pull.head]
        return run

    def conclusion(self, pull: Pull) -> str | None:
        return self.check(pull).conclusion

    def ours(self, pull: Pull) -> list[str]:
        return [comment.body for comment in pull.comments if comment.author == BOT]

    def card(self, pull: Pull) -> str:
        """The sticky comment; there must be one."""
        (body,) = [body for body in self.ours(pull) if "codechill:card" in body]
        return body

    def answer(self, pull: Pull) -> str:
        """The newest of ours that is not the card."""
        return [body for body in self.ours(pull) if "codechill:card" not in body][-1]
