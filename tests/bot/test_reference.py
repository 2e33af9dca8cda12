"""The page of settings and metrics is what the code has."""

from datetime import UTC, datetime
from pathlib import Path

from bot.commands import reference
from bot.doors.metrics import Metrics
from bot.jobs.port import Depth
from bot.store import KnownFinding

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_of_settings_and_metrics_is_made_from_the_code() -> None:
    assert PAGE.read_text() == reference.page()


def test_every_setting_says_what_it_means() -> None:
    rows = [line for line in reference.page().splitlines() if line.startswith("| `CODECHILL_")]
    assert len(rows) > 25
    assert [row for row in rows if not row.split("|")[3].strip()] == []


def test_the_metrics_of_the_page_are_those_of_a_server() -> None:
    finding = KnownFinding("required", "error", "acme/shop main", "It is not.", "Require it.")
    metrics = Metrics(lambda now: Depth(1, 1, 1, 1.0), lambda: datetime(2026, 11, 20, tzinfo=UTC), lambda: [finding])
    served = {
        line.split()[2].removesuffix("_total")
        for line in metrics.page().decode().splitlines()
        if line.startswith("# TYPE") and not line.split()[2].endswith("_created")
    }
    assert served == {name.removesuffix("_total") for name, *_ in metrics.described()}
