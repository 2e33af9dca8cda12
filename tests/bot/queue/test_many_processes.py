"""A server of several processes: what one takes in another carries out, and nobody's end loses anything."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS
from processes import REPOSITORY, Nursery, Processes, processes, until

from bot.demo import replay, sample
from bot.jobs import queue_on
from bot.sandbox import Sandbox
from bot.store import Store
from bot.store.tables import leases, ticks

WHO = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
NAME = "acme/shop"

# what many processes are for, where it is there: starting them is slow, and the queue's own suite runs on both
pytestmark = pytest.mark.parametrize("address", KINDS[-1:], indirect=True)


@dataclass
class World:
    """A sandbox with one repository, and the processes of a server on one database."""

    box: Sandbox
    source: Path
    server: Processes

    def open(self, name: str) -> int:
        base = replay.git(self.source, "rev-parse", "refs/heads/main")
        head = replay.write(self.source, base, f"docs/{name}.md", b"# New\n", f"Add {name}\n", WHO)
        return self.box.open_pull(NAME, title=f"Add {name}", head_sha=head).number

    def checked(self, number: int) -> bool:
        check = self.box.check_run(NAME, self.box.pull(NAME, number).head_sha)
        return check is not None and check.status == "completed"

    def checks(self, number: int) -> int:
        head = self.box.pull(NAME, number).head_sha
        return sum(run.name == "codechill" for run in self.box.check_runs(NAME, head))

    def said(self) -> str:
        return "\n".join(each.said()[-3000:] for each in self.server.started)


@pytest.fixture
def world(address: str, tmp_path: Path, nursery: Nursery) -> Iterator[World]:
    source = sample.build(tmp_path / "source", changes=20)
    with Sandbox(tmp_path / "forge") as box, processes(nursery, tmp_path / "server", box, address) as server:
        box.add_repository(NAME, source, "main")
        yield World(box, source, server)


def test_what_one_process_takes_in_another_carries_out_and_replacing_each_of_them_loses_nothing(
    world: World, store: Store
) -> None:
    box, start = world.box, world.server.start
    web, worker, leading = start("web"), start("worker"), start("clock")
    box.webhook_url = f"{web.address()}/webhook"
    first = world.open("one")
    until(lambda: world.checked(first), why=world.said)
    parts = [process.parts() for process in (web, worker, leading)]
    assert parts == [{"database": True}, {"database": True, "worker": True, "looks": True}, {"database": True}]

    numbers = [world.open(f"before-{turn}") for turn in range(3)]
    until(lambda: queue_on(store.engine).depth(datetime.now(UTC)).running > 0, why=world.said)
    worker.kill()
    later, other = start("worker"), start("web")
    box.webhook_url = f"{other.address()}/webhook"
    web.kill(signal.SIGTERM)
    leading.kill()
    numbers += [world.open("after")]
    until(lambda: all(map(world.checked, numbers)), why=world.said)

    later.kill(signal.SIGTERM)
    until(lambda: web.ended() and later.ended(), why=world.said)
    sent = {each.guid for each in box.deliveries if each.event == "pull_request"}
    assert [world.checks(number) for number in numbers] == [1] * len(numbers)
    assert {guid: store.inbox.state(guid) for guid in sent} == dict.fromkeys(sent, "done")
    assert queue_on(store.engine).dead() == ()


CLOCK = """
import sys, time
from datetime import UTC, datetime, timedelta
from bot.clock.schedule import Reach, Schedule
from bot.jobs import queue_on
from bot.jobs.desk import Beat
from bot.jobs.kinds import DIALS
from bot.store import Store
store = Store(sys.argv[1])
reach = Reach(every=timedelta(seconds=0.2), turn=timedelta(seconds=0.05), lease=timedelta(seconds=1))
schedule = Schedule(store.leases, store.ticks, queue_on(store.engine), lambda: datetime.now(UTC), holder=sys.argv[2],
                    beats=(Beat(DIALS, timedelta(seconds=0.5)),), edges=lambda after, until: (), reach=reach)
print("begins", flush=True)
while True:
    if schedule.turn():
        print("leads", flush=True)
    time.sleep(0.05)
"""


def test_of_several_clocks_one_leads_and_another_does_once_it_was_killed(address: str, store: Store) -> None:
    def begin(name: str) -> "subprocess.Popen[str]":
        asked = [sys.executable, "-c", CLOCK, address, name]
        return subprocess.Popen(asked, stdout=subprocess.PIPE, cwd=REPOSITORY, text=True)

    leading, other = begin("a"), begin("b")
    assert leading.stdout is not None
    assert other.stdout is not None
    try:
        assert [leading.stdout.readline(), other.stdout.readline()] == ["begins\n"] * 2
        until(lambda: holder(store) is not None)
        first, second = (leading, other) if holder(store) == "a" else (other, leading)
        assert first.stdout is not None
        assert second.stdout is not None
        assert [first.stdout.readline() for _ in range(4)] == ["leads\n"] * 4
        assert holder(store) == ("a" if first is leading else "b")
        first.kill()
        assert second.stdout.readline() == "leads\n"
        assert holder(store) == ("b" if first is leading else "a")
    finally:
        for process in (leading, other):
            process.kill()
            process.communicate()
    with store.read() as connection:
        beaten = list(connection.scalars(sa.select(ticks.c.key).where(ticks.c.key.startswith("dials "))))
    assert len(beaten) == len(set(beaten)) > 2


def holder(store: Store) -> str | None:
    with store.read() as connection:
        return connection.scalar(sa.select(leases.c.holder).where(leases.c.name == "clock"))
