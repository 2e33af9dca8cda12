"""Processes of a server, as their commands start them: forked from one that has imported everything, to save time."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bot.sandbox import Sandbox

REPOSITORY = Path(__file__).parents[3]
NURSERY = """
import json, os, signal, sys
import scoring.scorer, bot.app, bot.commands.roles
from bot.__main__ import main
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        said = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(said, 1), os.dup2(said, 2), os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(asked["environment"])
        main([asked["role"]])
    print(child, flush=True)
"""


@dataclass
class Process:
    """One that runs a role, until it ends or is killed."""

    id: int
    log: Path

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def address(self, seconds: float = 120) -> str:
        """Where it listens, once it does."""
        until(lambda: bool(re.search(r"http://\S+/", self.said())), seconds, self.said)
        found = re.search(r"http://[^/\s]+", self.said())
        assert found is not None
        return found[0]

    def parts(self) -> dict[str, bool]:
        """What it says of itself."""
        parts: dict[str, bool] = requests.get(f"{self.address()}/readyz", timeout=30).json()["parts"]
        return parts

    def kill(self, number: int = signal.SIGKILL) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.id, number)

    def ended(self) -> bool:
        try:
            os.kill(self.id, 0)
        except ProcessLookupError:
            return True
        return False


class Nursery:
    """The process that the others are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            text=True,
        )

    def fork(self, role: str, log: Path, environment: dict[str, str]) -> Process:
        asked = {"role": role, "log": str(log), "environment": environment}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Process(int(self._process.stdout.readline()), log)

    def end(self) -> None:
        self._process.communicate()


@dataclass
class Processes:
    """Starts them."""

    nursery: Nursery
    folder: Path
    environment: dict[str, str]
    started: list[Process] = field(default_factory=list)

    def start(self, role: str) -> Process:
        log = self.folder / f"{len(self.started)}-{role}.log"
        self.started.append(self.nursery.fork(role, log, self.environment))
        return self.started[-1]


@contextmanager
def processes(nursery: Nursery, folder: Path, box: Sandbox, database: str) -> Iterator[Processes]:
    """Of a server beside a sandbox, with one database and one folder."""
    folder.mkdir(exist_ok=True)
    key = folder / "key.pem"
    key.write_text(box.private_key_pem)
    settings = {
        "app_id": str(box.app_id),
        "private_key": str(key),
        "webhook_secret": box.webhook_secret,
        "github_api": box.api,
        "git_protocols": "http",
        "folder": str(folder),
        "database": database,
        "port": "0",
        "workers": "2",
        "lease_seconds": "5",
        "paced": "false",
        "doctor_hours": "0",
    }
    environment = {f"CODECHILL_{name.upper()}": value for name, value in settings.items()}
    made = Processes(nursery, folder, environment | {"XDG_CONFIG_HOME": str(folder)})
    try:
        yield made
    finally:
        for process in made.started:
            process.kill()


def until(true: Callable[[], bool], seconds: float = 120, why: Callable[[], str] = str) -> None:
    """Wait until something is so. Raises AssertionError with what `why` says."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, why()
        time.sleep(0.05)
