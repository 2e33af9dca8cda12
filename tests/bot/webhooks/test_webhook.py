"""The HTTP door, as GitHub and an attacker see it."""

import gzip
import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from webhook_examples import example, examples
from werkzeug.test import TestResponse

from bot.doors.probes import Probes
from bot.doors.webhook import Door, Limits, create_blueprint, signature
from bot.forge.envelope import Pushed
from bot.jobs import Job, LeaseQueue
from bot.jobs.intake import intake
from bot.jobs.kinds import PULL
from bot.jobs.worker import Worker
from bot.policy.events import Changed, Commented
from bot.store import Store

SECRET = "it's a secret to everybody"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Server:
    """The whole door on a real store and queue."""

    def __init__(self, folder: Path, limits: Limits | None = None, busy: float = 8.0, **door: Any) -> None:
        self.store = Store(f"sqlite:///{folder / 'codechill.db'}", busy=busy)
        self.queue = LeaseQueue(self.store.engine)
        app = Flask("test")
        door = {"clock": lambda: NOW} | door
        enqueue = intake(self.store.repositories, self.store.pulls, self.store.pushes, self.queue)
        secrets = (SECRET, "the one before")
        app.register_blueprint(create_blueprint(secrets, self.store.inbox, enqueue, limits, door=Door(**door)))
        self.client: FlaskClient = app.test_client()
        self.jobs: list[Job] = []

    def send(self, event: str, payload: Any, guid: str = "guid-1", **headers: str) -> TestResponse:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        given = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid,
            "X-Hub-Signature-256": signature(SECRET, body),
            "Content-Type": "application/json",
        }
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/webhook", data=body, headers={k: v for k, v in given.items() if v})

    def work(self) -> list[Job]:
        def handle(job: Job) -> None:
            self.jobs.append(job)
            self.store.inbox.settle(job.payload["delivery"])

        worker = Worker(self.queue, handle, lambda: NOW, name="w")
        while worker.run_one():
            pass
        return self.jobs


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path)
    yield one
    one.store.close()


OPENED = example("pull_request", "opened")


def test_a_signed_delivery_is_stored_with_its_job_and_answered(server: Server) -> None:
    answer = server.send("pull_request", OPENED)
    assert (answer.status_code, answer.text) == (202, "accepted\n")
    assert server.store.inbox.state("guid-1") == "received"
    (job,) = server.work()
    (one,) = PULL.load(job.payload).envelopes
    assert (job.kind, job.key, one.number) == ("pull", "186853002#2", 2)
    assert isinstance(one.event, Changed)
    assert server.store.inbox.state("guid-1") == "done"


def test_half_a_character_in_any_text_is_no_reason_to_lose_a_delivery(server: Server) -> None:
    push = example("push") | {"ref": "refs/heads/a\ud800b", "after": "a" * 40, "deleted": False}
    assert server.send("push", push).text == "accepted\n"
    assert [type(one.event) for job in server.work() for one in PULL.load(job.payload).envelopes] == [Pushed]
    assert server.store.inbox.state("guid-1") == "done"


@pytest.mark.parametrize("moment", [2_145_916_800, "2145916800", 1.5, True, ["2026-01-01T00:00:00Z"]])
def test_a_moment_that_is_no_written_date_is_not_understood(server: Server, moment: object) -> None:
    odd = OPENED | {"pull_request": OPENED["pull_request"] | {"updated_at": moment}}
    assert server.send("pull_request", odd).text == "stored, but not understood\n"


def test_the_same_delivery_again_is_not_done_twice(server: Server) -> None:
    answers = [server.send("pull_request", OPENED).text for _ in range(3)]
    assert answers == ["accepted\n", "known already\n", "known already\n"]
    assert len(server.work()) == 1
    server.send("pull_request", OPENED)
    assert len(server.work()) == 1


