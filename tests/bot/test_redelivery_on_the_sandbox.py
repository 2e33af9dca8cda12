"""The whole way: deliveries lost at a closed door are found in GitHub's record and asked for through its API."""

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing
from flask import Flask
from waitress.server import create_server

from bot.clock.redelivery import Patience, Redelivery
from bot.doors.webhook import create_blueprint
from bot.forge.github.deliveries import GitHubDeliveries
from bot.forge.port import ForgeError, Gone
from bot.jobs import LeaseQueue
from bot.jobs.intake import intake
from bot.sandbox.sandbox import Sandbox
from bot.store import Store

DAY = timedelta(days=1)


class Door:
    """Our webhook on a real socket, which can be shut and opened."""

    def __init__(self, folder: Path, secret: str) -> None:
        self.store = Store(f"sqlite:///{folder / 'door.db'}")
        self.shut = False
        app = Flask("door")
        app.register_blueprint(
            create_blueprint(
                secret,
                self.store.inbox,
                intake(self.store.repositories, self.store.pulls, self.store.pushes, LeaseQueue(self.store.engine)),
            )
        )
        app.before_request(lambda: ("away", 502) if self.shut else None)
        self.server = create_server(app, host="127.0.0.1", port=0, threads=4)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.effective_port}/webhook"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with structlog.testing.capture_logs(), Sandbox(tmp_path / "sandbox") as one:
        yield one


@pytest.fixture
def door(tmp_path: Path, sandbox: Sandbox) -> Iterator[Door]:
    one = Door(tmp_path, sandbox.webhook_secret)
    sandbox.webhook_url = one.url
    yield one
    one.server.close()
    one.store.close()


def deliveries(sandbox: Sandbox) -> GitHubDeliveries:
    return GitHubDeliveries(app_id=sandbox.app_id, private_key=sandbox.private_key_pem, api=sandbox.api)


def origin(folder: Path) -> Path:
    folder.mkdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q", "-b", "main"], cwd=folder, check=True)
    (folder / "a.txt").write_text("one\n")
    subprocess.run([*git, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], cwd=folder, check=True)
    return folder


def test_what_was_lost_at_a_closed_door_comes_through_once_it_is_open(
    sandbox: Sandbox, door: Door, tmp_path: Path
) -> None:
    source = origin(tmp_path / "origin")
    door.shut = True
    for number in range(3):
        sandbox.add_repository(f"acme/r{number}", source)
    assert sandbox.settle()
    assert door.store.repositories.all() == ()
    now = datetime.now(UTC) + timedelta(hours=1)
    sweep = Redelivery(deliveries(sandbox), door.store.inbox, lambda: now)
    assert sweep.sweep() >= 3
    sandbox.settle()
    assert door.store.repositories.all() == ()
    door.shut = False
    assert sweep.sweep() >= 3
    sandbox.settle()
    assert sorted(one.full_name for one in door.store.repositories.all()) == ["acme/r0", "acme/r1", "acme/r2"]
    assert sweep.sweep() == 0


def test_the_record_is_read_page_by_page_and_no_further_back_than_asked(
    sandbox: Sandbox, door: Door, tmp_path: Path
) -> None:
    source = origin(tmp_path / "origin")
    for number in range(120):
        sandbox.add_repository(f"acme/r{number}", source)
    assert sandbox.settle()
    found = list(deliveries(sandbox).since(datetime.now(UTC) - DAY))
    assert len(found) == len(sandbox.outbox.log) >= 120
    assert len({attempt.id for attempt in found}) == len(found)
    assert all(attempt.ok for attempt in found)
    middle = found[len(found) // 2].at
    assert all(attempt.at >= middle for attempt in deliveries(sandbox).since(middle))


def test_a_delivery_that_github_forgot_is_gone(sandbox: Sandbox) -> None:
    with pytest.raises(Gone):
        deliveries(sandbox).again(999)


def test_a_forge_that_fails_says_so(sandbox: Sandbox) -> None:
    sandbox.faults.answer(502, times=10)
    with pytest.raises(ForgeError, match="502"):
        list(deliveries(sandbox).since(datetime.now(UTC) - DAY))


def test_a_forge_that_does_not_answer_says_so(sandbox: Sandbox) -> None:
    away = GitHubDeliveries(app_id=1, private_key=sandbox.private_key_pem, api="http://127.0.0.1:9")
    with pytest.raises(ForgeError, match="could not be reached"):
        list(away.since(datetime.now(UTC) - DAY))


def test_one_forgotten_delivery_does_not_keep_the_others_from_being_asked_for(
    sandbox: Sandbox, door: Door, tmp_path: Path
) -> None:
    source = origin(tmp_path / "origin")
    door.shut = True
    for number in range(3):
        sandbox.add_repository(f"acme/r{number}", source)
    sandbox.settle()
    door.shut = False
    record = deliveries(sandbox)
    listed = tuple(record.since(datetime.now(UTC) - DAY))
    sandbox.outbox.log.remove(next(one for one in sandbox.outbox.log if one.id == listed[-1].id))

    class Stale(GitHubDeliveries):
        def since(self, since: datetime) -> Iterator[object]:  # type: ignore[override]
            return iter(listed)

    stale = Stale(app_id=sandbox.app_id, private_key=sandbox.private_key_pem, api=sandbox.api)
    now = datetime.now(UTC) + timedelta(hours=1)
    assert Redelivery(stale, door.store.inbox, lambda: now, Patience()).sweep() == len(listed) - 1
    sandbox.settle()
