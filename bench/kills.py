"""Kill the server at random moments, over and over, and see whether the end differs from that of an undisturbed run.

    python bench/kills.py [--kills 300] [--seed 1] [--without clock,disk,forge]

The sandbox stands for GitHub and lives on; the whole App beside it is ended with SIGKILL again and again while people
open pull requests, push, comment, ask for exceptions and change the configuration. In between its clock is hours wrong
for a moment, its database may not grow, GitHub answers with errors, late or not at all, and deliveries are lost,
doubled and reordered. Each round is a story in five acts on a repository of its own. After each act the server may
finish, by its own clock: nothing is redelivered or looked at by hand. Then checks (one a head), comments, answers,
exceptions and deliveries must be those of the same act in a round in which nothing went wrong. The exit status is 1
otherwise.
"""

import argparse
import json
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import click
import sqlalchemy as sa

from bot.demo import replay, sample
from bot.forge.github.webhook import EVENTS
from bot.policy.config import FILE
from bot.sandbox import Sandbox
from bot.sandbox.faults import Faults
from bot.store import Store
from bot.store.tables import jobs, ticks

LEASE_S = 5
PAUSE_S = 16  # longer than any lease: of a job, or of the clock
SHORT_S = 6  # longer than the lease of a job, and not as long as GitHub may work on a request
SWEEP_S = 61  # after so long lost deliveries are asked for again
FAULTS = ("clock", "disk", "forge")
AHEAD = timedelta(minutes=3)  # the App's clock: what was lost a moment ago is then old enough to be asked for
WHO = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
FREE = 'version: 1\nescalation: {managers: ["@acme/release-managers"]}\n'
RED = FREE + "windows:\n  - {name: Always, level: red, from: 2020-01-01}\n"

Act = tuple[Callable[[], object], ...]


# --- the server, forked from a process that has imported everything already


def nursery() -> None:
    """Read one line of JSON for each server to start; say its process id. Forking costs less than importing again."""
    import scoring.scorer  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        life = json.loads(line)
        process = os.fork()
        if process == 0:
            serve(life)
            os._exit(0)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


def serve(life: dict[str, Any]) -> None:
    """One life of the server, until it is killed."""
    from waitress.server import create_server

    from bot.app import build
    from bot.config.settings import Settings
    from bot.process.logs import configure

    ahead, wrong, room = timedelta(seconds=life.pop("ahead")), Path(life.pop("wrong")), life.pop("room")

    def clock() -> datetime:
        return datetime.now(UTC) + ahead + timedelta(seconds=float(wrong.read_text() or 0))

    configure("critical", "json", ())
    app = build(Settings(**life, _env_file=None), clock=clock)
    if room:  # no file may grow beyond what the database has now: as on a disk that is full
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    server = create_server(app.web, host="127.0.0.1", port=life["port"], threads=4)
    app.start()
    server.run()