def test_a_delivery_that_failed_is_done_when_it_comes_again(server: Server) -> None:
    server.send("pull_request", OPENED)
    server.work()
    server.store.inbox.give_up("guid-1", "the forge was away")
    assert server.send("pull_request", OPENED).text == "accepted\n"
    assert len(server.work()) == 2


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        "sha1=" + "0" * 40,
        "sha256=" + "0" * 64,
        signature("another secret", json.dumps(OPENED).encode()),
        signature(SECRET, json.dumps(OPENED).encode()).upper(),
        signature(SECRET, b"another body"),
        "sha256=\u00e9",
    ],
)
def test_a_missing_or_wrong_signature_is_refused_and_nothing_is_stored(server: Server, given: str) -> None:
    assert server.send("pull_request", OPENED, X_Hub_Signature_256=given).status_code == 401
    assert server.store.inbox.state("guid-1") is None
    assert server.work() == []


def test_the_secret_before_still_opens_while_it_is_being_replaced(server: Server) -> None:
    given = signature("the one before", json.dumps(OPENED).encode())
    assert server.send("pull_request", OPENED, X_Hub_Signature_256=given).status_code == 202


def test_the_signature_is_that_of_the_documentation() -> None:
    # the example pair of GitHub's page on validating deliveries
    right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signature("It's a Secret to Everybody", b"Hello, World!") == right


@pytest.mark.parametrize("event", ["star", "workflow_run", "nonsense"])
def test_an_unknown_event_is_answered_and_not_kept(server: Server, event: str) -> None:
    assert server.send(event, {"action": "created"}).status_code == 204
    assert server.store.inbox.state("guid-1") is None


def test_a_ping_is_answered(server: Server) -> None:
    assert server.send("ping", example("ping")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 5_000]
)
def test_a_body_that_is_no_json_object_is_refused(server: Server, body: bytes) -> None:
    assert server.send("pull_request", body).status_code == 400


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_another_content_type_is_refused(server: Server, kind: str) -> None:
    assert server.send("pull_request", OPENED, Content_Type=kind).status_code == 415


@pytest.mark.parametrize("guid", ["", "a" * 65, "../../etc", "a b", "é"])
def test_a_delivery_without_a_proper_guid_is_refused(server: Server, guid: str) -> None:
    assert server.send("pull_request", OPENED, guid).status_code == 400


def test_a_delivery_without_an_event_is_refused(server: Server) -> None:
    assert server.send("", OPENED).status_code == 400


def test_a_body_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    server = Server(tmp_path, Limits(body=1000))
    assert server.send("pull_request", b"{" + b" " * 1000).status_code == 413
    assert server.send("ping", b"{" + b" " * 998 + b"}").status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
def test_a_body_that_was_packed_on_its_way_is_refused_with_the_reason_and_nothing_is_unpacked(
    server: Server, coding: str
) -> None:
    answer = server.send("pull_request", gzip.compress(json.dumps(OPENED).encode()), Content_Encoding=coding)
    assert (answer.status_code, answer.text) == (
        415,
        "send the body as it is, without Content-Encoding: its signature is over these bytes\n",
    )
    assert server.send("pull_request", OPENED, Content_Encoding="identity").status_code == 202


def test_a_known_event_that_lacks_what_we_need_is_kept_for_a_person(server: Server) -> None:
    assert server.send("pull_request", {"action": "opened"}).status_code == 202
    assert server.store.inbox.failed() == (("guid-1", "pull_request", "repository: Field required"),)
    assert server.send("pull_request", OPENED).text == "accepted\n"


def test_deliveries_about_one_change_become_one_job_that_knows_the_newest(server: Server) -> None:
    for turn, when in enumerate(("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z", "2026-11-21T09:00:00Z")):
        payload = example("pull_request", "synchronize")
        payload["pull_request"]["updated_at"] = when
        server.send("pull_request", payload, f"guid-{turn}")
    assert len(server.work()) == 1
    assert server.store.pulls.newest(186853002, 2) == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert [server.store.inbox.state(f"guid-{turn}") for turn in range(3)] == ["done"] * 3


