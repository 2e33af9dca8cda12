"""`codechill incidents`: claims are listed, shown, judged, exported and told, beside the list that is imported."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.incidents import incidents
from bot.jobs.kinds import REPORT
from bot.jobs.lease import LeaseQueue
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause, Level, Report
from bot.store import KnownRepository, Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE, TWO = "1a" * 20, "2b" * 20
SAID = Report(
    "pagerduty", "PagerDuty P1", NOON, "Maya", Level.PERSON, Cause("acme/shop", 12), "a note in PagerDuty names it",
    "Checkout fails", "P1", ("https://pd.example/P1",), "The cache\nwas never filled",
)  # fmt: skip
GUESS = replace(SAID, incident="PagerDuty P2", level=Level.TIME, cause=Cause(sha=TWO), text="", links=())


class Place:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "a.db"
        self.store = Store(f"sqlite:///{self.file}")
        self.store.repositories.saw(KnownRepository(7, 70, "acme/shop"))

    def run(self, *arguments: str, status: int = 0) -> Result:
        name, *more = arguments
        ran = CliRunner().invoke(incidents, [name, "--database", str(self.file), *more])
        assert ran.exit_code == status, ran.output
        return ran

    def rows(self, *more: str) -> list[dict[str, object]]:
        return json.loads(self.run("list", "--format", "json", *more).stdout)  # type: ignore[no-any-return]

    def blamed(self) -> list[str]:
        return [incident.sha for incident in self.store.incidents.of(7)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.store.claims.report(7, SAID, Landed((ONE,)), at=NOON)
    made.store.claims.report(7, GUESS, Landed((TWO,)), at=NOON)
    yield made
    made.store.close()


def test_claims_are_listed_with_their_state_and_why(place: Place) -> None:
    lines = place.run("list").stdout.splitlines()
    assert lines[0].split() == ["1", "confirmed", "level", "1", "acme/shop#12", "PagerDuty", "P1"]
    assert "(a guess: a person has to confirm it)" in lines[1]
    rows = place.rows("--repository", "acme/shop")
    assert [(row["claim"], row["state"], row["label"], row["kind"]) for row in rows] == [
        (1, "confirmed", True, "incident"),
        (2, "candidate", False, "guess"),
    ]
    assert "root_cause" not in rows[0]
    assert [row["claim"] for row in place.rows("--state", "candidate")] == [2]


def test_a_claim_is_shown_with_its_text_and_all_that_was_done_to_it(place: Place) -> None:
    place.run("dispute", "1", "--by", "ben", "--reason", "The disk was full")
    shown = json.loads(place.run("show", "1", "--format", "json").stdout)
    assert (shown["root_cause"], shown["state"], shown["reason"]) == (SAID.text, "disputed", "The disk was full")
    assert [line.split(" ", 1)[1] for line in shown["history"]] == [
        "confirmed by pagerduty: a note in PagerDuty names it",
        "disputed by ben: The disk was full",
    ]
    assert "was never filled" in place.run("show", "1").stdout
    assert "there is no claim 9" in place.run("show", "9", status=2).output


def test_a_person_confirms_disputes_and_withdraws_and_the_labels_follow(place: Place) -> None:
    assert place.blamed() == [ONE]
    assert place.run("confirm", "2", "--by", "ben").stdout == "Claim 2: confirmed; models learn from it.\n"
    assert sorted(place.blamed()) == [ONE, TWO]
    said = place.run("withdraw", "1", "--by", "ben", "--reason", "Another one").stdout
    assert said == "Claim 1: withdrawn; no model learns from it.\n"
    assert place.blamed() == [TWO]
    assert [record.kind for record in place.store.audit.records(7)] == ["claim"] * 4
    assert place.store.audit.verify() is None


def test_a_dispute_says_why_and_of_which(place: Place) -> None:
    place.run("dispute", "1", "--by", "ben", status=2)
    assert (
        "say why, so that the next person can judge it"
        in place.run("dispute", "1", "--by", "ben", "--reason", " ", status=2).output
    )
    assert "there is no claim 9" in place.run("withdraw", "9", "--by", "ben", "--reason", "x", status=2).output
    assert place.blamed() == [ONE]


def test_export_writes_one_object_a_line_with_the_text_of_the_root_cause(place: Place) -> None:
    rows = [json.loads(line) for line in place.run("export").stdout.splitlines()]
    assert [(row["incident"], row["root_cause"], row["label"]) for row in rows] == [
        ("PagerDuty P1", SAID.text, True),
        ("PagerDuty P2", "", False),
    ]
    assert rows[0]["links"] == ["https://pd.example/P1"]
    assert rows[0]["commits"] == [ONE]
    assert place.run("export", "--state", "disputed").stdout == ""


def queued(place: Place) -> tuple[Report, ...]:
    job = LeaseQueue(place.store.engine).claim("test", datetime.now(UTC), REPORT.limit)
    assert job is not None
    return REPORT.load(job.payload).reports


CSV = "incident,cause,severity,root_cause\nINC-1,#12,sev1,The cache\nINC-2,,,\n"
LINES = [{"incident": "INC-1", "cause": "#12", "severity": "sev1", "root_cause": "The cache"}, {"incident": "INC-2"}]


@pytest.mark.parametrize("text", [CSV, json.dumps(LINES)], ids=["csv", "json"])
def test_a_file_of_reports_is_taken_in_by_the_server(place: Place, tmp_path: Path, text: str) -> None:
    (tmp_path / "i").write_text(text)
    ran = place.run("report", "--repository", "acme/shop", "--by", "ben", str(tmp_path / "i"))
    assert ran.stdout.startswith("acme/shop: 2 incidents")
    first, second = queued(place)
    assert (first.source, first.by, first.cause, first.text) == ("file", "ben", Cause(number=12), "The cache")
    assert first.evidence == "a file names it"
    assert (second.incident, second.cause) == ("INC-2", None)


def test_a_file_that_cannot_be_used_is_refused_with_its_row(place: Place, tmp_path: Path) -> None:
    (tmp_path / "i").write_text("incident,cause\nINC-1,#1\nINC-2,the cache\n")
    ran = place.run("report", "--repository", "acme/shop", "--by", "ben", str(tmp_path / "i"), status=2)
    assert "row 2: cause: write owner/name#123" in ran.output


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("", "names no incidents"),
        ("null", "names no incidents"),
        ("name,sha\nINC-1,#1\n", "names no incidents"),
        ("[1]", "row 1"),
        ('[{"incident": ' + "9" * 6000 + "}]", "cannot be read"),
    ],
    ids=range(6),
)
def test_what_is_no_list_of_incidents_is_refused_in_one_sentence(
    place: Place, tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "i").write_text(text)
    ran = place.run("report", "--repository", "acme/shop", "--by", "ben", str(tmp_path / "i"), status=2)
    assert why in ran.output
    assert LeaseQueue(place.store.engine).claim("test", datetime.now(UTC), REPORT.limit) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "names no incident"), (b"incident,cause\n", "names no incident"), (b"\xff\x00", "is no text in UTF-8")],
)
def test_a_file_without_incidents_is_refused_in_words(place: Place, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "i").write_bytes(content)
    ran = place.run("report", "--repository", "acme/shop", "--by", "ben", str(tmp_path / "i"), status=2)
    assert words in ran.output


def test_a_cause_for_a_claim_that_has_none_is_looked_up_by_the_server(place: Place) -> None:
    said = place.run("confirm", "2", "--by", "ben", "--cause", "#12", "--reason", "We looked").stdout
    assert said.startswith("Claim 2: the server looks what #12 landed as")
    (one,) = queued(place)
    assert (one.incident, one.cause, one.level, one.by) == ("PagerDuty P2", Cause(number=12), Level.PERSON, "ben")
    assert (
        "the cache names no change" in place.run("confirm", "2", "--by", "ben", "--cause", "the cache", status=2).output
    )


def test_the_imported_list_stays_apart_from_what_is_claimed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"incident,cause,known_at\nOLD-1,{ONE[:9]},2026-03-02T08:15:00Z\n")
    for words in (["import"], []):  # as it was before there were other commands
        ran = CliRunner().invoke(
            incidents,
            [*words, "--database", str(place.file), "--repository", "acme/shop", str(tmp_path / "list.csv")],
        )
        assert ran.exit_code == 0, ran.output
    assert [incident.name for incident in place.store.incidents.of(7)] == ["OLD-1"]  # the same change, known earlier
    (tmp_path / "list.csv").write_text("incident,cause,known_at\n")
    place.run("import", "--repository", "acme/shop", str(tmp_path / "list.csv"))
    assert [incident.name for incident in place.store.incidents.of(7)] == ["PagerDuty P1"]


def test_what_is_imported_late_is_counted_in_by_a_job(place: Place, tmp_path: Path) -> None:
    queue = LeaseQueue(place.store.engine)
    (tmp_path / "list.csv").write_text(f"incident,cause,known_at\nOLD-1,{ONE[:9]},2026-03-02T08:15:00Z\n")
    for _ in range(2):  # the same list again asks for nothing
        place.run("import", "--repository", "acme/shop", str(tmp_path / "list.csv"))
    assert [(job.kind, job.key) for job in queue.listed("waiting", None)] == [("relabel", "relabel/7")]
