"""What one touches to add a job: a row of JOBS, and its handler. Here one is added, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.reference import jobs_table
from bot.forge.envelope import Envelope
from bot.forge.port import Gone
from bot.jobs.desk import Desk, beats, handler
from bot.jobs.intake import look, look_later
from bot.jobs.kinds import (
    JOBS,
    PULL,
    Build,
    Edge,
    EdgeReport,
    Importing,
    Kind,
    OfRepository,
    Reports,
    Reviewing,
    Training,
    Unknown,
)
from bot.jobs.lease import LeaseQueue
from bot.jobs.port import Job, NewJob
from bot.jobs.worker import Rules, Worker
from bot.policy.events import Tick
from bot.policy.incidents.report import Cause, Level, Report
from bot.store import Store
from tests.fakes.clock import Clock

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAID = Report("signed", "INC-1", NOON, "maya", Level.ROLLBACK, Cause("acme/shop", sha="0" * 40), links=("a", "b"))


@dataclass(frozen=True)
class Lunch:
    people: int = 1
    at: datetime = NOON


LUNCH = Kind("lunch", "Fetch lunch", Lunch, lambda lunch: f"lunch/{lunch.people}", every=24 * HOUR, limit=HOUR)
ROWS = (*JOBS, LUNCH)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[LeaseQueue]:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    yield LeaseQueue(store.engine)
    store.close()


def desk(eaten: list[Lunch]) -> Desk:
    idle = {row.name: lambda job: None for row in JOBS}
    return Desk({**idle, **dict([handler(LUNCH, eaten.append)])}, ROWS)


def test_its_handler_gets_the_payload_that_was_put_in(queue: LeaseQueue) -> None:
    eaten: list[Lunch] = []
    assert queue.add(LUNCH.new(Lunch(3), NOON))
    assert not queue.add(LUNCH.new(Lunch(3), NOON))  # one that waits will do
    assert Worker(queue, desk(eaten).handle, lambda: NOON, name="w").run_one()
    assert eaten == [Lunch(3, NOON)]


def test_the_clock_puts_it_into_the_queue_as_often_as_the_operator_says() -> None:
    usual = {beat.kind.name: beat.every for beat in beats({}, ROWS)}
    assert usual["lunch"] == 24 * HOUR
    assert {beat.kind.name: beat.every for beat in beats({"lunch": HOUR}, ROWS)} == {**usual, "lunch": HOUR}
    assert "lunch" not in {beat.kind.name for beat in beats({"lunch": timedelta()}, ROWS)}


def test_operators_find_it_in_the_table() -> None:
    assert "| `lunch` | Fetch lunch | 1 d | 1 h |" in jobs_table(ROWS)


def test_a_server_without_its_handler_does_not_begin() -> None:
    with pytest.raises(ValueError, match="lunch"):
        Desk({row.name: lambda job: None for row in JOBS}, ROWS)


def test_a_payload_of_another_form_and_a_kind_of_another_version_are_given_up_at_once(queue: LeaseQueue) -> None:
    here = desk([])
    rules = Rules(hopeless=here.hopeless, final=here.final, limit=here.limit)
    worker = Worker(queue, here.handle, lambda: NOON, name="w", rules=rules)
    for kind, payload in (("lunch", {"people": "many"}), ("dinner", {})):
        queue.add(NewJob(kind, payload, kind, NOON))
        assert worker.run_one()
    assert [(dead.kind, dead.attempts) for dead in queue.dead()] == [("dinner", 1), ("lunch", 1)]
    assert "no job of this version of codechill: dinner" in queue.dead()[0].error


@pytest.mark.parametrize("row", JOBS, ids=lambda row: row.name)
def test_what_a_job_carries_survives_the_queue(row: Kind[object]) -> None:
    tick = Envelope(1, 2, "o/r", 3, Tick("edge"))
    given = {
        "pull": lambda: row.payload("guid", (tick,)),
        "repository": lambda: row.payload("guid", (tick,)),
        "retrain-one": lambda: Training(7, "asked by ben", ("own",)),
        "edge": lambda: Edge(7, "main", NOON),
        "incident": lambda: Reports("guid", 7, (SAID,)),
        "edge-done": lambda: EdgeReport(7, "main", NOON, {"3": 1, "4": None}, 2),
        "review": lambda: Reviewing(7, 3, "these commits"),
        "differences": lambda: Importing(7, 12),
        "weigh": lambda: Build(7, "pay", "v2"),
        "release": lambda: Build(7, "pay", "v2"),
    }
    usual = (lambda: OfRepository(7)) if row.payload is OfRepository else row.payload
    payload = given.get(row.name, usual)()
    new = row.new(payload, NOON)
    assert row.load(new.payload) == payload
    assert (new.kind, new.key != "", new.run_at) == (row.name, True, NOON)


def test_what_it_is_about_is_gone_drops_it() -> None:
    job = Job(1, "lunch", {}, "lunch/1", 1, "w")
    here = desk([])
    assert here.hopeless(job, Gone("404"))
    assert here.final(job, Unknown("odd"))
    assert not here.final(job, RuntimeError("broken"))
    assert here.limit(job) == HOUR


def test_a_timer_of_a_pull_request_holds_up_nothing_and_moves_to_an_earlier_moment(queue: LeaseQueue) -> None:
    later, now = Envelope(1, 2, "o/r", 3, Tick("clock")), Envelope(1, 2, "o/r", 3, Tick("edge"))
    assert look_later(queue, later, NOON + 4 * HOUR, "land after")
    assert not look_later(queue, later, NOON + 2 * HOUR, "land after")
    assert look(queue, now, NOON)
    clock, seen = Clock(NOON), list[tuple[datetime, str]]()

    def see(job: Job) -> None:
        (one,) = PULL.load(job.payload).envelopes
        assert isinstance(one.event, Tick)
        seen.append((clock(), one.event.why))

    worker = Worker(queue, see, clock, name="w")
    for _ in range(5):
        while worker.run_one():
            pass
        clock.forward(hours=1)
    assert seen == [(NOON, "edge"), (NOON + 2 * HOUR, "clock")]
