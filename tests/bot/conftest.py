"""A stage for tests of the whole line: sandbox and App in one process, a repository with a short believable past."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from leaks import leaked, secrets

from bot.demo import replay, sample
from bot.demo.stage import Stage, stage
from bot.policy.config import FILE
from bot.process.logs import configure
from bot.sandbox.reports import CheckRun
from bot.sandbox.state import Comment

WHO = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
OPEN_WINDOW = "windows:\n  - {name: Always, level: LEVEL, from: 2020-01-01}\n"
BASIC = 'version: 1\nescalation: {managers: ["@acme/release-managers"]}\n'


@dataclass
class Place:
    """One repository on the stage, and the verbs of its people."""

    stage: Stage
    name: str
    folder: Path
    base: str

    def configure(self, text: str) -> str:
        """Commit a configuration to the base branch."""
        tip = self.stage.sandbox.tip(self.name)
        commit = replay.write(self.folder, tip, FILE, text.encode(), "Configure\n", WHO)
        self.stage.sandbox.push(self.name, "main", commit, self.stage.sandbox.release_manager)
        self.settle()
        return commit

    def settle(self) -> None:
        self.stage.settle()

    def window(self, level: str, more: str = "") -> None:
        self.configure(BASIC + more + OPEN_WINDOW.replace("LEVEL", level))

    def read(self, path: str) -> bytes:
        return replay.git(self.folder, "cat-file", "blob", f"{self.base}:{path}").encode() + b"\n"

    def change(self, path: str, data: bytes, onto: str = "") -> str:
        return replay.write(self.folder, onto or self.base, path, data, f"Change {path}\n", WHO)

    def large(self) -> str:
        """A head that rewrites much of the risky core."""
        head = self.base
        for path in ("billing/ledger.py", "billing/invoice.py", "api/session.py", "api/orders.py"):
            old = replay.git(self.folder, "cat-file", "blob", f"{head}:{path}")
            lines = "".join(f"\ndef more_{n}(a):\n    if a > {n}:\n        return {n}\n" for n in range(40))
            head = self.change(path, (old + "\n" + lines).encode(), head)
        return head

    def open(self, head: str, title: str = "A change", **more: object) -> int:
        pull = self.stage.sandbox.open_pull(self.name, title=title, head_sha=head, **more)  # type: ignore[arg-type]
        self.settle()
        return pull.number

    def say(self, number: int, person: str, text: str) -> str:
        """Comment, and return the newest answer that is not the card."""
        self.stage.sandbox.comment(self.name, number, person, text)
        self.settle()
        answers = [each.body for each in self.ours(number) if "codechill:card" not in each.body]
        return answers[-1] if answers else ""

    def ours(self, number: int) -> list[Comment]:
        comments = self.stage.sandbox.comments(self.name, number)
        return [each for each in comments if each.login == self.stage.sandbox.bot_login]

    def card(self, number: int) -> str:
        """The sticky comment; there must be one."""
        (card,) = (each.body for each in self.ours(number) if "codechill:card" in each.body)
        return card

    def check(self, number: int) -> CheckRun:
        check = self.stage.sandbox.check_run(self.name, self.stage.sandbox.pull(self.name, number).head_sha)
        assert check is not None
        return check


@contextmanager
def logging_into(path: Path, hidden: tuple[str, ...]) -> Iterator[None]:
    """As the server logs, in full."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    with path.open("w") as file:
        configure("debug", "json", hidden, file)
        yield
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configured)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.build(tmp_path_factory.mktemp("shop"), changes=60)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Its log goes into the App's folder, and in the end nothing that the App wrote may hold a credential."""
    with stage(tmp_path_factory.mktemp("stage")) as here:
        with logging_into(here.app_folder / "log", (here.sandbox.webhook_secret, here.sandbox.private_key_pem)):
            yield here
        assert leaked(secrets(here.sandbox), here.app_folder) == []


def settled(running: Stage, name: str, shop: Path) -> Place:
    """A repository of that name on the stage, with the shop's past, whose main branch needs our check."""
    made = running.sandbox.add_repository(name, shop, "main")
    running.sandbox.protect(name)
    folder = Path(made.folder)
    return Place(running, name, folder, replay.git(folder, "rev-parse", "refs/heads/main"))


@pytest.fixture
def place(running: Stage, shop: Path, request: pytest.FixtureRequest) -> Place:
    return settled(running, f"acme/{abs(hash(request.node.nodeid)) % 10**12}", shop)
