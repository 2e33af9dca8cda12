"""Kill the App while changes land by themselves, over and over, and hold the forge against the records afterwards.

    python -m bench.season.kills [--kills 100] [--seed 1] [--out FOLDER]

A slice of a season: one source, one repository, both Apps beside the sandbox, the server a process of its own that is
ended with SIGKILL at random moments, or right when an approval or a merge of it shows at the forge. Between two lives
its clock and the forge's go on by a minute. In the end it may finish; then the rules of `bench/season/figures.py` are
looked at. The exit status is 1 where one is broken.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.kills import LEASE_S, WHO, Server, free_port
from bench.season import figures, forge
from bench.season.season import TABLES
from bench.year.diary import Diary, moment
from bench.year.figures import opened
from bot.demo import replay, sample
from bot.demo.stage import now as truly
from bot.demo.stage import with_landing_app
from bot.policy.candidate import SourceKey
from bot.policy.config import FILE
from bot.sandbox import Sandbox
from bot.store import Store
from bot.store.tables import jobs, landing_queue

NAME, ROBOT, ACCOUNT = "acme/killed", "tidy[bot]", 900001
LATER_S, OPEN, PATIENCE_S = 61, 6, 10
PARTS, PART = 80, "def part_{0}(amount):\n    return amount + {0}\n"
CONFIG = f"""version: 1
mode: enforce
escalation: {{managers: ["@acme/release-managers"]}}
auto_review:
  mode: enforce
  landing_delay: 2m
  bots: {{bypass_risk: true}}
  gates: {{min_landed: 1, max_revert_upper95: 99%, max_rejection_upper95: 99%}}
  sources:
    tidy: {{account: {ACCOUNT}, branch: "tidy/*", kind: codemod, daily_limit: 500}}
"""


@dataclass
class Slice:
    box: Sandbox
    store: Store
    server: Server
    chance: random.Random
    folder: Path  # of the repository
    kills: int = 0
    made: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def open(self) -> int:
        """A comment more by the source, ready to land."""
        self.made += 1
        who = {"GIT_AUTHOR_NAME": "tidy", "GIT_AUTHOR_EMAIL": f"{ACCOUNT}+{ROBOT}@users.noreply.github.com"}
        who |= {"GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "noreply@github.com"}
        words = f"# The caller of this part decides what becomes of it.\n{PART.format(self.made)}".encode()
        tip, path = self.box.tip(NAME), f"parts/part_{self.made}.py"
        head = replay.write(self.folder, tip, path, words, f"Explain part {self.made}\n", who)
        self.box.sign(NAME, head, by_github=True)
        branch = f"tidy/{self.made}"
        pull = self.box.open_pull(NAME, title=f"Explain part {self.made}", head_sha=head, author=ROBOT, head_ref=branch)
        self.box.report(NAME, head, "test")
        return int(pull.number)

    def waiting(self) -> int:
        with self.store.read() as connection:
            query = sa.select(sa.func.count()).select_from(landing_queue).where(landing_queue.c.waiting.is_not(None))
            return int(connection.scalar(query) or 0)

    def seen(self) -> tuple[int, int]:
        """Approvals and merges of the App, as the forge has them now."""
        pulls = list(self.box.repository(NAME).pulls.values())
        merges = sum(pull.merged_by == forge.LANDER for pull in pulls)
        return sum(one.login == forge.LANDER for pull in pulls for one in pull.reviews), merges

    def life(self) -> None:
        """One life, ended by a kill."""
        process = self.server.start(later=LATER_S)
        how = self.chance.choice(("at random", "at an approval", "at a merge"))
        while not self.server.answers():
            time.sleep(0.01)
        if sum(pull.state == "open" for pull in self.box.repository(NAME).pulls.values()) < OPEN:
            self.open()
        before, ends = self.seen(), time.monotonic() + PATIENCE_S
        if how == "at random":
            time.sleep(self.chance.uniform(0, 6))
        else:
            place = ("at an approval", "at a merge").index(how)
            while self.seen()[place] == before[place] and time.monotonic() < ends:
                time.sleep(0.002)
            how = how if self.seen()[place] != before[place] else "at random"
            time.sleep(self.chance.choice((0, 0, self.chance.uniform(0, 0.1))))
        self.met["with a job in hand"] += self._count("running") > 0
        self.server.end(process)
        self.kills += 1
        self.met[how] += 1

    def calm(self, done: Callable[[], bool], limit: float = 150) -> None:
        """A life until that is so, with its clock going on."""
        ends = time.monotonic() + limit
        while not done() and time.monotonic() < ends:
            process = self.server.start(later=LATER_S)
            while not self.server.answers():
                time.sleep(0.01)
            rest = time.monotonic() + 6
            while time.monotonic() < rest or self._count("running"):
                time.sleep(0.05)
            self.server.end(process)

    def _count(self, state: str) -> int:
        with self.store.read() as connection:
            query = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.state == state)
            return int(connection.scalar(query) or 0)


def begin(one: Slice) -> None:
    """People land two of it, and a person trusts the source."""
    box = one.box
    texts = {f"parts/part_{at}.py": PART.format(at) for at in range(PARTS)} | {FILE: CONFIG}
    blobs = {
        path: replay.git(one.folder, "hash-object", "-w", "--stdin", stdin=text.encode())
        for path, text in texts.items()
    }
    entries = tuple(replay.Entry(path.encode(), "100644", blob) for path, blob in blobs.items())
    commit = replay.commit(one.folder, box.tip(NAME), entries, "Configure\n", WHO)
    process = one.server.start(later=LATER_S)
    while not one.server.answers():
        time.sleep(0.01)
    box.push(NAME, "main", commit, box.release_manager)
    numbers = [one.open(), one.open()]
    for number in numbers:
        ends = time.monotonic() + 60
        while box.mergeable(NAME, number) and time.monotonic() < ends:
            if not box.pull(NAME, number).reviews:
                box.review(NAME, number, box.reviewer)
            time.sleep(0.1)
        box.merge(NAME, number, box.reviewer, method="squash")
    one.server.end(process)
    key = SourceKey(box.installation_id, box.repository(NAME).id, "tidy")
    one.store.sources.turn(key, "P50", by="maya", because="a slice of a season", at=datetime.now(UTC))


def lived(folder: Path, seed: int, kills: int, minutes: float) -> Slice:
    """Everything until the end, with the forge's own words in the diary."""
    ahead: list[Server] = []

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ahead[0].ahead if ahead else 0)

    with Sandbox(folder / "forge", clock) as box:
        settings = {
            "app_id": box.app_id, "private_key": box.private_key_pem, "webhook_secret": box.webhook_secret,
            "github_api": box.api, "git_protocols": "http", "folder": str(folder / "app"), "port": free_port(),
            "workers": 2, "lease_seconds": LEASE_S, "redelivery_minutes": 1, "doctor_hours": 0, "paced": False,
            "retrain_days": 0,
        }  # fmt: skip
        lands = with_landing_app(box)
        settings |= {"landing_app_id": lands["landing_app_id"]}
        settings |= {"landing_private_key": lands["landing_private_key"].get_secret_value()}
        box.world.trusted = truly
        (folder / "clock").write_text("0")
        command = [sys.executable, str(Path(__file__).resolve().parents[1] / "kills.py"), "--nursery"]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        box.webhook_url = f"http://127.0.0.1:{settings['port']}/webhook"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
        with subprocess.Popen(command, **pipes) as process:
            server = Server(settings, process, folder / "clock")
            ahead.append(server)
            box.add_person(ROBOT, bot=True, number=ACCOUNT)
            made = box.add_repository(NAME, sample.build(folder / "past", changes=60), "main", private=False)
            made.roles[ROBOT] = "write"
            box.protect(NAME, required_checks=("codechill",), approvals=1)
            store = Store(f"sqlite:///{folder}/app/codechill.db")
            one = Slice(box, store, server, random.Random(seed), Path(made.folder))  # noqa: S311
            try:
                _through(one, kills, time.monotonic() + 60 * minutes)
                _told(one, folder)
            finally:
                box.webhook_url = ""
                store.close()
                assert process.stdin is not None  # noqa: S101
                process.stdin.close()
    return one


