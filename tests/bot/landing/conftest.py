"""The stage of tests about landing: both Apps, and a funnel that lets everything through."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from landing_home import ROBOT, Home

from bot.demo import sample
from bot.demo.stage import Stage, now, stage
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED
from bot.policy.radar.stage import Stage as Asked
from tests.fakes.clock import Clock


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.build(tmp_path_factory.mktemp("past"), changes=5)


@pytest.fixture(scope="module")
def landing_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Clock]]:
    clock = Clock(datetime(2026, 11, 24, 9, tzinfo=UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(funnel, "STAGES", (Asked("risk", "Is it among the safest?", lambda candidate: PASSED),))
        with stage(tmp_path_factory.mktemp("stage"), clock=clock, trusted=now, lands=True) as here:
            here.sandbox.add_person(ROBOT, bot=True)
            yield here, clock


@pytest.fixture
def home(landing_stage: tuple[Stage, Clock], past: Path, request: pytest.FixtureRequest) -> Home:
    here, clock = landing_stage
    name = f"acme/{abs(hash(request.node.nodeid)) % 10**12}"
    folder = Path(here.sandbox.add_repository(name, past, "main").folder)
    made = Home(here, clock, name, folder)
    here.sandbox.protect(name, required_checks=("codechill",), approvals=1)
    made.configure()
    return made
