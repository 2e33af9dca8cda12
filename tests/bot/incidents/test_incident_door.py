"""The door for incidents: real HTTP requests, signed as their tools do, through the job to what models learn from."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from payloads import (
    GRAFANA,
    INCIDENT_IO,
    NAMING,
    PAGERDUTY_INCIDENT,
    SECRETS,
    SIGNED,
    SIGNS,
    Sent,
    pagerduty_event,
)

from bot.doors.health import work
from bot.doors.incidents.door import MOST_BYTES, MOST_REPORTS, IncidentDoor
from bot.doors.incidents.signing import stamp
from bot.doors.incidents.sources import SOURCES
from bot.forge.port import Target
from bot.jobs.kinds import REPORT
from bot.jobs.lease import LeaseQueue
from bot.line.incidents import Incidents
from bot.policy.incidents.claim import Claim, Landed
from bot.policy.incidents.report import Cause
from bot.policy.pull import Person
from bot.store import KnownRepository, Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = SECRETS["signed"]
ONE = "1a" * 20
GOOD = {"incident": "INC-204", "cause": "acme/shop#12", "severity": "sev1", "root_cause": "The cache was never filled"}


class Known:
    """#12 of acme/shop landed as one commit; nothing else did."""

    def of(self, target: Target, cause: Cause) -> Landed:
        there = target.full_name == "acme/shop" and (cause.number == 12 or (cause.sha and ONE.startswith(cause.sha)))
        return Landed((ONE,)) if there else Landed(words=f"{target.full_name} has no pull request #{cause.number}")


class Nobody:
    """Who is asked about nobody: requests are signed by tools, and no account of the forge says anything."""

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        raise AssertionError(person)


class World:
    """A server with its door and its worker; `now` is its clock."""

    def __init__(self, folder: Path) -> None:
        self.store, self.now, self.woken = Store(f"sqlite:///{folder / 'a.db'}"), NOON, 0
        for number, name in ((7, "acme/shop"), (8, "acme/blog")):
            self.store.repositories.saw(KnownRepository(number, 70, name))
        self.queue = LeaseQueue(self.store.engine)
        self.incidents = Incidents(
            self.store.repositories, self.store.claims, self.store.inbox, Known(), Nobody(), lambda: self.now
        )
        secrets = {name: (secret, "the-one-before-it") for name, secret in SECRETS.items()}
        door = IncidentDoor(
            secrets, self.store.inbox, self.store.repositories, self.queue, lambda: self.now, self._wake
        )
        web = Flask("test")
        web.register_blueprint(door.blueprint())
        self.client: FlaskClient = web.test_client()

    def _wake(self) -> None:
        self.woken += 1

    def send(
        self, body: object, path: str = "/incidents/signed", *, secret: str = SECRET, at: datetime | None = None,
        raw: bytes | None = None, **headers: str,
    ) -> tuple[int, str]:  # fmt: skip
        written = json.dumps(body).encode() if raw is None else raw
        time = str(int((at or self.now).timestamp()))
        signed = {"X-Codechill-Time": time, "X-Codechill-Signature": stamp(secret, time, written)}
        answer = self.client.post(path, data=written, headers={**signed, **headers})
        return answer.status_code, answer.get_data(as_text=True).strip()

    def tell(self, sent: Sent, cause: str = "acme/shop#12", *, secret: str = "", query: str = "") -> tuple[int, str]:
        """As its tool sends and signs it."""
        body = sent.body(cause)
        headers = SIGNS[sent.source](secret or SECRETS[sent.source], body, self.now)
        answer = self.client.post(f"/incidents/{sent.source}{query}", data=body, headers=headers)
        return answer.status_code, answer.get_data(as_text=True).strip()

    def work(self) -> None:
        """Every job that waits is done."""
        while (job := self.queue.claim("worker", self.now, timedelta(minutes=1))) is not None:
            self.incidents.take(REPORT.load(job.payload))
            self.queue.finish(job)

    def claims(self, repository: int = 7) -> tuple[Claim, ...]:
        self.work()
        return self.store.claims.of(repository)

    def inbox(self) -> int:
        with self.store.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar() or 0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def test_a_signed_request_that_names_a_landed_cause_becomes_a_label(world: World) -> None:
    assert world.send(GOOD) == (202, "accepted")
    assert (world.woken, world.store.incidents.of(7)) == (1, ())
    (claim,) = world.claims()
    assert (claim.state, claim.level, claim.sources, claim.commits) == ("confirmed", 1, ("signed",), (ONE,))
    assert (claim.text, claim.severity) == ("The cache was never filled", "sev1")
    (incident,) = world.store.incidents.of(7)
    assert (incident.name, incident.sha, incident.severe) == ("INC-204", ONE, True)
    assert incident.known_at == int(NOON.timestamp())