def _through(one: Slice, kills: int, ends: float) -> None:
    begin(one)
    while one.kills < kills and time.monotonic() < ends:
        one.life()
        approvals, merges = one.seen()
        sys.stderr.write(f"\r{one.kills} kills, {one.made} opened, {approvals} approvals, {merges} landed ")
        sys.stderr.flush()
    one.calm(
        lambda: not one.waiting() and all(each.state != "open" for each in one.box.repository(NAME).pulls.values())
    )
    sys.stderr.write("\n")


def _told(one: Slice, folder: Path) -> None:
    diary = Diary(folder)
    diary.more(TABLES)
    diary.write("repositories", [(one.box.repository(NAME).id, NAME, "enforce", "sample", "squash")])
    end = moment(datetime.now(UTC) + timedelta(seconds=one.server.ahead))
    diary.write("year", [(1, end, end, 1, 0.0, "")])
    forge.keep(one.box.api, one.box.token(one.box.release_manager), folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60, help="then it may finish, with fewer kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a new folder to keep everything in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.out or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        one = lived(folder, given.seed, given.kills, given.minutes)
        approvals, merges = one.seen()
        beside = ", ".join(f"{count} {how}" for how, count in sorted(one.met.items()))
        sys.stdout.write(f"{one.kills} kills ({beside}); {one.made} changes opened, {merges} landed by themselves, "
                         f"{approvals} approvals, {one.waiting()} still wait\n")  # fmt: skip
        with opened(folder) as database:
            rows = figures.broken(database)
        for rule, among, breaks in rows:
            sys.stdout.write(f"{len(breaks):>3} of {among:>3} broken: {rule.words}{' ' if breaks else ''}"
                             f"{', '.join(breaks[:9])}\n")  # fmt: skip
        return 1 if any(breaks for _, _, breaks in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
