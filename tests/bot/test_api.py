"""Freezes by hand through the signed API and the command that speaks to it: real HTTP, a real store, real verdicts."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from bot.commands.freeze import freeze
from bot.config.keys import keys, signed
from bot.demo.stage import stage
from bot.doors.api import Api, Freezing
from bot.store import KnownRepository, Store
from tests.bot.conftest import BASIC, Place, settled

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "correct-horse-battery"
GOOD = {"repository": "acme/shop", "level": "red", "for": "4h", "reason": "The payment provider is down"}


class World:
    def __init__(self, store: Store) -> None:
        self.store, self.now, self.woken = store, NOON, 0
        web = Flask("test")
        api = Api(store.only(Freezing), keys(f"maya={SECRET} ci=another-long-secret"), lambda: self.now, self.wake)
        web.register_blueprint(api.blueprint())
        self.client: FlaskClient = web.test_client()

    def wake(self) -> None:
        self.woken += 1

    def ask(self, method: str, path: str, body: object = None, secret: str = SECRET, name: str = "maya",
            at: datetime | None = None) -> tuple[int, dict[str, object]]:  # fmt: skip
        data = b"" if body is None else json.dumps(body).encode()
        headers = signed(name, secret, at or self.now, method, path, data)
        answer = self.client.open(path, method=method, data=data, headers=headers)
        self.now += timedelta(seconds=1)
        return answer.status_code, answer.get_json()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    text = "version: 1\nlevels: {launch: 30%}\n"
    store.configurations.save(7, "main", text=text, sha="", at=NOON)
    yield World(store)
    store.close()


def test_a_freeze_is_started_listed_and_ended_and_the_answer_says_what_is_decided_by_now(world: World) -> None:
    status, made = world.ask("POST", "/api/freezes", GOOD)
    assert (status, made["by"], made["end"]) == (201, "maya", "2026-11-24T16:00:00+00:00")
    until = "2026-11-24T16:00:00+00:00"
    assert made["in_force"] == [{"branch": "main", "level": "red", "share": 0.5, "until": until}]
    status, listed = world.ask("GET", "/api/freezes?repository=acme/shop")
    assert (status, [one["id"] for one in listed["freezes"]]) == (200, [made["id"]])  # type: ignore[index, attr-defined]
    status, ended = world.ask("POST", f"/api/freezes/{made['id']}/end", {"repository": "acme/shop", "reason": "over"})
    assert (status, ended["in_force"]) == (200, [{"branch": "main", "level": "green", "share": 0.0, "until": None}])
    assert world.ask("GET", "/api/freezes?repository=acme/shop")[1]["freezes"] == []
    assert world.woken == 2


def test_the_longest_freeze_binds_those_who_sign_requests_too(world: World) -> None:
    assert world.ask("POST", "/api/freezes", GOOD | {"for": "3d"})[0] == 201
    status, made = world.ask("POST", "/api/freezes", GOOD | {"for": "73h"})
    assert (status, made) == (
        422,
        {"error": "for: a freeze by hand lasts at most 72 h here, as `freezes.longest` says"},
    )
    world.store.configurations.save(7, "main", text="version: 1\nfreezes: {longest: 90m}", sha="", at=NOON)
    assert world.ask("POST", "/api/freezes", GOOD | {"for": "90m"})[0] == 201
    until = {key: value for key, value in GOOD.items() if key != "for"} | {"until": "2026-11-24 14:00 Z"}
    assert world.ask("POST", "/api/freezes", until)[1] == {
        "error": "until: a freeze by hand lasts at most 1.5 h here, as `freezes.longest` says"
    }


def test_who_started_and_who_ended_it_is_in_the_audit_log(world: World) -> None:
    _, made = world.ask("POST", "/api/freezes", GOOD)
    world.ask("POST", f"/api/freezes/{made['id']}/end", {"repository": "acme/shop"}, "another-long-secret", "ci")
    records = [(record.kind, json.loads(record.body)) for record in world.store.audit.records(7)]
    assert [kind for kind, _ in records] == ["freeze", "freeze", "thaw"]
    assert records[0][1]["freeze"]["by"]["login"] == "maya"
    assert records[0][1]["freeze"]["reason"] == GOOD["reason"]
    assert records[2][1]["by"] == "ci"
    assert world.store.audit.verify() is None


def test_what_is_scoped_holds_only_there(world: World) -> None:
    scoped = GOOD | {"branches": ["release/*"], "paths": ["web/**"], "until": "2026-11-25 08:00 +01:00"}
    del scoped["for"]
    status, made = world.ask("POST", "/api/freezes", scoped)
    assert (status, made["end"]) == (201, "2026-11-25T08:00:00+01:00")
    assert made["in_force"] == [{"branch": "main", "level": "green", "share": 0.0, "until": None}]


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"level": "launhc"}, 422, "did you mean launch?"),
        ({"level": "green"}, 422, "level: name one of weekend, yellow, red, frozen or launch"),
        ({"for": None}, 422, "say when it ends"),
        ({"until": "2099-01-01 00:00Z"}, 422, "one of them"),
        ({"for": "400d"}, 422, "for: "),
        ({"for": "soon"}, 422, "is no length of time"),
        ({"reason": ""}, 422, "reason: "),
        ({"reason": None}, 422, "reason: "),
        ({"brnches": ["x"]}, 422, "brnches: "),
        ({"branches": []}, 422, "branches: "),
        ({"branches": [""]}, 422, "branches.0: "),
        ({"repository": "acme/other"}, 404, "does not know a repository acme/other"),
        ({"for": None, "until": "2026-11-25 08:00"}, 422, "until: add the offset"),
        ({"for": None, "until": "2020-11-25 08:00Z"}, 422, "until: that time has passed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(
    world: World, more: dict[str, object], status: int, words: str
) -> None:
    body = {key: value for key, value in (GOOD | more).items() if value is not None}
    got, said = world.ask("POST", "/api/freezes", body)
    assert (got, words in str(said["error"])) == (status, True), said
    assert world.store.freezes.of(7, NOON) == ()


def test_only_a_right_and_fresh_signature_counts(world: World) -> None:
    for secret, name, at in (
        ("a-wrong-secret-word", "maya", NOON),
        (SECRET, "ci", NOON),
        (SECRET, "nobody", NOON),
        ("no such key", "nobody", NOON),
        (SECRET, "maya", NOON - timedelta(minutes=6)),
        (SECRET, "maya", NOON + timedelta(minutes=6)),
    ):
        world.now = NOON
        assert world.ask("POST", "/api/freezes", GOOD, secret, name, at)[0] == 401
    assert world.client.post("/api/freezes", json=GOOD).status_code == 401
    assert world.client.get("/api/freezes?repository=acme/shop").status_code == 401
    assert world.store.freezes.of(7, NOON) == ()


def test_a_request_that_is_overheard_is_carried_out_once(world: World) -> None:
    data = json.dumps(GOOD).encode()
    headers = signed("maya", SECRET, NOON, "POST", "/api/freezes", data)
    first = world.client.post("/api/freezes", data=data, headers=headers)
    world.ask("POST", f"/api/freezes/{first.get_json()['id']}/end", {"repository": "acme/shop"})
    again = world.client.post("/api/freezes", data=data, headers=headers)
    assert (first.status_code, again.status_code) == (201, 409)
    other = world.client.post("/api/freezes", data=data.replace(b"red", b"frozen"), headers=headers)
    assert other.status_code == 401
    assert world.ask("GET", "/api/freezes?repository=acme/shop")[1]["freezes"] == []


def test_what_is_no_freeze_cannot_be_ended_and_what_is_too_large_is_not_read(world: World) -> None:
    assert world.ask("POST", "/api/freezes/none/end", {"repository": "acme/shop"})[0] == 404
    assert world.ask("POST", "/api/freezes", GOOD | {"reason": "x" * 70_000})[0] == 413
    assert world.ask("POST", "/api/freezes", ["not", "a", "freeze"])[0] == 422
    assert world.ask("GET", "/api/freezes")[1]["error"] == "this server does not know a repository (name one)"


@pytest.mark.parametrize("listed", ["maya", "maya=short", "Maya=long-enough-secret", "=long-enough-secret"])
def test_a_key_needs_a_name_and_a_long_secret(listed: str) -> None:
    with pytest.raises(ValueError, match="write name=secret"):
        keys(listed)


@contextmanager
def at_work(folder: Path, shop: Path) -> Iterator[tuple[Place, str]]:
    with stage(folder, api_keys=f"maya={SECRET}") as running:
        yield settled(running, "acme/shop", shop), running.address


def run(address: str, *words: str, key: str = f"maya={SECRET}") -> Result:
    env = {"CODECHILL_SERVER": address, "CODECHILL_API_KEYS": key}
    return CliRunner().invoke(freeze, list(words), env=env)


def as_documented(address: str) -> str:
    """What the program in the docs prints, with this server's address and key in place of the page's."""
    page = (Path(__file__).parents[2] / "docs" / "freezes.md").read_text("utf-8")
    program = page.partition("```python\n")[2].partition("```")[0]
    for word, here in (("A-LONG-SECRET", SECRET), ('"ci"', '"maya"'), ("http://127.0.0.1:8080", address)):
        assert word in program
        program = program.replace(word, here)
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_from_the_command_line_a_freeze_holds_every_open_pull_request_and_its_end_frees_them(
    tmp_path: Path, shop: Path
) -> None:
    with at_work(tmp_path, shop) as (place, address):
        place.configure(BASIC)
        number = place.open(place.large())
        assert place.check(number).conclusion == "success"
        words = ("--level", "red", "--for", "2h", "--reason", "The database moves")
        started = run(address, "start", "acme/shop", *words)
        assert started.exit_code == 0, started.output
        assert "main: red, 50 % held back until" in started.output
        place.stage.settle()
        assert place.check(number).conclusion == "failure"
        listed = json.loads(run(address, "list", "acme/shop", "--format", "json").output)
        (one,) = listed["freezes"]
        assert one["id"] in run(address, "list", "acme/shop").output
        assert run(address, "end", "acme/shop", one["id"], "--reason", "moved").exit_code == 0
        place.stage.settle()
        assert place.check(number).conclusion == "success"
        assert "no freeze by hand is on" in run(address, "list", "acme/shop").output
        refused = run(address, "start", "acme/shop", *words[2:], "--level", "rad")
        assert (refused.exit_code, "did you mean red?" in refused.output) == (1, True)
        assert SECRET not in started.output
        assert "Incident 4711" in as_documented(address)
        assert run(address, "list", "acme/shop", key="maya=another-secret-here").exit_code == 1
        assert run(address, "list", "acme/shop", key="").exit_code == 2
        assert run(address, "list", "acme/shop", "--as", "ben").exit_code == 2
        assert run(address + "/healthz", "list", "acme/shop").exit_code == 2
    away = run("http://127.0.0.1:9", "list", "acme/shop")
    assert (away.exit_code, "could not be reached" in away.output) == (2, True)
    assert "write name=secret" in run("http://127.0.0.1:9", "list", "acme/shop", key="maya").output


@pytest.mark.parametrize("address", ["chill.example.org", "127.0.0.1:8080", "ftp://chill.example.org"])
def test_an_address_that_is_none_of_a_server_is_answered_with_how_one_is_written(address: str) -> None:
    told = run(address, "list", "acme/shop")
    assert (told.exit_code, "begin with https://" in told.output) == (2, True)


def test_where_no_server_is_set_up_it_is_said_how_to_name_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.commands.freeze.FOLDER", tmp_path)
    monkeypatch.delenv("CODECHILL_APP_ID", raising=False)
    told = run("", "list", "acme/shop")
    assert (told.exit_code, told.output) == (
        2,
        "Error: no server is set up here: name one with --server or CODECHILL_SERVER\n",
    )
