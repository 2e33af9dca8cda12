"""A server of several processes: what one takes in another carries out, and nobody's end loses anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import Processes, processes, until

from bot.demo import replay, sample
from bot.sandbox import Sandbox

WHO = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
NAME = "acme/shop"


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

    def said(self) -> str:
        return "\n".join(each.said()[-3000:] for each in self.server.started)


@pytest.fixture
def world(address: str, tmp_path: Path) -> Iterator[World]:
    source = sample.build(tmp_path / "source", changes=30)
    with Sandbox(tmp_path / "forge") as box, processes(tmp_path / "server", box, address) as server:
        box.add_repository(NAME, source, "main")
        yield World(box, source, server)


def test_a_webhook_taken_in_by_one_process_is_carried_out_by_another(world: World) -> None:
    web, worker = world.server.start("web"), world.server.start("worker")
    world.box.webhook_url = f"{web.address()}/webhook"
    until(lambda: worker.address() != "")
    number = world.open("one")
    until(lambda: world.checked(number), why=world.said)
    assert web.parts() == {"database": True}
    assert worker.parts() == {"database": True, "worker": True, "looks": True}
