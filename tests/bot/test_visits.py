"""The doctor comes by himself: once a day, and when a window is near; what he finds is logged, counted, and shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.stage import Stage, stage
from tests.bot.conftest import BASIC, Place


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, doctor_hours=24) as here:
        yield here


def look(place: Place) -> None:
    """What is due by the clock, worked off."""
    place.stage.app.schedule.look()
    place.stage.app.worker.wake()
    place.stage.settle()


def metrics(place: Place) -> list[str]:
    page = place.stage.app.web.test_client().get("/metrics").text
    return [line for line in page.splitlines() if line.startswith("codechill_findings{")]


def test_once_a_day_what_has_to_be_put_right_is_counted_and_shown_on_the_checks_of_that_branch(place: Place) -> None:
    look(place)
    assert not any('check="required"' in line for line in metrics(place))
    number = place.open(place.large())
    assert "For maintainers" not in (place.check(number).summary or "")
    place.stage.sandbox.unprotect(place.name)
    place.stage.app.store.ticks.forget(datetime(2000, 1, 1, tzinfo=UTC))  # as on the next day
    look(place)
    assert 'codechill_findings{check="required",severity="error"} 1.0' in metrics(place)
    place.say(number, place.stage.sandbox.author, "/chill refresh")
    summary = place.check(number).summary or ""
    assert "**For maintainers.** codechill is not required, so a change that is held can be merged" in summary


def test_when_a_window_is_near_the_doctor_looks_at_its_repository(place: Place) -> None:
    look(place)
    place.stage.sandbox.unprotect(place.name)
    soon = place.stage.app.clock() + timedelta(hours=5)  # it was told of seven hours ago
    place.configure(
        f"{BASIC}windows:\n  - {{name: Night, level: red, from: '{soon:%Y-%m-%d %H:%M}', to: 2099-01-01}}\n"
    )
    place.open(place.change("docs/new.md", b"# New\n"))
    assert metrics(place) == []
    look(place)
    assert 'codechill_findings{check="required",severity="error"} 1.0' in metrics(place)