def test_it_is_known_from_when_it_was_confirmed_here_and_never_from_when_it_says(world: World) -> None:
    assert world.send(GOOD | {"at": "2026-11-20T08:00:00Z"})[0] == 202
    world.now += timedelta(hours=3)  # the queue was long
    (claim,) = world.claims()
    assert claim.said_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert world.store.incidents.of(7)[0].known_at == int(world.now.timestamp())


def test_a_cause_elsewhere_goes_to_its_own_repository(world: World) -> None:
    assert world.send(GOOD | {"cause": "acme/blog#3"}, "/incidents/signed?repository=acme/shop")[0] == 202
    assert world.claims(7) == ()
    (claim,) = world.claims(8)
    assert (claim.state, claim.reason) == ("candidate", "acme/blog has no pull request #3")


def test_a_cause_without_a_repository_is_of_the_one_in_the_address(world: World) -> None:
    assert world.send(GOOD | {"cause": ONE[:10]}, "/incidents/signed?repository=ACME/Shop")[0] == 202
    assert [claim.commits for claim in world.claims()] == [(ONE,)]


def test_without_a_cause_it_waits_for_a_person(world: World) -> None:
    assert world.send({"incident": "INC-9"}, "/incidents/signed?repository=acme/shop")[0] == 202
    (claim,) = world.claims()
    assert (claim.state, claim.reason) == ("candidate", "nobody has named its cause yet")
    assert world.send(GOOD | {"incident": "inc-9"})[0] == 202
    assert [(claim.state, claim.reports) for claim in world.claims()] == [("confirmed", 2)]


@pytest.mark.parametrize("evidence", ["rollback", "time"])
def test_a_guess_of_a_tool_waits_for_a_person(world: World, evidence: str) -> None:
    assert world.send(GOOD | {"evidence": evidence})[0] == 202
    assert [claim.state for claim in world.claims()] == ["candidate"]
    assert world.store.incidents.of(7) == ()


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"secret": "another-long-secret"}, 401, "X-Codechill-Signature is missing or wrong: compare the secret"),
    (
        {"at": NOON - timedelta(minutes=6)},
        401,
        "not within five minutes: this server's clock says",
    ),
    ({"at": NOON + timedelta(minutes=6)}, 401, "not within five minutes"),
    ({"X-Codechill-Time": "soon"}, 401, "the time of the signature is missing"),
    ({"X-Codechill-Signature": ""}, 401, "X-Codechill-Signature is missing or wrong"),
    (
        {"path": "/incidents/pigeon"},
        404,
        "no such source of incidents has a secret here; those that have: signed",
    ),
    ({"path": "/incidents/signed?repository=acme/other"}, 404, "this server does not know a repository acme/other"),
    ({"body": GOOD | {"cause": "acme/other#1"}}, 404, "this server does not know a repository acme/other"),
    ({"body": GOOD | {"cause": "#12"}}, 422, "it names no repository: write the cause as owner/name#123"),
    ({"body": {"incident": "INC-1"}}, 422, "it names no repository"),
    ({"body": GOOD | {"cause": "the cache"}}, 422, "cause: write owner/name#123"),
    ({"body": GOOD | {"incident": ""}}, 422, "incident: "),
    ({"body": GOOD | {"incident": " \n"}}, 422, "incident: "),
    (
        {"path": "/incidents/devlake", "secret": SECRETS["devlake"], "body": [{"issue_key": " "}]},
        422,
        "issue_key: ",
    ),
    (
        {
            "path": "/incidents/devlake?repository=acme/shop",
            "secret": SECRETS["devlake"],
            "body": [{"issue_key": f"D-{n}"} for n in range(MOST_REPORTS + 1)],
        },
        413,
        "a request names at most 50 incidents, this one 51: send several",
    ),
    ({"body": GOOD | {"evidence": "hunch"}}, 422, "evidence: "),
    ({"body": GOOD | {"at": "2026-11-10T00:00:00Z"}}, 409, "it was said more than 7 days ago"),
    ({"body": [GOOD]}, 422, "the whole: "),
    ({"raw": b"{"}, 400, "the body is no JSON"),
    ({"raw": b"[" * 100_000}, 400, "the body is no JSON"),
    ({"raw": b'{"incident": "' + b"a" * MOST_BYTES + b'"}'}, 413, "a request has at most 512 KiB"),
    ({"Content-Encoding": "gzip"}, 415, "send the body as it is"),
]


