"""Differences are handed in by the command that a pipeline runs, through the signed door, and read by the job."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from bot.clock.upkeep import Ageing, prune
from bot.commands import difftest_upload as handing
from bot.commands.difftest import difftest
from bot.config.differences import policy_of
from bot.config.keys import signed, upload_keys
from bot.doors.differences import DifferenceDoor
from bot.jobs.kinds import IMPORT, Nothing
from bot.jobs.lease import LeaseQueue
from bot.line.difference_imports import Importer
from bot.store import KnownRepository, Store, Upload
from bot.store.tables import metadata
from scoring.difftest.answers import Answer
from scoring.difftest.labels import Label
from scoring.difftest.shelf import desk_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET, OWNERS = "correct-horse-battery", "another-long-secret"
HEAD = "c" * 40
CONFIG = "version: 1\ndifftest: {teams: {default: {numbers: {body.ms: 50%}}}}\n"
LINE = {"endpoint": "GET /users/1", "field": "body.name", "kind": "value", "left": "a", "right": "b"}


@dataclass
class World:
    """A server with the door, the queue and the job; `read` does what its worker would."""

    store: Store
    folder: Path
    now: datetime = NOON
    told: list[Upload] = field(default_factory=list)
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    woken: int = 0

    def __post_init__(self) -> None:
        self.queue = LeaseQueue(self.store.engine)
        door = DifferenceDoor(
            upload_keys(f"acme/shop={SECRET} acme={OWNERS}"), self.store.difference_uploads, self.store.repositories,
            self.queue, lambda one: policy_of(self.store.configurations, one, self.now).settings(), lambda: self.now,
            self.wake,
        )  # fmt: skip
        self.web = Flask("test")
        self.web.register_blueprint(door.blueprint())
        parts = (self.store.difference_uploads, self.store.difference_intake, self.store.configurations)
        self.importer = Importer(*parts, self.folder / "uploads", lambda: self.now, self.told.append)

    def wake(self) -> None:
        self.woken += 1

    def read(self) -> None:
        while job := self.queue.claim("worker", self.now, timedelta(minutes=1)):
            self.importer.take(IMPORT.load(job.payload))
            self.queue.finish(job)

    def ask(self, method: str, path: str, body: object = None, *, secret: str = SECRET, name: str = "acme/shop",
            at: datetime | None = None) -> tuple[int, dict[str, Any]]:  # fmt: skip
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = signed(name, secret, at or self.now, method, path, data)
        answer = self.web.test_client().open(path, method=method, data=data, headers=headers)
        return answer.status_code, answer.get_json()

    def groups(self) -> dict[str, int]:
        found = self.store.differences.groups(7, None)
        return {f"{each.key.signature.endpoint} {each.key.signature.field}": each.count for each in found}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"), KnownRepository(8, 70, "acme/api"))
    store.configurations.save(7, "main", text=CONFIG, sha="", at=NOON)
    yield World(store, tmp_path)
    store.close()


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The server's address, by real HTTP, on our own clock."""

    def remembered(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        world.now = datetime.now(UTC)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        world.seen.append((environ["REQUEST_METHOD"], body))
        if world.seen[-1][0] == "GET" and "settings" not in environ["PATH_INFO"]:
            world.read()
        environ["wsgi.input"] = BytesIO(body)
        return world.web(environ, start)

    server = make_server("127.0.0.1", 0, remembered)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def upload(address: str, *arguments: str | Path, key: str | None = SECRET) -> Result:
    environment = {"CODECHILL_UPLOAD_KEY": key, "CODECHILL_SERVER": address, "GITHUB_REPOSITORY": "acme/shop"}
    return CliRunner().invoke(difftest, ["upload", "--build", HEAD, *map(str, arguments)], env=environment)


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def har(path: Path, **values: object) -> Path:
    content = {"mimeType": "application/json", "text": json.dumps(values)}
    entry = {
        "startedDateTime": "2026-03-02T08:15:00Z",
        "request": {"method": "GET", "url": "http://shop/users/17", "headers": []},
        "response": {"status": 200, "headers": [], "content": content},
    }  # fmt: skip
    path.write_text(json.dumps({"log": {"entries": [entry]}}))
    return path


def test_a_pipeline_hands_in_two_recordings_and_somebody_answers(world: World, address: str, tmp_path: Path) -> None:
    old = har(tmp_path / "old.har", name="Ada", ms=100, password="hunter2hunter2")
    new = har(tmp_path / "new.har", name="Bo", ms=120, password="swordfish-swordfish")
    done = upload(address, "--from", "har", "--candidate", new, "--baseline", "v1", old)
    assert (done.exit_code, "2 are new, 0 were there already" in done.output) == (0, True), done.output
    assert world.groups() == {
        "GET /users/{} body.name": 1,
        "GET /users/{} body.password": 1,
    }  # 20 % slower is let differ
    assert [(each.state, each.origin.build, each.origin.baseline) for each in world.told] == [("done", HEAD, "v1")]
    shelf = world.store.differences.shelf(7, {})
    shelf.answer(Answer(each.id, Label.NOISE, "ana", NOON) for each in shelf.groups())
    assert desk_of(shelf, "default").verdict(HEAD).conclusion == "success"


def test_no_secret_of_a_recording_leaves_the_machine(world: World, address: str, tmp_path: Path) -> None:
    old, new = (har(tmp_path / f"{word}.har", password=word * 3) for word in ("hunter2", "swordfish"))
    assert upload(address, "--from", "har", "--candidate", new, old).exit_code == 0
    sent = gzip.decompress(b"".join(body for method, body in world.seen if method == "PUT"))
    assert (b"<secret>" in sent, b"hunter2" in sent, b"swordfish" in sent) == (True, False, False)
    assert not any(SECRET.encode() in body for _, body in world.seen)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_the_same_file_again_sends_nothing_and_changes_nothing(world: World, address: str, tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", LINE, LINE | {"request": "r2"})
    assert upload(address, file).exit_code == 0
    sent = len([1 for method, _ in world.seen if method == "PUT"])
    again = upload(address, "--format", "json", file)
    assert json.loads(again.stdout)["report"]["new"] == 2
    assert len([1 for method, _ in world.seen if method == "PUT"]) == sent == 1
    assert world.groups() == {"GET /users/{} body.name": 2}


def test_whoever_was_cut_off_goes_on_from_there(world: World, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "PART", 100)
    to = handing.Server(address, "acme/shop", SECRET)
    made = handing.packed(json.dumps(LINE | {"request": f"r{n}"}).encode() + b"\n" for n in range(60))

    def killed(done: int, whole: int) -> None:
        if done >= 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handing.hand_in(to, made, {"build": HEAD}, killed)
    state = handing.hand_in(to, made, {"build": HEAD})
    parts = [len(body) for method, body in world.seen if method == "PUT"]
    assert (state["state"], sum(parts), max(parts)) == ("waiting", made.size, 100)
    world.read()
    assert world.groups() == {"GET /users/{} body.name": 60}


@pytest.mark.parametrize(
    ("arguments", "key", "status", "words"),
    [
        ({}, "wrong-secret-wrong", 1, "no key of this server fits acme/shop: compare CODECHILL_UPLOAD_KEY"),
        ({"--repository": "acme/unknown"}, OWNERS, 1, "does not know a repository acme/unknown"),
        ({"--repository": "other/shop"}, SECRET, 1, "no key of this server fits other/shop"),
        ({}, None, 2, "CODECHILL_UPLOAD_KEY is not set: in a pipeline it is a secret of the repository"),
        ({"--server": "chill.example"}, SECRET, 2, "begin with https://"),
    ],
)
def test_what_is_refused_is_said_in_words(
    world: World, address: str, tmp_path: Path, arguments: dict[str, str], key: str | None, status: int, words: str
) -> None:
    file = lines(tmp_path / "a.jsonl", LINE)
    refused = upload(address, *(part for pair in arguments.items() for part in pair), file, key=key)
    assert (refused.exit_code, words in refused.output) == (status, True), refused.output
    assert (world.groups(), world.store.difference_uploads.of(7)) == ({}, ())


def test_an_owners_key_is_of_all_its_repositories_and_a_repositorys_of_none_other(world: World) -> None:
    def begin(repository: str, secret: str, name: str) -> int:
        wanted = {"repository": repository, "build": "v1", "size": 9, "sha256": "0" * 64}
        return world.ask("POST", "/api/differences", wanted, secret=secret, name=name)[0]

    assert begin("acme/api", OWNERS, "acme/api") == 200
    assert begin("acme/api", SECRET, "acme/api") == 401
    assert begin("acme/api", SECRET, "acme/shop") == 403
    assert begin("acme/shop", SECRET, "acme/shop") == 200


def test_a_signature_of_another_time_or_body_counts_for_nothing(world: World) -> None:
    wanted = {"repository": "acme/shop", "build": "v1", "size": 9, "sha256": "0" * 64}
    status, said = world.ask("POST", "/api/differences", wanted, at=NOON - timedelta(minutes=6))
    assert (status, "this server's clock says 2026-11-24T12:00:00Z" in said["error"]) == (401, True)
    headers = signed("acme/shop", SECRET, NOON, "POST", "/api/differences", json.dumps(wanted).encode())
    other = json.dumps(wanted | {"build": "v2"}).encode()
    assert world.web.test_client().post("/api/differences", data=other, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"size": 0}, "size"),
        ({"size": 600 << 20}, "size"),
        ({"build": ""}, "build"),
        ({"build": "v1\n"}, ""),
        ({"sha256": "no"}, "sha256"),
        ({"format": "har"}, "har is read by `codechill difftest upload` first"),
        ({"format": "exe"}, "format: one of jsonl"),
        ({"sampling_rate": 2}, "sampling_rate"),
        ({"odd": 1}, "odd"),
    ],
)
def test_what_makes_no_sense_is_refused_at_the_door(world: World, wrong: dict[str, Any], words: str) -> None:
    wanted = {"repository": "acme/shop", "build": "v1", "size": 9, "sha256": "0" * 64} | wrong
    status, said = world.ask("POST", "/api/differences", wanted)
    assert (status == 200, words in str(said)) == (words == "", True)


