from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.doctor import Facts, Finding, Unreachable
from bot.doctor.facts import Here, Part
from bot.doctor.watch import Watch
from bot.store import Store

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FACTS = Facts(NOW, Here("/d", Part("ready"), Part("ready"), 1 << 40, (2, 47)))
OPEN = Finding("required", "error", "acme/shop main", "Not required.", "Require it.")
SLOW = Finding("clock", "warning", "this machine", "12 seconds behind.", "Keep it in time.")
NOTE = Finding("bypass", "note", "acme/shop main", "Administrators may.", "Change that.")


class Patient:
    """What the doctor would find now; None: GitHub does not answer."""

    def __init__(self) -> None:
        self.found: tuple[Finding, ...] | None = ()

    def __call__(self, repository: str) -> tuple[Facts, tuple[Finding, ...]]:
        if self.found is None:
            raise Unreachable("GitHub does not answer")
        return FACTS, self.found


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(f"sqlite:///{tmp_path / 'a.db'}")
    yield one
    one.close()


@pytest.fixture
def watch(patient: Patient, store: Store) -> Watch:
    return Watch(patient, store.findings, lambda: NOW)


def said(watch: Watch, occasion: str = "daily", repository: str = "") -> list[tuple[str, str, str]]:
    with capture_logs() as logs:
        watch.look(occasion, repository)
    return [(entry["log_level"], entry["event"], entry.get("check", "")) for entry in logs]


def test_a_finding_is_told_when_it_appears_and_when_it_is_cured_and_not_in_between(
    watch: Watch, patient: Patient, store: Store
) -> None:
    assert said(watch) == []
    patient.found = (OPEN, SLOW, NOTE)
    assert said(watch) == [("error", "doctor.found", "required"), ("warning", "doctor.found", "clock")]
    assert said(watch) == []
    again = Watch(patient, store.findings, lambda: NOW)  # as after a restart
    patient.found = (OPEN, Finding("clock", "warning", "this machine", "13 seconds behind.", "Keep it in time."))
    assert said(again) == []
    patient.found = ()
    assert said(again) == [("info", "doctor.cured", "required"), ("info", "doctor.cured", "clock")]


def test_a_visit_that_could_not_take_place_cures_nothing(watch: Watch, patient: Patient, store: Store) -> None:
    patient.found = (OPEN,)
    watch.look("daily")
    patient.found = None
    assert said(watch) == [("warning", "doctor.no_visit", "")]
    assert [finding.about for finding in store.findings.all()] == ["acme/shop main"]


def test_what_has_to_be_put_right_is_kept_without_notes(watch: Watch, patient: Patient, store: Store) -> None:
    patient.found = (OPEN, NOTE)
    watch.look("daily")
    assert [(one.check, one.words, one.fix) for one in store.findings.all()] == [
        ("required", "Not required.", "Require it.")
    ]


def test_a_visit_to_one_repository_leaves_what_is_about_others(watch: Watch, patient: Patient, store: Store) -> None:
    other = Finding("required", "error", "acme/shop-two main", "Not required.", "Require it.")
    patient.found = (OPEN, SLOW, other)
    watch.look("daily")
    patient.found = (SLOW,)
    assert said(watch, "a window is near", "acme/shop") == [("info", "doctor.cured", "required")]
    assert {one.about for one in store.findings.all()} == {"this machine", "acme/shop-two main"}
