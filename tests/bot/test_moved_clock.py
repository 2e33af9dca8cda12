"""A wall clock that is wrong for a while and put right: no head keeps what the calendar of another moment gave it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing

from bot.clock.edges import KnownEdges
from bot.clock.schedule import Reach, Schedule
from bot.clock.steps import Steps
from bot.forge.envelope import Envelope
from bot.jobs.desk import Beat
from bot.jobs.kinds import SWEEP_ALL
from bot.jobs.port import NewJob
from bot.policy.calendar import Scope
from bot.policy.config import parse
from bot.policy.show.ticks import mark, ticks
from tests.bot.test_schedule import HEAD, NOON, World

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
OPENS = NOON + 2 * MINUTE
CONFIG = "version: 1\nwindows:\n  - {name: Night, level: red, from: 2026-11-20 12:02}\n"


class Moved(World):
    """A world with a steady clock, whose looks at pull requests decide as the calendar of the wall clock says."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.steady = 1000.0
        self.repository(7, 1)
        self.store.configurations.save(7, "main", text=CONFIG, sha=HEAD, at=NOON)
        self.held: dict[int, bool] = {}
        self.decide(1)

    def decide(self, number: int) -> None:
        config = parse(CONFIG)
        self.held[number] = config.calendar.level_at(self.now, Scope("main")).level == "red"
        said = mark(config, self.now, Scope("main"))
        self.store.pulls.save(
            7, number, head_sha=HEAD, base_ref="main", open=True, verdict=0, decided_at=self.now, mark=said
        )

    def look(self, one: Envelope) -> None:
        super().look(one)
        self.decide(one.number or 0)

    def clocked(self, holder: str = "a") -> Schedule:
        edges, beat = KnownEdges(self.store.configurations, self.store.freezes), Beat(SWEEP_ALL, 30 * MINUTE)
        return Schedule(
            self.store.leases,
            self.store.ticks,
            self.queue,
            self.clock,
            holder=holder,
            beats=(beat,),
            edges=edges,
            steady=lambda: self.steady,
        )

    def let(self, schedule: Schedule, seconds: int) -> None:
        """So much time goes by on both clocks, and whatever is due is done in it."""
        for _ in range(seconds):
            self.now += SECOND
            self.steady += 1
            schedule.watch()
            if not int(self.steady) % 5:
                schedule.turn()
            self.work()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Moved]:
    one = Moved(tmp_path)
    with structlog.testing.capture_logs():
        yield one
    one.store.close()


def test_a_clock_an_hour_ahead_for_twenty_seconds_delays_no_window_by_more_than_fifteen(world: Moved) -> None:
    schedule = world.clocked()
    world.let(schedule, 5)
    world.now += HOUR
    world.let(schedule, 20)
    assert world.held[1]
    world.now -= HOUR
    world.let(schedule, 15)
    assert not world.held[1]
    world.let(schedule, 120 - 5 - 20 - 15)
    assert world.now == OPENS
    world.let(schedule, 15)
    assert world.held[1]


@pytest.mark.parametrize("ahead", [HOUR, 2 * HOUR, timedelta(days=400), -HOUR, timedelta(minutes=-2)])
def test_after_a_restart_under_the_right_clock_every_head_is_decided_by_it(world: Moved, ahead: timedelta) -> None:
    first = world.clocked()
    world.now += ahead
    world.let(first, 20)
    first.stop()
    world.now -= ahead
    second = world.clocked("b")
    second.turn()
    world.work()
    assert not world.held[1]
    world.let(second, 120)
    assert world.held[1]


def test_the_seconds_of_a_clock_two_hours_ahead_put_nothing_off(world: Moved) -> None:
    schedule = world.clocked()
    world.let(schedule, 5)
    world.now += 2 * HOUR
    world.queue.add(NewJob("redeliver", {}, "clock/redeliver", world.now + MINUTE, dedupe="clock/redeliver"))
    world.queue.add(NewJob("sweep", {}, "clock/more", world.now))
    world.let(schedule, 1)
    world.now -= 2 * HOUR
    world.let(schedule, 6)
    depth = world.queue.depth(world.now)
    assert (depth.waiting, depth.running, world.sent) == (0, 0, [72])


