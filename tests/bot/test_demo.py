"""The demo's promises that need no run of it; `make demo ONCE=1` in CI plays it, and fails where it ends otherwise."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.cast import Role, called
from bot.demo.story import CALENDAR, Story
from bot.policy.config import parse
from bot.sandbox import Sandbox


class Ranked(Story):
    """A story whose risky change has a known rank."""

    rank = 0.0

    def _percentile(self, role: Role) -> float:
        return self.rank


def story(rank: float = 0.0) -> Ranked:
    made = Ranked(None, "acme/demo", Path(), (Role("a risky one", "t", "", "0" * 40, rank, ""),), print)  # type: ignore[arg-type]
    made.rank = rank
    return made


def test_a_change_that_ranks_low_is_not_called_risky() -> None:
    assert (called(0.94), called(0.38)) == ("a risky one", "the riskiest that could be replayed, and still a calm one")


def test_somebody_of_the_cast_may_freeze_by_hand(empty_sandbox: Sandbox) -> None:
    (team,) = parse(CALENDAR).freezes.by
    slug = team.rpartition("/")[2]
    assert empty_sandbox.release_manager in empty_sandbox.world.teams["acme", slug].members


@pytest.fixture
def empty_sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path / "box")


@pytest.mark.parametrize(
    ("rank", "level"),
    [(1.0, "yellow"), (0.93, "yellow"), (0.92, "red"), (0.53, "red"), (0.52, "frozen"), (0.0, "frozen")],
)
def test_the_last_window_holds_a_change_that_comes_to_rank_a_little_lower(rank: float, level: str) -> None:
    named, _, gate = story(rank)._level()
    assert (named, gate <= max(0.0, rank - 0.03)) == (level, True)


def test_each_window_of_the_demo_is_a_calendar_that_the_app_takes() -> None:
    opens = datetime(2026, 11, 27, 22, tzinfo=UTC)
    for level in ("yellow", "red", "frozen"):
        text = CALENDAR + story()._window(level, opens, opens + timedelta(days=3))
        assert [each.name for each in parse(text).calendar.windows] == ["Holiday season"]