@pytest.mark.parametrize(("how", "status", "words"), REFUSED)
def test_what_is_unknown_unsigned_old_or_unreadable_is_refused_with_one_sentence_and_not_stored(
    world: World, how: dict[str, Any], status: int, words: str
) -> None:
    answered, said = world.send(how.pop("body", GOOD), **how)
    assert (answered, words in said, "\n" in said) == (status, True, False), said
    assert (world.inbox(), world.claims(), world.woken) == (0, (), 0)


def test_a_request_that_is_replayed_is_refused_and_changes_nothing(world: World) -> None:
    assert world.send(GOOD)[0] == 202
    assert world.send(GOOD) == (409, "this very request came before; nothing was stored")
    # with another repository in the address, which nobody signs
    assert world.send(GOOD, "/incidents/signed?repository=acme/blog")[0] == 409
    (claim,) = world.claims()
    assert (claim.reports, world.inbox()) == (1, 1)


def test_the_secret_before_counts_while_it_is_being_replaced(world: World) -> None:
    assert world.send(GOOD, secret="the-one-before-it")[0] == 202


def test_the_body_is_forgotten_once_its_job_is_done(world: World) -> None:
    world.send(GOOD)
    world.work()
    with world.store.read() as connection:
        assert connection.exec_driver_sql("SELECT state, body FROM inbox").all() == [("done", None)]


def test_a_flood_ends_at_a_bound_and_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("bot.store.claims", "bot.doors.health"):
        monkeypatch.setattr(f"{place}.MOST_A_DAY", 3)
    for number in range(5):
        assert world.send(GOOD | {"incident": f"INC-{number}"})[0] == 202
    assert len(world.claims()) == 3
    assert work(world.store.engine, world.now).floods == (("acme/shop", 3),)
    assert work(world.store.engine).floods == ()
    world.now += timedelta(days=2)
    assert work(world.store.engine, world.now).floods == ()
    world.send(GOOD | {"incident": "INC-9"})
    assert len(world.claims()) == 4


def named(sent: Sent) -> str:
    return f"{sent.source}-{NAMING.index(sent)}"


@pytest.mark.parametrize("sent", NAMING, ids=named)
def test_what_each_tool_sends_becomes_a_label_when_it_names_a_landed_cause(world: World, sent: Sent) -> None:
    assert world.tell(sent) == (202, "accepted")
    (claim,) = world.claims()
    assert (claim.state, claim.commits, claim.sources) == ("confirmed", (ONE,), (sent.source,))
    assert (claim.incident, claim.by) == (sent.incident, sent.by)
    assert claim.said_at == datetime(2026, 11, 24, 11, 58, tzinfo=UTC).replace(microsecond=claim.said_at.microsecond)
    assert "The cache was never filled" in claim.text or "custom_field" in str(sent.payload)
    assert [incident.sha for incident in world.store.incidents.of(7)] == [ONE]


@pytest.mark.parametrize("sent", NAMING, ids=named)
def test_a_tool_without_the_right_secret_is_refused_and_nothing_is_stored(world: World, sent: Sent) -> None:
    wrong = SECRETS[sent.source][:-4] + "0000"
    status, words = world.tell(sent, secret=wrong)
    assert (status, "missing or wrong: compare the secret there with CODECHILL_INCIDENT_SECRETS" in words) == (
        401,
        True,
    )
    answer = world.client.post(f"/incidents/{sent.source}", data=sent.body())
    assert answer.status_code == 401
    assert (world.inbox(), world.claims()) == (0, ())


@pytest.mark.parametrize("sent", NAMING, ids=named)
def test_what_a_tool_sends_twice_counts_once(world: World, sent: Sent) -> None:
    world.tell(sent)
    status, words = world.tell(sent)
    # a tool that is told it did wrong sends it again for hours, and then never anything any more
    assert status == (409 if sent.source in ("signed", "devlake") else 200)
    assert words == "this very request came before; nothing was stored"
    assert [claim.reports for claim in world.claims()] == [1]


@pytest.mark.parametrize("sent", NAMING, ids=named)
def test_an_incident_whose_cause_nobody_named_waits_for_a_person(world: World, sent: Sent) -> None:
    if sent.source == "signed":
        sent = Sent("signed", {**SIGNED, "cause": ""}, "INC-204", "maya")
    assert world.tell(sent, "we do not know yet", query="?repository=acme/shop")[0] == 202
    (claim,) = world.claims()
    assert (claim.state, claim.reason, claim.incident) == ("candidate", "nobody has named its cause yet", sent.incident)
    assert world.store.incidents.of(7) == ()