@dataclass
class Server:
    """The App as a process, started and killed at will. Its clock runs on by more than a lease between two lives."""

    settings: dict[str, Any]
    nursery: "subprocess.Popen[str]"
    wrong: Path  # holds by how many seconds its clock is wrong
    ahead: float = AHEAD.total_seconds()

    def start(self, *, later: float = PAUSE_S, room: int = 0) -> int:
        """Begin a life, so many seconds later; with `room` no file of it may become larger than so many bytes."""
        self.ahead += later
        life = {**self.settings, "ahead": self.ahead, "wrong": str(self.wrong), "room": room}
        assert self.nursery.stdin is not None  # noqa: S101
        assert self.nursery.stdout is not None  # noqa: S101
        self.nursery.stdin.write(json.dumps(life) + "\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.settings["port"]), timeout=1).close()
        except OSError:
            return False
        return True

    def end(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        while self.answers():
            time.sleep(0.01)


# --- the story


@dataclass
class Past:
    """A repository with commits that the story lays on it: the same for every round."""

    folder: Path
    tip: str
    heads: dict[str, str] = field(default_factory=dict)


def past(folder: Path) -> Past:
    source = sample.build(folder, changes=60)
    base = replay.git(source, "rev-parse", "refs/heads/main")
    tip = replay.write(source, base, FILE, RED.encode(), "Red days\n", WHO)
    replay.git(source, "update-ref", "refs/heads/main", tip)
    made = Past(source, tip)

    def commit(name: str, onto: str, *files: tuple[str, bytes]) -> None:
        head = onto
        for path, content in files:
            head = replay.write(source, head, path, content, f"Change {path}\n", WHO)
        made.heads[name] = head

    grown = b"".join(b"\ndef more_%d(a):\n    if a > %d:\n        return %d\n" % (n, n, n) for n in range(60))
    risky = [(path, grown) for path in ("billing/ledger.py", "billing/invoice.py", "api/session.py")]
    commit("large", tip, *risky)
    commit("other", tip, *risky, ("api/orders.py", grown))
    commit("quiet", tip, ("docs/new.md", b"# New\n"))
    commit("grown", made.heads["quiet"], *risky)
    commit("changed", made.heads["large"], ("api/search.py", b"def broken(): return 1\n"))
    commit("free", tip, (FILE, FREE.encode()))
    return made


def story(box: Sandbox, name: str, heads: dict[str, str]) -> tuple[Act, ...]:
    """Five acts; what a person does in one waits for the answers of the one before, as people do."""

    def open_(number: int, head: str, **more: Any) -> Callable[[], object]:
        return lambda: box.open_pull(name, title=f"Change {number}", head_sha=heads[head], **more)

    def push(number: int, head: str) -> Callable[[], object]:
        return lambda: box.push(name, box.pull(name, number).head_ref, heads[head])

    def say(number: int, who: str, words: str) -> Callable[[], object]:
        return lambda: box.comment(name, number, who, words)

    def press(number: int) -> None:
        check = box.check_run(name, box.pull(name, number).head_sha)
        assert check is not None  # noqa: S101
        box.click(name, check.id, "refresh", box.reviewer)

    ask = "/chill justify launch_with_rollback The launch is tonight."
    return (
        (open_(1, "large"), open_(2, "quiet"), open_(3, "other", fork=True)),
        (say(1, box.author, ask), say(3, box.reviewer, "/chill why"), push(2, "grown"), lambda: press(3)),
        (say(1, box.release_manager, "/chill approve"), say(2, box.author, "/chill help")),
        # one after the other: whether the new head is seen held before it is free would be chance
        (push(1, "changed"),),
        (lambda: box.push(name, "main", heads["free"], box.release_manager),),
    )


def picture(box: Sandbox, store: Store, name: str) -> dict[str, Any]:
    """What people see of a repository, and what is kept, with numbers that may differ between rounds left out."""
    seen: dict[str, Any] = {}
    here = box.repository(name)
    for number, pull in sorted(here.pulls.items()):
        check = box.check_run(name, pull.head_sha)
        ours = [each.body for each in box.comments(name, number) if each.login == box.bot_login]
        seen[f"{number} check"] = (check.status, check.conclusion, plain(check.title or "")) if check else None
        seen[f"{number} checks"] = sum(run.name == "codechill" for run in box.check_runs(name, pull.head_sha))
        seen[f"{number} comments"] = sorted(plain(body) for body in ours)
        seen[f"{number} exceptions"] = [each.state for each in store.exceptions.of(here.id, number)]
    sent = [each for each in box.deliveries if each.repository_id == here.id and each.event in EVENTS]
    seen["deliveries"] = sorted({f"{each.event} {store.inbox.state(each.guid)}" for each in sent})
    return seen


def plain(text: str) -> str:
    """Without numbers, and without what makes a card risky: near ties change places as minutes pass."""
    lines = [line for line in text.splitlines() if not line.startswith(("| ", "- ", "**"))]
    return re.sub(r"[0-9a-f]{12,}|\d+", "#", "\n".join(lines))


# --- the loop


@dataclass
class Loop:
    """Rounds on one sandbox and one database. `kills` counts, `hits` those that met a job in hand."""

    box: Sandbox
    store: Store
    server: Server
    past: Past
    chance: random.Random
    most: int
    faults: tuple[str, ...] = FAULTS
    acts: int = 5
    kills: int = 0
    met: Counter[str] = field(default_factory=Counter)
    hits: int = 0
    rounds: int = 0
    skipped: float = 0  # seconds, while the sandbox worked on one request

    def round(self, *, disturbed: bool) -> Iterator[dict[str, Any]]:
        """Play the story once; yields what is there after each act."""
        name = f"acme/round-{self.rounds}"
        self.rounds += 1
        self.box.add_repository(name, self.past.folder, "main")
        self.box.protect(name)
        self.calm()
        for act in story(self.box, name, self.past.heads)[: self.acts]:
            for step in act:
                self.live(step, disturbed=disturbed)
            if disturbed:
                self.live(lambda: None, disturbed=True)
            self.calm()
            yield picture(self.box, self.store, name)

    def live(self, step: Callable[[], object], *, disturbed: bool) -> None:
        """One step, in a life that ends by a kill; without disturbance the step alone."""
        if not disturbed or self.kills >= self.most:
            step()
            return
        fault = self.chance.choice((*self.faults, "none"))
        # while the sandbox still works on what a life before sent, no more time is skipped than GitHub may work on it
        busy = self.box.busy()
        later = max(0, SHORT_S - self.skipped) if busy else PAUSE_S
        self.skipped = self.skipped + later if busy else 0
        process = self.server.start(later=later, room=self.room() if fault == "disk" else 0)
        early = self.chance.random() < 0.2  # some are killed while they start
        while not early and not self.server.answers():
            time.sleep(0.01)
        with self.trouble(fault):
            step()
            time.sleep(self.chance.uniform(0.0, 0.7))
            self.hits += self.count("running") > 0
            self.server.end(process)
        self.kills += 1
        self.met[fault] += 1

    @contextmanager
    def trouble(self, fault: str) -> Iterator[None]:
        """What goes wrong beside the kill, until it is over."""
        if fault == "clock":
            self.server.wrong.write_text(str(self.chance.choice((-7200, -90, 90, 3600, 7200, 400 * 86_400))))
        if fault == "forge":
            self.arm(self.box.faults)
        try:
            yield
        finally:
            self.server.wrong.write_text("0")
            self.box.faults.clear()

    def arm(self, faults: Faults) -> None:
        times = self.chance.randrange(1, 4)
        self.chance.choice(
            (
                lambda: faults.answer(self.chance.choice((500, 502, 503)), times),
                lambda: faults.answer(502, times, method="POST|PATCH", after=True),
                lambda: faults.drop(times, after=True),
                lambda: faults.slow(0.3, times),
                lambda: faults.slow(0.4, times, method="POST|PATCH", after=False),  # it is done when we are gone
                lambda: faults.secondary_limit(1, times=times),
                lambda: faults.stale_reads(times),
                lambda: faults.lose(times),
                lambda: faults.double(times),
                lambda: faults.delay(0.2, times),
            )
        )()

    def room(self) -> int:
        """What the database and its log take now, and hardly more."""
        files = (Path(f"{self.store.engine.url.database}{end}") for end in ("", "-wal"))
        return max(each.stat().st_size for each in files if each.exists()) + self.chance.randrange(0, 65_536)

    def calm(self) -> None:
        """A life in which everything can be finished."""
        self.box.settle()
        while self.box.busy():
            time.sleep(0.01)
        asked = self.beats("redeliver")
        process = self.server.start(later=SWEEP_S)
        quiet = 0
        while quiet < 5:
            time.sleep(0.05)
            self.box.settle()
            done = self.server.answers() and self.beats("redeliver") - asked and not self.count("waiting", "running")
            quiet = quiet + 1 if done else 0
        self.server.end(process)

    def beats(self, kind: str) -> frozenset[tuple[str, datetime]]:
        """When such jobs were made due, by the server's own clock; what a clock ahead of its time made is forgotten."""
        query = sa.select(ticks.c.key, ticks.c.at).where(ticks.c.key.startswith(f"{kind} 2"))
        with self.store.read() as connection:
            return frozenset((row.key, row.at) for row in connection.execute(query))

    def count(self, *states: str) -> int:
        mine = ~jobs.c.key.startswith("clock/") | (jobs.c.kind == "redeliver")  # looks of the clock itself never end
        query = sa.select(sa.func.count()).where(jobs.c.state.in_(states), mine)
        with self.store.read() as connection:
            return int(connection.scalar(query) or 0)


def differences(loop: Loop) -> list[str]:
    """What came out otherwise than undisturbed."""
    reference = list(loop.round(disturbed=False))
    different = []
    while loop.kills < loop.most and not different:
        for act, (expected, seen) in enumerate(zip(reference, loop.round(disturbed=True), strict=True), 1):
            different += [f"round {loop.rounds - 1}, act {act}, {what}: {seen.get(what)} instead of {expected[what]}"
                      for what in expected if seen.get(what) != expected[what]]  # fmt: skip
    broken = loop.store.audit.verify()
    return different + ([broken.words] if broken else [])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--without", default="", help=f"leave these faults out: some of {','.join(FAULTS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--acts", type=int, default=5, help="play only so many acts of the story")
    parser.add_argument("--nursery", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.nursery:
        nursery()
        return
    with tempfile.TemporaryDirectory() as name, Sandbox(Path(name, "forge")) as box:
        different, loop = run(Path(name), box, given)
    beside = ", ".join(f"{count} with {name}" for name, count in sorted(loop.met.items()) if name != "none")
    words = f"{loop.kills} kills in {loop.rounds - 1} rounds, {loop.hits} of them with a job in hand"
    click.echo(f"{words}{f' ({beside})' if beside else ''}: {len(different)} differences")
    for difference in different:
        click.echo(difference)
    sys.exit(1 if different else 0)


def run(folder: Path, box: Sandbox, given: argparse.Namespace) -> tuple[list[str], Loop]:
    settings = {
        "app_id": box.app_id,
        "private_key": box.private_key_pem,
        "webhook_secret": box.webhook_secret,
        "github_api": box.api,
        "git_protocols": "http",
        "folder": str(folder / "app"),
        "port": free_port(),
        "workers": 2,
        "lease_seconds": LEASE_S,
        "redelivery_minutes": 1,
        "doctor_hours": 0,
    }
    wrong = folder / "clock"
    wrong.write_text("0")
    store = Store(f"sqlite:///{folder}/app/codechill.db")
    command = [sys.executable, str(Path(__file__).resolve()), "--nursery"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    box.webhook_url = f"http://127.0.0.1:{settings['port']}/webhook"
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        chance = random.Random(given.seed)  # noqa: S311 - not a secret
        faults = tuple(each for each in FAULTS if each not in given.without.split(","))
        server = Server(settings, process, wrong)
        loop = Loop(box, store, server, past(folder / "past"), chance, given.kills, faults, given.acts)
        try:
            return differences(loop), loop
        finally:
            box.webhook_url = ""
            store.close()
            assert process.stdin is not None  # noqa: S101
            process.stdin.close()


if __name__ == "__main__":
    main()
