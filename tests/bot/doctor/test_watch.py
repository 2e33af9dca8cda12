from datetime import UTC, datetime

from structlog.testing import capture_logs

from bot.doctor import Facts, Finding, Unreachable
from bot.doctor.facts import Here, Part
from bot.doctor.watch import Watch

FACTS = Facts(datetime(2026, 11, 20, tzinfo=UTC), Here("/d", Part("ready"), Part("ready"), 1 << 40, (2, 47)))
OPEN = Finding("required", "error", "acme/shop main", "Not required.", "Require it.")
SLOW = Finding("clock", "warning", "this machine", "12 seconds behind.", "Keep it in time.")
NOTE = Finding("bypass", "note", "acme/shop main", "Administrators may.", "Change that.")


class Patient:
    """What the doctor would find now; None: GitHub does not answer."""

    def __init__(self) -> None:
        self.found: tuple[Finding, ...] | None = ()

    def __call__(self) -> tuple[Facts, tuple[Finding, ...]]:
        if self.found is None:
            raise Unreachable("GitHub does not answer")
        return FACTS, self.found


def said(watch: Watch, occasion: str = "daily") -> list[tuple[str, str, str]]:
    with capture_logs() as logs:
        watch.look(occasion)
    return [(entry["log_level"], entry["event"], entry.get("check", "")) for entry in logs]


def test_a_finding_is_told_when_it_appears_and_when_it_is_cured_and_not_in_between() -> None:
    patient = Patient()
    watch = Watch(patient)
    assert said(watch) == []
    patient.found = (OPEN, SLOW, NOTE)
    assert said(watch) == [("error", "doctor.found", "required"), ("warning", "doctor.found", "clock")]
    assert said(watch, "before Weekend") == []
    patient.found = (OPEN, Finding("clock", "warning", "this machine", "13 seconds behind.", "Keep it in time."))
    assert said(watch) == []
    patient.found = ()
    assert said(watch) == [("info", "doctor.cured", "required"), ("info", "doctor.cured", "clock")]


def test_a_visit_that_could_not_take_place_cures_nothing() -> None:
    patient = Patient()
    watch = Watch(patient)
    patient.found = (OPEN,)
    watch.look("daily")
    patient.found = None
    assert said(watch) == [("warning", "doctor.no_visit", "")]
    assert watch.findings == (OPEN,)


def test_it_returns_what_has_to_be_put_right_without_notes() -> None:
    patient = Patient()
    patient.found = (OPEN, NOTE)
    assert Watch(patient).look("daily") == (OPEN,)