def test_a_step_is_seen_whichever_way_it_goes_and_time_that_goes_by_is_none() -> None:
    now, steady = [NOON], [50.0]
    steps = Steps(lambda: now[0], lambda: steady[0])
    seen = []
    for wall, passed in ((60, 60), (3600, 0), (-3600, 1), (1, 0), (0, 600), (5, 5)):
        now[0] += timedelta(seconds=wall)
        steady[0] += passed
        seen.append(round(steps.taken().total_seconds()))
    assert seen == [0, 3600, -3601, 0, -600, 0]


def test_a_process_that_stood_still_between_its_two_readings_has_seen_no_step() -> None:
    steady = iter((0.0, 0.0, 1.0, 601.0, 602.0, 602.0))
    wall = iter((NOON, NOON + SECOND, NOON + 602 * SECOND))
    steps = Steps(lambda: next(wall), lambda: next(steady))
    assert [steps.taken(), steps.taken()] == [timedelta(), timedelta()]


def test_a_moved_clock_makes_every_open_pull_request_be_looked_at(world: Moved) -> None:
    world.repository(7, 1, 2, 3)
    world.decide(2)
    world.decide(3)
    schedule = world.clocked()
    schedule.turn()
    world.work()
    world.now += HOUR
    schedule.turn()
    assert {(number, why) for _, number, why in world.work()} >= {(1, "clock"), (2, "clock"), (3, "clock")}


def test_a_clock_that_moves_while_an_earlier_move_is_put_right_is_put_right_too(world: Moved) -> None:
    schedule = world.clocked()
    schedule.turn()
    world.work()
    lead = world.store.leases.take

    def moving(*given: object) -> bool:
        world.store.leases.take = lead  # type: ignore[method-assign]
        world.now -= HOUR
        schedule.watch()
        return bool(lead(*given))  # type: ignore[arg-type]

    world.now += HOUR
    world.store.leases.take = moving  # type: ignore[method-assign]
    schedule.turn()
    world.work()
    schedule.turn()
    assert (1, "clock") in {(number, why) for _, number, why in world.work()}


def test_a_head_that_cannot_be_decided_is_asked_for_six_times_an_hour_not_each_time(world: Moved) -> None:
    world.store.pulls.save(7, 1, head_sha=HEAD, base_ref="main", open=True, verdict=0, decided_at=NOON, mark="other")
    schedule = world.clocked()
    world.decide = lambda number: None  # type: ignore[method-assign]
    looks = 0
    for _ in range(240):
        world.now += 15 * SECOND
        world.steady += 15
        schedule.turn()
        looks += sum(why == "edge" for _, _, why in world.work())
    assert 6 <= looks <= 9


def test_a_killed_leader_delays_an_edge_by_fifteen_seconds_at_most(world: Moved) -> None:
    first, second = world.clocked("first"), world.clocked("second")
    world.now, world.steady = OPENS - SECOND, world.steady + 90
    first.turn()
    for second_passed in range(15):
        world.now += SECOND
        world.steady += 1
        if second_passed % 5 == 4:
            second.turn()
        world.work()
    assert world.held[1]
    assert Reach().lease + Reach().turn <= timedelta(seconds=15)


def test_the_mark_changes_exactly_when_a_tick_passes() -> None:
    config = parse(
        "version: 1\ntimezone: Europe/Berlin\nwindows:\n"
        "  - {name: Weekend, level: weekend, weekly: {from: 'Fri 17:00', to: 'Mon 08:00'}}\n"
        "  - {name: Night, level: red, weekly: {days: [Mon, Sat], from: '22:00', to: '06:00'}}\n"
    )
    at = datetime(2026, 3, 26, tzinfo=UTC)  # over the change to summer time
    for _ in range(7 * 96):
        later = at + 15 * MINUTE
        passed = bool(ticks(config, at, later))
        assert (mark(config, at) != mark(config, later)) == passed, at
        at = later