def test_parts_come_in_order_and_never_beyond_what_was_told(world: World) -> None:
    wanted = {"repository": "acme/shop", "build": "v1", "size": 6, "sha256": "0" * 64}
    name = world.ask("POST", "/api/differences", wanted)[1]["upload"]
    path = f"/api/differences/{name}?place="
    assert world.ask("PUT", f"{path}3", b"def")[1]["received"] == 0
    assert world.ask("PUT", f"{path}0", b"abc")[1]["received"] == 3
    assert world.ask("PUT", f"{path}0", b"abc")[1]["received"] == 3
    assert world.ask("PUT", f"{path}3", b"defg")[0] == 422
    assert world.ask("PUT", f"{path}x", b"def")[0] == 422
    assert world.ask("PUT", f"{path}3", b"x" * (5 << 20))[0] == 413
    assert world.ask("PUT", f"{path}3", b"def")[1]["state"] == "waiting"
    assert world.woken == 1
    world.read()
    said = world.ask("GET", f"/api/differences/{name}")[1]
    assert (said["state"], said["words"]) == ("failed", "what came has another SHA-256 than was told: hand it in again")
    assert world.ask("POST", "/api/differences", wanted)[1] | {"report": None, "at": ""} == said | {
        "state": "receiving", "received": 0, "words": "", "report": None, "at": "",
    }  # fmt: skip