@pytest.mark.parametrize("sent", [each for each in NAMING if each.source not in ("signed", "devlake")], ids=named)
def test_what_is_for_no_repository_of_this_server_is_not_stored_and_no_tool_turns_itself_off(
    world: World, sent: Sent
) -> None:
    assert world.tell(sent, "acme/other#1") == (200, "this server does not know a repository acme/other")
    status, words = world.tell(sent, "not known yet")
    assert (status, words.startswith("it names no repository: write the cause as owner/name#123")) == (200, True)
    assert (world.inbox(), world.claims()) == (0, ())


PRIVATE = {"event_type": "private_incident.incident_updated_v2", "private_incident.incident_updated_v2": {"id": "01F"}}
NOTHING = [
    Sent("pagerduty", {"event": {"event_type": "pagey.ping", "data": {"message": "Hello", "type": "ping"}}}, "", ""),
    Sent("pagerduty", pagerduty_event("service.updated", {"id": "PF9KMXH"}), "", ""),
    Sent("incident-io", PRIVATE, "", ""),
    Sent("firehydrant", {"data": {"alert": {"id": "6f7"}}, "event": {"resource_type": "signals_alerts"}}, "", ""),
    Sent("grafana-irm", {**GRAFANA, "incident": {**GRAFANA["incident"], "isDrill": True}}, "", ""),  # type: ignore[dict-item]
    Sent("devlake", {"issue_key": "DLK-1", "type": "BUG", "description": "Cause: acme/shop#12"}, "", ""),
]


@pytest.mark.parametrize("sent", NOTHING, ids=lambda sent: sent.source)
def test_pings_drills_bugs_and_private_incidents_say_nothing(world: World, sent: Sent) -> None:
    assert world.tell(sent, query="?repository=acme/shop") == (200, "nothing in it is about an incident")
    assert (world.inbox(), world.claims()) == (0, ())


def test_what_pagerduty_says_at_first_and_what_a_note_says_later_become_one_claim(world: World) -> None:
    triggered = Sent("pagerduty", pagerduty_event("incident.triggered", PAGERDUTY_INCIDENT), "PagerDuty PGR0VU2", "")
    assert world.tell(triggered, query="?repository=acme/shop")[0] == 202
    assert world.tell(NAMING[3])[0] == 202
    (claim,) = world.claims()
    assert (claim.state, claim.reports, claim.title, claim.severity) == ("confirmed", 2, "Checkout fails", "P1")
    assert (claim.severe, claim.links) == (True, ("https://acme.pagerduty.com/incidents/PGR0VU2",))


def test_two_tools_that_name_the_same_incident_make_one_claim_and_one_label(world: World) -> None:
    world.tell(NAMING[3])
    link = {"link": "https://acme.pagerduty.com/incidents/PGR0VU2"}
    world.tell(Sent("signed", {**SIGNED, **link}, "INC-204", "maya"))
    (claim,) = world.claims()
    assert (claim.reports, claim.sources) == (2, ("pagerduty", "signed"))
    assert len(world.store.incidents.of(7)) == 1


def test_two_incidents_of_one_change_are_two_claims_and_one_label(world: World) -> None:
    world.tell(NAMING[5])
    world.work()
    world.now += timedelta(hours=1)
    world.tell(NAMING[6])
    assert [claim.state for claim in world.claims()] == ["confirmed", "confirmed"]
    assert [incident.name for incident in world.store.incidents.of(7)] == ["INC-123"]


def test_a_status_that_changed_brings_its_incident_one_step_deeper(world: World) -> None:
    kind = "public_incident.incident_status_updated_v2"
    incident = INCIDENT_IO["public_incident.incident_updated_v2"]
    world.tell(Sent("incident-io", {"event_type": kind, kind: {"incident": incident}}, "", ""))
    assert [claim.state for claim in world.claims()] == ["confirmed"]


def test_what_a_tool_sends_in_another_shape_is_refused_with_the_place(world: World) -> None:
    odd = Sent("pagerduty", {"event": {"event_type": "incident.annotated"}}, "", "")
    assert world.tell(odd) == (422, "it cannot be read: event.data: Field required")
    nameless = Sent("pagerduty", {"event": {"event_type": "incident.triggered", "data": {"title": "Down"}}}, "", "")
    assert world.tell(nameless)[0] == 422
    assert world.tell(Sent("firehydrant", {"event": {"resource_type": "incident"}}, "", ""))[0] == 422
    assert world.tell(Sent("incident-io", {"event_type": "public_incident.incident_updated_v2"}, "", ""))[0] == 422
    assert world.inbox() == 0


def test_the_page_for_operators_names_every_source_with_its_address() -> None:
    page = (Path(__file__).parents[3] / "docs" / "incidents.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if "/incidents/" in line and line.startswith("| `")]
    assert {row.split("`")[1] for row in rows} == {source.name for source in SOURCES}
    assert all(f"/incidents/{source.name}`" in page for source in SOURCES)
