import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from github_pages import PEM, serving

from bot.commands.replay import replay
from bot.doors.webhook import Door, create_blueprint
from bot.store import Store

SECRET = "a webhook secret of some length"
PUSH = {
    "ref": "refs/heads/main",
    "after": "0" * 40,
    "pusher": {"name": "a"},
    "repository": {"id": 1, "full_name": "acme/r"},
}


class Server:
    """A real webhook door on a real store; every delivery is queued as `jobs`."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder}/codechill.db")
        self.jobs: list[tuple[str, str, dict[str, Any]]] = []
        self.app = Flask(__name__)
        door = Door(clock=lambda: datetime.now(UTC))
        self.app.register_blueprint(create_blueprint(SECRET, self.store.inbox, self._enqueue, door=door))

    def _enqueue(self, deliveries: Any, connection: Any) -> list[bool]:
        self.jobs += [(delivery.guid, delivery.event, json.loads(delivery.body)) for delivery in deliveries]
        return [True for _ in deliveries]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    with serving(server.app) as address:
        yield f"{address}/webhook"


def run(folder: Path, content: object, *arguments: str, secret: str = SECRET) -> Result:
    saved = folder / "event.json"
    saved.write_text(content if isinstance(content, str) else json.dumps(content))
    environment = {name: "" for name in os.environ if name.startswith("CODECHILL_")} | {
        "CODECHILL_APP_ID": "7",
        "CODECHILL_PRIVATE_KEY": PEM,
        "CODECHILL_WEBHOOK_SECRET": secret,
    }
    return CliRunner().invoke(replay, [str(saved), *arguments], env=environment)


def test_a_saved_payload_arrives_signed_with_its_event_guessed(tmp_path: Path, server: Server, url: str) -> None:
    result = run(tmp_path, PUSH, "--url", url)
    assert (result.exit_code, "202 accepted" in result.output) == (0, True)
    ((guid, event, payload),) = server.jobs
    assert (event, payload) == ("push", PUSH)
    assert guid in result.output


def test_each_replay_is_a_new_delivery_unless_its_id_is_given(tmp_path: Path, server: Server, url: str) -> None:
    for _ in range(2):
        run(tmp_path, PUSH, "--url", url)
    assert len(server.jobs) == 2
    again = [run(tmp_path, PUSH, "--url", url, "--delivery", "one-and-the-same").output for _ in range(2)]
    assert len(server.jobs) == 3
    assert "known already" in again[1]


def test_a_whole_delivery_as_github_shows_it_tells_its_event(tmp_path: Path, server: Server, url: str) -> None:
    delivery = {"id": 1, "guid": "g", "event": "merge_group", "request": {"headers": {}, "payload": PUSH}}
    assert run(tmp_path, delivery, "--url", url).exit_code == 0
    headers_only = {"request": {"headers": {"X-GitHub-Event": "check_suite"}, "payload": PUSH}}
    assert run(tmp_path, headers_only, "--url", url).exit_code == 0
    assert [(event, payload) for _, event, payload in server.jobs] == [("merge_group", PUSH), ("check_suite", PUSH)]


@pytest.mark.parametrize(
    ("keys", "event"),
    [
        (("pull_request", "review"), "pull_request_review"),
        (("issue", "comment"), "issue_comment"),
        (("pull_request",), "pull_request"),
        (("check_run",), "check_run"),
        (("merge_group",), "merge_group"),
    ],
)
def test_an_event_is_known_by_what_only_it_carries(
    tmp_path: Path, server: Server, url: str, keys: tuple[str, ...], event: str
) -> None:
    run(tmp_path, {key: {} for key in keys}, "--url", url)
    assert [job[1] for job in server.jobs] == [event]


def test_another_secret_is_refused_and_exits_1(tmp_path: Path, server: Server, url: str) -> None:
    result = run(tmp_path, PUSH, "--url", url, secret="not the servers secret")
    assert (result.exit_code, "401 the signature is missing or wrong" in result.output) == (1, True)
    assert server.jobs == []
    assert "not the servers secret" not in result.output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no event"),
        ('{"hello": 1}', "name it with --event"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_file_that_is_no_event_exits_2(tmp_path: Path, content: str, words: str) -> None:
    result = run(tmp_path, content, "--url", "http://127.0.0.1:9/webhook")
    assert (result.exit_code, words in result.output) == (2, True)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/webhook", "file:///etc/passwd", "127.0.0.1", "http://h:port/"])
def test_an_address_that_does_not_answer_exits_2(tmp_path: Path, address: str) -> None:
    assert run(tmp_path, PUSH, "--url", address).exit_code == 2