def test_every_command_is_a_job_of_its_own_and_a_new_pull_request_goes_first(server: Server) -> None:
    server.send("pull_request", OPENED | {"repository": {"id": 1, "full_name": "o/r"}}, "guid-0")
    payload = example("issue_comment", "created")
    payload["issue"]["pull_request"] = {}
    payload["comment"]["body"] = "/chill why"
    server.send("issue_comment", payload, "guid-1")
    server.send("issue_comment", payload, "guid-2")
    events = [type(PULL.load(job.payload).envelopes[0].event) for job in server.work()]
    assert events == [Changed, Commented, Commented]


def test_a_delivery_about_a_repository_is_one_job_with_all_its_envelopes(server: Server) -> None:
    payload = example("installation_repositories")
    payload |= {"repositories_added": [{"id": number, "full_name": f"o/{number}"} for number in (1, 2, 3)]}
    server.send("installation_repositories", payload)
    (job,) = server.work()
    assert (job.kind, [one.repository_id for one in PULL.load(job.payload).envelopes]) == ("repository", [1, 2, 3])
    assert [known.id for known in server.store.repositories.all()] == [1, 2, 3]


def test_every_official_example_goes_through_the_door(server: Server) -> None:
    codes = {
        server.send(event, payload, f"guid-{turn}").status_code for turn, (event, payload) in enumerate(examples())
    }
    assert codes == {200, 202}
    server.work()
    assert server.store.inbox.failed() == ()


REFUSED = (503, "the delivery could not be stored: send it again later\n")


def test_a_full_disk_is_told_to_the_forge_and_the_delivery_comes_through_later(server: Server) -> None:
    with server.store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    server.store.engine.dispose()
    full = sa.event.listens_for(server.store.engine, "connect")
    limit = [pages]
    full(lambda connection, record: connection.execute(f"PRAGMA max_page_count={limit[0]}"))
    large = example("pull_request", "opened") | {"noise": random.Random(1).randbytes(200_000).hex()}
    answer = server.send("pull_request", large)
    assert (answer.status_code, answer.text) == REFUSED
    limit[0] = 1_000_000
    server.store.engine.dispose()
    assert server.send("pull_request", large).text == "accepted\n"
    assert len(server.work()) == 1


def test_a_locked_database_is_told_to_the_forge_in_time(tmp_path: Path) -> None:
    server = Server(tmp_path, busy=0.1)
    other = sqlite3.connect(tmp_path / "codechill.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = server.send("pull_request", OPENED)
    assert (answer.status_code, answer.text) == REFUSED
    other.execute("ROLLBACK")
    other.close()
    assert server.send("pull_request", OPENED).text == "accepted\n"
    server.store.close()


def test_a_database_that_is_gone_is_told_to_the_forge(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.store.close()
    (tmp_path / "codechill.db").unlink()
    (tmp_path / "codechill.db").mkdir()
    assert server.send("pull_request", OPENED).status_code == 503


def test_health_says_alive_and_readiness_names_the_part_that_is_not(tmp_path: Path) -> None:
    server = Server(tmp_path, probes=Probes(lambda: {"database": True, "worker": False}, metrics=lambda: b"up 1\n"))
    assert server.client.get("/healthz").status_code == 200
    ready = server.client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"ready": False, "parts": {"database": True, "worker": False}})
    assert server.client.get("/metrics").data == b"up 1\n"


def test_the_door_opens_one_way_only(server: Server) -> None:
    assert server.client.get("/webhook").status_code == 405


@pytest.mark.parametrize("secret", ["", (), ("a", "")])
def test_an_empty_secret_is_refused(tmp_path: Path, secret: str | tuple[str, ...]) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(ValueError, match="secret is empty"):
        create_blueprint(secret, store.inbox, lambda deliveries, connection: [True])
    store.close()
