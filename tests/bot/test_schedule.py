"""The clock enqueues at the right moments, once, whoever leads; what its jobs do is looked at on a real store."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing

from bot.clock.edges import KnownEdges
from bot.clock.redelivery import Redelivery
from bot.clock.schedule import Schedule
from bot.forge.envelope import Envelope
from bot.forge.port import Gone, Listed, Target
from bot.jobs import LeaseQueue
from bot.jobs.desk import Beat, beats
from bot.jobs.kinds import SWEEP_ALL, Edge
from bot.jobs.worker import Worker
from bot.policy.config.freezes import Freeze
from bot.policy.events import Tick
from bot.policy.pull import Person
from bot.store import Delivery, KnownRepository, SeenPull, Store
from tests.fakes.desk import clock_desk

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
HEAD = "a" * 40


class World:
    """A store, a queue, a clock, and a forge that knows some open pull requests."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'a.db'}")
        self.queue = LeaseQueue(self.store.engine)
        self.now = NOON
        self.open: dict[int, tuple[Listed, ...]] = {}
        self.looked: list[tuple[int, int, str]] = []
        self.sent: list[int] = []
        redelivery = Redelivery(self, self.store.inbox, self.clock)  # type: ignore[arg-type]
        self.desk = clock_desk(self.store, self.queue, self, self.clock, self.look, redelivery=redelivery)

    def clock(self) -> datetime:
        return self.now

    def open_pulls(self, target: Target) -> tuple[Listed, ...]:
        if target.repository_id not in self.open:
            raise Gone("GitHub answered 404")
        return self.open[target.repository_id]

    def listed(self, repository: int, *pulls: Listed) -> None:
        self.store.repositories.saw(KnownRepository(repository, 70, f"o/{repository}"))
        self.open[repository] = pulls

    def since(self, since: datetime) -> Iterator[object]:
        self.sent.append(int((self.now - since).total_seconds() // 3600))
        return iter(())

    def repository(self, number: int, *pulls: int) -> None:
        self.listed(number, *(Listed(pull, HEAD, "main") for pull in pulls))

    def decided(
        self, repository: int, number: int, verdict: int = 0, *, ready: bool = False, base: str = "main"
    ) -> None:
        self.store.pulls.save(
            repository,
            number,
            head_sha=HEAD,
            base_ref=base,
            open=True,
            ready=ready,
            verdict=verdict,
            percentile=0.5,
            decided_at=self.now,
        )

    def look(self, one: Envelope) -> None:
        assert isinstance(one.event, Tick)
        self.looked.append((one.repository_id, one.number or 0, one.event.why))

    def work(self) -> list[tuple[int, int, str]]:
        """Do what is due; returns what was looked at."""
        self.looked = []
        worker = Worker(self.queue, self.desk.handle, self.clock, name="w")
        while worker.run_one():
            pass
        return self.looked

    def schedule(self, holder: str = "a", edges: Iterable[Edge] = (), *some: Beat) -> Schedule:
        def between(after: datetime, until: datetime) -> list[Edge]:
            return [edge for edge in edges if after < edge.at <= until]

        return Schedule(
            self.store.leases, self.store.ticks, self.queue, self.clock, holder=holder, beats=some, edges=between
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    one = World(tmp_path)
    with structlog.testing.capture_logs():
        yield one
    one.store.close()


MINUTES = timedelta(minutes=1)


def test_a_beat_is_enqueued_once_in_its_stretch_of_time(world: World) -> None:
    schedule = world.schedule("a", (), Beat(SWEEP_ALL, timedelta(minutes=30)))
    assert [schedule.look(), schedule.look()] == [1, 0]
    world.work()
    world.now += 29 * MINUTES
    assert schedule.look() == 0
    world.now += MINUTES
    assert schedule.look() == 1


def test_two_processes_enqueue_no_more_than_one(world: World) -> None:
    beat = Beat(SWEEP_ALL, timedelta(minutes=30))
    first, second = world.schedule("a", (), beat), world.schedule("b", (), beat)
    assert [first.look(), second.look()] == [1, 0]
    first.stop()
    assert second.look() == 0
    world.now += 30 * MINUTES
    assert first.look() + second.look() == 1


def test_another_process_leads_when_the_leader_falls_silent(world: World) -> None:
    beat = Beat(SWEEP_ALL, MINUTES)
    first, second = world.schedule("a", (), beat), world.schedule("b", (), beat)
    first.look()
    world.now += MINUTES
    assert second.look() == 1


def test_an_edge_becomes_a_job_that_runs_at_its_instant(world: World) -> None:
    world.repository(7)
    world.decided(7, 1)
    schedule = world.schedule("a", [Edge(7, "main", NOON + timedelta(seconds=40))])
    assert [schedule.look(), schedule.look()] == [1, 0]
    world.now += timedelta(seconds=39)
    assert world.work() == []
    world.now += timedelta(seconds=1)
    assert world.work() == [(7, 1, "edge")]


def test_an_edge_that_passed_while_the_server_was_down_is_made_up_for(world: World) -> None:
    world.repository(7)
    world.decided(7, 1)
    schedule = world.schedule("a", [Edge(7, "main", NOON - timedelta(hours=5))])
    assert schedule.look() == 1
    assert world.work() == [(7, 1, "edge")]


def test_a_clock_that_jumps_back_repeats_nothing(world: World) -> None:
    schedule = world.schedule("a", [Edge(7, "main", NOON)], Beat(SWEEP_ALL, MINUTES))
    assert schedule.look() == 2
    world.now -= timedelta(hours=1)
    world.now += timedelta(hours=1)
    assert schedule.look() == 0


def test_what_a_clock_ahead_of_its_time_did_is_done_again_when_it_is_put_right(world: World) -> None:
    world.repository(7, 1)
    world.decided(7, 1)
    schedule = world.schedule("a", [Edge(7, "main", NOON + timedelta(hours=5))], Beat(SWEEP_ALL, MINUTES))
    world.now += timedelta(hours=5)
    schedule.look()
    assert world.work() == [(7, 1, "edge")]
    world.decided(7, 1)
    world.now = NOON
    schedule.look()
    assert (7, 1, "sweep") in world.work()
    world.now += timedelta(hours=5)
    schedule.look()
    assert (7, 1, "edge") in world.work()


def test_at_an_edge_the_pull_requests_of_that_branch_are_decided_again_with_the_ready_ones_first(world: World) -> None:
    world.repository(7)
    for number in (1, 2, 3):
        world.decided(7, number, ready=number == 3)
    world.decided(7, 4, base="release")
    world.schedule("a", [Edge(7, "main", NOON)]).look()
    assert world.work() == [(7, 3, "edge"), (7, 1, "edge"), (7, 2, "edge")]


def test_an_edge_leaves_one_audit_record_with_its_figures(world: World) -> None:
    world.repository(7)
    for number in (1, 2, 3):
        world.decided(7, number)
    world.now += MINUTES
    world.schedule("a", [Edge(7, "main", world.now)]).look()
    world.work()
    world.now += timedelta(seconds=20)
    world.decided(7, 1, verdict=1)
    world.decided(7, 2)
    for _ in range(3):
        world.now += MINUTES
        world.work()
    assert [record.kind for record in world.store.audit.records()] == []
    world.decided(7, 3, verdict=1)
    world.now += MINUTES
    world.work()
    (record,) = world.store.audit.records(7)
    figures = json.loads(record.body)
    assert (figures["pulls"], figures["changed"], figures["left"], figures["seconds"]) == (3, 2, 0, 200.0)


def test_an_edge_whose_work_never_ends_says_how_many_are_left(world: World) -> None:
    world.repository(7)
    world.decided(7, 1)
    world.now += MINUTES
    world.schedule("a", [Edge(7, "main", world.now)]).look()
    for _ in range(20):
        world.work()
        world.now += MINUTES
    (record,) = world.store.audit.records(7)
    assert json.loads(record.body)["left"] == 1


def test_a_sweep_looks_at_what_is_new_changed_or_long_unseen_and_asks_how_what_was_closed_ended(world: World) -> None:
    world.repository(7, 1, 2, 3, 4)
    world.now -= timedelta(hours=25)
    world.decided(7, 1)
    world.now = NOON
    world.decided(7, 2)
    world.decided(7, 3)
    world.store.pulls.saw(SeenPull(7, 3, NOON + MINUTES, HEAD))
    world.decided(7, 5)
    world.schedule("a", (), Beat(SWEEP_ALL, MINUTES)).look()
    assert world.work() == [(7, 5, "sweep"), (7, 1, "sweep"), (7, 3, "sweep"), (7, 4, "sweep")]
    assert 5 not in [pull.number for pull in world.store.pulls.all_open(7)]


def test_a_sweep_looks_at_a_push_a_new_base_and_a_failed_look_that_no_delivery_told_of(world: World) -> None:
    world.listed(
        7, Listed(1, HEAD, "main"), Listed(2, "b" * 40, "main"), Listed(3, HEAD, "next"), Listed(4, HEAD, "main")
    )
    for number in (1, 2, 3, 4):
        world.decided(7, number)
    world.store.pulls.save(7, 4, head_sha=HEAD, base_ref="main", open=True, verdict=0, decided_at=None)
    world.schedule("a", (), Beat(SWEEP_ALL, MINUTES)).look()
    assert world.work() == [(7, 2, "sweep"), (7, 3, "sweep"), (7, 4, "sweep")]


def test_a_repository_that_is_gone_does_not_stop_the_sweep_of_others(world: World) -> None:
    world.repository(7, 1)
    world.repository(8, 2)
    del world.open[7]
    world.schedule("a", (), Beat(SWEEP_ALL, MINUTES)).look()
    assert world.work() == [(8, 2, "sweep")]
    assert [one.id for one in world.store.repositories.all()] == [8]


def test_a_sweep_that_follows_before_the_last_was_worked_off_adds_nothing(world: World) -> None:
    world.repository(7, 1, 2)
    schedule = world.schedule("a", (), Beat(SWEEP_ALL, MINUTES))
    for _ in range(5):
        schedule.look()
        world.now += MINUTES
    assert world.work() == [(7, 1, "sweep"), (7, 2, "sweep")]


def test_the_first_search_for_lost_deliveries_of_six_hours_looks_at_all_that_is_kept(world: World) -> None:
    schedule = world.schedule("a", (), *beats({}))
    for _ in range(3):
        schedule.look()
        world.work()
        world.now += 10 * MINUTES
    world.now += timedelta(hours=12)
    schedule.look()
    world.work()
    assert world.sent == [72, 2, 2, 72]


def test_once_a_day_what_no_forge_can_send_again_is_forgotten(world: World) -> None:
    for days, guid in ((9, "old"), (7, "young")):
        delivery = Delivery(guid, "push", b"{}", NOON - timedelta(days=days))
        world.store.inbox.receive([delivery], lambda deliveries, connection: [True])
    world.schedule("a", (), *beats({})).look()
    world.work()
    assert [world.store.inbox.state(guid) for guid in ("old", "young")] == [None, "received"]


WEEKEND = """\
version: 1
timezone: Europe/Berlin
windows:
  - name: Weekend
    level: weekend
    weekly: {from: "Fri 17:00", to: "Mon 08:00"}
"""


def test_the_edges_come_from_the_configurations_in_force_and_from_freezes_by_hand(world: World) -> None:
    world.repository(7)
    world.repository(8)
    world.store.configurations.save(7, "main", text=WEEKEND, sha=HEAD, at=NOON)
    world.store.configurations.save(8, "main", text="version: 1", sha=HEAD, at=NOON)
    by_hand = Freeze("f1", "Launch", "frozen", NOON + MINUTES, NOON + timedelta(days=9), "launch", Person(1, "ada"))
    world.store.freezes.save(8, by_hand, at=NOON)
    opens = datetime(2026, 11, 20, 16, tzinfo=UTC)
    found = sorted(
        KnownEdges(world.store.configurations, world.store.freezes)(NOON, NOON + timedelta(days=3)),
        key=lambda edge: edge.at,
    )
    assert found == [
        Edge(8, "main", NOON + MINUTES),
        Edge(7, "main", opens),
        Edge(7, "main", datetime(2026, 11, 22, 19, tzinfo=UTC)),  # twelve hours before the next: people are told ahead
        Edge(7, "main", datetime(2026, 11, 23, 7, tzinfo=UTC)),
    ]


def test_a_stored_configuration_that_is_not_valid_any_more_stops_no_other(world: World) -> None:
    world.repository(7)
    world.repository(8)
    world.store.configurations.save(7, "main", text="version: 99", sha=HEAD, at=NOON)
    world.store.configurations.save(8, "main", text=WEEKEND, sha=HEAD, at=NOON)
    assert {
        edge.repository_id
        for edge in KnownEdges(world.store.configurations, world.store.freezes)(NOON, NOON + timedelta(days=1))
    } == {8}


def test_the_clock_runs_by_itself_until_it_is_stopped(tmp_path: Path) -> None:
    import threading

    world = World(tmp_path)
    looked = threading.Event()

    def edges(after: datetime, until: datetime) -> list[Edge]:
        looked.set()
        return []

    schedule = Schedule(
        world.store.leases, world.store.ticks, world.queue, world.clock, holder="a", beats=(), edges=edges
    )
    schedule.start()
    assert looked.wait(20)
    schedule.stop()
    assert world.store.leases.take("clock", "b", NOON, MINUTES)
    world.store.close()