def test_a_label_that_comes_with_an_upload_counts_only_where_the_repository_says_so(
    world: World, address: str, tmp_path: Path
) -> None:
    """Whoever writes a change may write its pipeline too."""
    row = LINE | {"label": "noise", "labelled_by": "mallory", "labelled_at": "2026-03-01T00:00:00Z", "id": "x"}
    file = lines(tmp_path / "a.jsonl", row, row | {"id": "y", "build": "another"})
    done = upload(address, file)
    assert "1 came with a label, which does not count here" in done.output
    assert "it is of team default and build another: an upload is of one team and build" in done.output
    (group,) = world.store.differences.groups(7, None)
    assert (group.label, group.count, group.first_at) == (None, 1, world.told[0].at)
    world.store.configurations.save(7, "main", text="version: 1\ndifftest: {labels: true}\n", sha="", at=NOON)
    upload(address, lines(tmp_path / "b.jsonl", row | {"id": "z"}))
    (group,) = world.store.differences.groups(7, None)
    assert (group.label, group.count) == (Label.NOISE, 2)


def test_what_was_handed_in_can_be_taken_out_again_with_what_was_said_of_it(
    world: World, address: str, tmp_path: Path
) -> None:
    shared = LINE | {"field": "body.shared"}
    upload(address, lines(tmp_path / "a.jsonl", LINE, shared))
    upload(address, lines(tmp_path / "b.jsonl", shared | {"request": "r2"}))
    shelf = world.store.differences.shelf(7, {})
    shelf.answer(Answer(each.id, Label.NOISE, "ana", NOON) for each in shelf.groups())
    first, second = world.store.difference_uploads.of(7)
    world.now = NOON
    status, said = world.ask("DELETE", f"/api/differences/{first.name}")
    assert (status, said["state"]) == (200, "erased")
    assert world.groups() == {"GET /users/{} body.shared": 1}
    assert [each.group for each in shelf.answers()] == [each.id for each in shelf.groups()]
    assert world.ask("GET", f"/api/differences/{first.name}")[0] == 404
    assert [each["upload"] for each in world.ask("GET", "/api/differences")[1]["uploads"]] == [second.name]
    kinds = [each.kind for each in world.store.audit.records(repository_id=7)]
    assert (kinds.count("differences"), kinds.count("differences erased"), kinds.count("difference answered")) == (
        2,
        1,
        2,
    )
    upload(address, lines(tmp_path / "a.jsonl", LINE, shared))
    assert world.groups() == {"GET /users/{} body.shared": 2, "GET /users/{} body.name": 1}
    environment = {"CODECHILL_UPLOAD_KEY": SECRET, "CODECHILL_SERVER": address, "GITHUB_REPOSITORY": "acme/shop"}
    listed = CliRunner().invoke(difftest, ["uploads"], env=environment)
    assert [line.split()[0] for line in listed.output.splitlines()] == [second.name, first.name]
    gone = CliRunner().invoke(difftest, ["uploads", "--erase", second.name], env=environment)
    assert (gone.exit_code, world.groups()) == (0, {"GET /users/{} body.shared": 1, "GET /users/{} body.name": 1})


