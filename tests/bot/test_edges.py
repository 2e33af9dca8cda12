"""A window opens over many pull requests, on a forge that refuses whoever writes too fast."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.stage import stage
from bot.sandbox import limits
from tests.bot.conftest import BASIC, Place, settled

MINUTE = timedelta(minutes=1)
CREATED, POINTS = 3, 200  # a minute, in place of GitHub's 80 and 900


class Clock:
    """The machine's, moved forward by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(tmp_path: Path, shop: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(limits, "CREATED_A_MINUTE", CREATED)
    monkeypatch.setattr(limits, "POINTS_A_MINUTE", POINTS)
    with stage(tmp_path, clock=clock) as running:
        yield settled(running, "acme/shop", shop)


def let_pass(place: Place, clock: Clock, by: timedelta) -> None:
    """Time goes by, the clock looks, and what may be done by then is done."""
    clock.ahead += by
    place.stage.app.schedule.look()
    for _ in range(200):
        place.stage.sandbox.settle()
        if not place.stage.app.worker.run_one():
            return


def test_a_window_that_opens_over_many_is_applied_within_the_limits_and_counted(place: Place, clock: Clock) -> None:
    app, people = place.stage.app, place.stage.sandbox
    opens = (clock() + 2 * MINUTE).replace(second=0, microsecond=0)
    window = f"windows:\n  - {{name: Night, level: red, from: '{opens:%Y-%m-%d %H:%M}'}}\n"
    place.configure(f"{BASIC}notice: 100%\n{window}")
    large = place.large()
    risky = [place.open(place.change(f"api/more_{n}.py", b"x = 1\n", large), f"Rework {n}") for n in range(4)]
    quiet = [place.open(place.change(f"docs/{n}.md", b"# New\n"), f"Docs {n}") for n in range(2)]
    ready = risky[-1]
    people.review("acme/shop", ready, people.reviewer)
    place.stage.settle()
    app.worker.stop()
    before = {n: place.check(n) for n in (*risky, *quiet)}
    assert {check.conclusion for check in before.values()} == {"success"}

    people.limits.secondary = True
    repository, at_opening = people.repository("acme/shop").id, []
    for _ in range(30):
        let_pass(place, clock, MINUTE)
        records = list(app.store.audit.records(repository))
        lines = [json.loads(record.body) for record in records if record.kind == "edge"]
        at_opening = [line for line in lines if line["edge"] == opens.isoformat()]
        if at_opening:
            break
    assert [(line["pulls"], line["changed"], line["left"]) for line in at_opening] == [(6, 4, 0)]
    assert at_opening[0]["seconds"] >= 60  # the limits made it wait
    assert {place.check(n).conclusion for n in quiet} == {"success"}

    decided = [(record.number, json.loads(record.body)) for record in records if record.kind == "decision"]
    held = [number for number, body in decided if body["verdict"] == "block"]
    assert held[0] == ready  # what could land at any moment comes first
    assert sorted(set(held)) == risky
    at_edge = [number for number, body in decided if body["event"]["is"] == "Tick"]
    assert not set(at_edge) & set(quiet)  # where nothing changes nothing is written