def test_no_more_than_a_few_uploads_wait_at_once(world: World) -> None:
    def begin(build: str) -> tuple[int, dict[str, Any]]:
        return world.ask(
            "POST", "/api/differences", {"repository": "acme/shop", "build": build, "size": 9, "sha256": "0" * 64}
        )

    assert {begin(f"v{n}")[0] for n in range(20)} == {200}
    assert begin("v20") == (
        429,
        {"error": "20 uploads of this repository are not read yet: finish or erase some of them"},
    )
    assert begin("v19")[0] == 200


def test_uploads_are_kept_as_long_as_the_repository_says_and_half_ones_for_two_days(world: World) -> None:
    def begin(build: str, age: timedelta) -> None:
        wanted = {"repository": "acme/shop", "build": build, "size": 9, "sha256": "0" * 64}
        world.now = NOON - age
        assert world.ask("POST", "/api/differences", wanted)[0] == 200

    begin("half, old", timedelta(days=3))
    begin("half", timedelta(days=1))
    for build, age in (("whole, old", timedelta(days=31)), ("whole", timedelta(days=29))):
        begin(build, age)
        world.store.difference_uploads.ended(world.store.difference_uploads.of(7)[-1], at=world.now)
    world.store.configurations.save(7, "main", text="version: 1\ndifftest: {keep: 30d}\n", sha="", at=NOON)
    world.now = NOON
    prune(world.store.only(Ageing), lambda: NOON)(Nothing())
    assert [each.origin.build for each in world.store.difference_uploads.of(7)] == ["half", "whole"]


def test_nothing_stays_of_a_repository_that_took_the_app_away(world: World, address: str, tmp_path: Path) -> None:
    upload(address, lines(tmp_path / "a.jsonl", LINE))
    shelf = world.store.differences.shelf(7, {})
    shelf.answer([Answer(shelf.groups()[0].id, Label.NOISE, "ana", NOON)])
    world.store.repositories.mark_gone(7, "removed")
    prune(world.store.only(Ageing), lambda: NOON)(Nothing())
    with world.store.read() as connection:
        kept = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in metadata.sorted_tables
            if table.name.startswith("difference")
        }
    assert (len(kept), set(kept.values())) == (9, {0})


def test_a_branch_that_anybody_may_make_says_nothing_of_what_counts_or_is_kept(world: World) -> None:
    """The default branch says nothing of differences; another one lets labels count and keeps them for an hour."""
    lax = "version: 1\ndifftest: {labels: true, keep: 1d, teams: {default: {unordered: [body.items]}}}\n"
    world.store.configurations.save(7, "main", text="version: 1\n", sha="", at=NOON)
    world.store.configurations.save(7, "evil", text=lax, sha="", at=NOON)
    policy = policy_of(world.store.configurations, 7, NOON, "main")
    assert (policy.labels, policy.keep, dict(policy.teams)) == (False, timedelta(days=366), {})
    world.now = NOON - timedelta(hours=30)
    wanted = {"repository": "acme/shop", "build": "v1", "size": 9, "sha256": "0" * 64}
    world.ask("POST", "/api/differences", wanted)

    def left(branch: str | None) -> int:
        prune(world.store.only(Ageing), lambda: NOON, branch=lambda _: branch)(Nothing())
        return len(world.store.difference_uploads.of(7))

    assert (left("main"), left(None), left("")) == (1, 1, 0)
