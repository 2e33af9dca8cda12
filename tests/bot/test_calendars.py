"""Calendars at addresses, from the address to the verdict: kept, renewed by the clock, old copies used and told."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing

from bot.clock.edges import KnownEdges
from bot.clock.schedule import Schedule
from bot.config.addresses import Fetched, Unfetchable
from bot.config.calendars import Calendars
from bot.config.repository import Configurations
from bot.forge.envelope import Envelope
from bot.forge.port import ForgeError, Refused, Target
from bot.jobs import LeaseQueue
from bot.jobs.desk import Beat
from bot.jobs.kinds import CALENDARS, PRUNE, Edge
from bot.jobs.worker import Worker
from bot.policy.calendar.feed import Copy
from bot.policy.config import FILE, Config
from bot.policy.events import Tick
from bot.store import KnownRepository, Store
from tests.fakes.desk import clock_desk

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADDRESS = "https://calendar.example.com/secret/on-call.ics"
CONFIG = f"version: 1\nwindows:\n  - {{name: On-call, level: yellow, ics: '{ADDRESS}'}}\n"
SHOP = Target(70, 7, "acme/shop")


def feed(start: str, end: str) -> str:
    event = (
        f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T{start}Z\r\nDTEND:20261124T{end}Z\r\nSUMMARY:Shift\r\nEND:VEVENT"
    )
    return f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n"


class Host:
    """An address that gives a text, or fails."""

    def __init__(self) -> None:
        self.text, self.wrong, self.asked = feed("100000", "140000"), "", 0

    def fetch(self, address: str, tag: str = "") -> Fetched:
        self.asked += 1
        if self.wrong:
            raise Unfetchable(self.wrong)
        new = str(hash(self.text))
        return Fetched(None, tag) if tag == new else Fetched(self.text, new)


class World:
    """A store, a clock, an address, and a forge that has files."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'a.db'}")
        self.queue = LeaseQueue(self.store.engine)
        self.now, self.host, self.files = NOON, Host(), {(SHOP.full_name, FILE): CONFIG}
        self.bases: dict[int, str] = {}
        self.calendars = Calendars(self.store.feeds, self.host, self.clock)
        self.configurations = Configurations(
            self, self.store.configurations, self.store.feeds, self.store.freezes, self.clock, self.calendars
        )  # type: ignore[arg-type]
        self.store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
        self.schedule = Schedule(
            self.store.leases,
            self.store.ticks,
            self.queue,
            self.clock,
            holder="a",
            beats=(Beat(PRUNE, 24 * HOUR), Beat(CALENDARS, timedelta(minutes=15))),
            edges=KnownEdges(self.store.configurations, self.store.freezes),
        )

    def clock(self) -> datetime:
        return self.now

    def file(self, target: Target, path: str, ref: str) -> str | None:
        found = self.files.get((target.full_name, path))
        if found == "too large":
            raise Refused(f"{path} is larger than one megabyte")
        if found == "away":
            raise ForgeError("GitHub answered 500")
        return found

    def tip(self) -> str:
        """A commit that holds the files of now."""
        return hashlib.sha1(repr(sorted(self.files.items())).encode()).hexdigest()  # noqa: S324 - a name only

    def config(self, ref: str = "main") -> Config:
        config, _ = self.configurations.of(SHOP, self.tip(), ref)
        return config

    def open_now(self) -> list[str]:
        return [window.name for window in self.config().calendar.open_at(self.now)]

    def later(self, by: timedelta) -> list[tuple[int, str]]:
        """Let time pass, and the clock do its work; returns which pull requests were looked at, and why."""
        self.now += by
        looked: list[tuple[int, str]] = []

        def look(one: Envelope) -> None:
            assert isinstance(one.event, Tick)
            looked.append((one.number or 0, one.event.why))
            self.decided(one.number or 0, self.bases[one.number or 0])

        desk = clock_desk(self.store, self.queue, self, self.clock, look, calendars=self.calendars)
        self.schedule.look()
        while Worker(self.queue, desk.handle, self.clock, name="w").run_one():
            pass
        return looked

    def decided(self, number: int, base: str = "main") -> None:
        """By the calendar that is known now."""
        self.bases[number] = base
        mark = KnownEdges(self.store.configurations, self.store.freezes).marks(self.now).get((7, base), "")
        self.store.pulls.save(7, number, head_sha="a" * 40, base_ref=base, open=True, decided_at=self.now, mark=mark)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    one = World(tmp_path)
    with structlog.testing.capture_logs():
        yield one
    one.store.close()


def test_an_address_is_asked_once_and_then_its_copy_counts(world: World) -> None:
    assert [world.open_now() for _ in range(3)] == [["Shift"]] * 3
    assert world.host.asked == 1
    world.host.wrong = "the host did not answer in time"
    assert world.open_now() == ["Shift"]


def test_the_clock_reads_again_and_what_changed_is_decided_again(world: World) -> None:
    world.open_now()
    world.decided(1)
    world.decided(2, base="release")
    assert world.later(timedelta(minutes=1)) == [(1, "edge")]  # the shift began while nobody looked
    assert world.later(timedelta(minutes=15)) == []
    world.host.text = feed("150000", "160000")
    assert world.later(timedelta(minutes=15)) == [(1, "configuration")]
    assert world.open_now() == []


def test_an_old_copy_still_counts_and_everybody_is_told_how_old(world: World) -> None:
    world.open_now()
    world.decided(1)
    world.later(timedelta(minutes=1))
    world.host.wrong = "the host answered 503"
    world.later(timedelta(minutes=45))
    assert world.config().problems == ()  # a host may restart
    assert world.later(timedelta(minutes=30)) == [(1, "configuration")]
    assert world.open_now() == ["Shift"]
    (problem,) = world.config().problems
    assert problem.words == (
        "the calendar of On-call cannot be read now (the host answered 503); its copy of 2026-11-24 12:01 UTC counts"
    )
    assert world.later(timedelta(minutes=15)) == []  # told once
    world.host.wrong = ""
    assert world.later(timedelta(minutes=15)) == [(1, "configuration")]
    assert world.config().problems == ()


def test_a_text_that_cannot_be_used_does_not_take_the_place_of_one_that_can(world: World) -> None:
    world.open_now()
    world.host.text = "<html>sign in</html>"
    world.later(2 * HOUR - timedelta(minutes=1))
    assert "it cannot be read as iCalendar" in world.config().problems[0].words
    assert world.open_now() == ["Shift"]


def test_an_address_that_never_answered_is_told_with_the_reason(world: World) -> None:
    world.host.wrong = "the operator of this server allows no calendars from calendar.example.com"
    (problem,) = world.config().problems
    assert problem.words == f"the calendar of On-call cannot be used: {world.host.wrong}"
    assert world.open_now() == ["On-call"]  # yellow is closed on errors


def test_the_secret_in_an_address_is_not_logged(world: World) -> None:
    world.host.wrong = "the host answered 403"
    with structlog.testing.capture_logs() as logs:
        world.config()
    assert [log["event"] for log in logs] == ["calendar.not_read"]
    assert "secret" not in str(logs)


def test_an_address_that_nobody_names_any_more_is_forgotten(world: World) -> None:
    world.open_now()
    world.files[SHOP.full_name, FILE] = "version: 1"
    world.open_now()
    world.later(timedelta(minutes=15))
    assert world.store.feeds.addresses() == ()


def test_edges_of_calendars_and_of_the_organisation_are_known_at_once_after_a_restart(world: World) -> None:
    night = "version: 1\nwindows: [{name: Night, level: red, from: 2026-11-24 22:00}]\n"
    world.files = {
        ("acme/.github", "codechill.yml"): f"{night}# of the organisation\n",
        (SHOP.full_name, FILE): "version: 1\nwindows: [{name: Shifts, level: red, ics: shifts.ics}]\n",
        (SHOP.full_name, "shifts.ics"): feed("130000", "140000"),
    }
    world.config()
    del world.files[SHOP.full_name, FILE]
    world.config("release")  # a branch with no file of its own
    found = [
        (edge.ref, f"{edge.at:%H}")
        for edge in KnownEdges(world.store.configurations, world.store.freezes)(NOON, NOON + 12 * HOUR)
        if edge.at.hour in (13, 14, 22)
    ]
    assert sorted(found) == [("main", "13"), ("main", "14"), ("main", "22"), ("release", "22")]


def test_only_branches_that_a_window_covers_have_its_edges(world: World) -> None:
    world.files[SHOP.full_name, FILE] = (
        "version: 1\nwindows:\n"
        "  - {name: A, level: red, from: 2026-11-24 13:00, branches: [main]}\n"
        "  - {name: B, level: red, from: 2026-11-24 14:00, branches: ['release/*']}\n"
    )
    world.config()
    world.config("release/1")
    found = list(KnownEdges(world.store.configurations, world.store.freezes)(NOON, NOON + 3 * HOUR))
    assert found == [Edge(7, "main", NOON + HOUR), Edge(7, "release/1", NOON + 2 * HOUR)]


@pytest.mark.parametrize("before", ["version: 1\nwindows: [{name: W, level: red, from: 2020-01-01}]", None])
def test_a_file_too_large_to_read_is_a_problem_and_the_last_good_one_stays(world: World, before: str | None) -> None:
    world.files = {} if before is None else {(SHOP.full_name, FILE): before}
    world.config()
    world.files[SHOP.full_name, FILE] = "too large"
    config, (problem,) = world.configurations.of(SHOP, world.tip(), "main")
    assert problem.words == f"{FILE} is larger than one megabyte"
    assert problem.last_good is (before is not None)
    assert [window.name for window in config.calendar.open_at(NOON)] == (["W"] if before else [])
    proposed, (told,) = world.configurations.proposed(SHOP, "c" * 40)
    assert (proposed, told.words) == (None, problem.words)


def test_a_calendar_file_too_large_to_read_is_told_like_a_broken_one(world: World) -> None:
    world.files = {
        (SHOP.full_name, FILE): "version: 1\nwindows: [{name: Shifts, level: red, ics: shifts.ics}]\n",
        (SHOP.full_name, "shifts.ics"): "too large",
    }
    assert "larger than one megabyte" in world.config().problems[0].words
    assert world.open_now() == ["Shifts"]


def test_without_addresses_allowed_none_is_read(world: World) -> None:
    plain = Configurations(world, world.store.configurations, world.store.feeds, world.store.freezes, world.clock)  # type: ignore[arg-type]
    config, _ = plain.of(SHOP, "b" * 40, "main")
    assert "allows no calendars from addresses" in config.problems[0].words
    assert world.calendars.copy(ADDRESS) == Copy(None, "the operator of this server allows no calendars from addresses")


def test_what_a_pull_request_proposes_is_read_with_its_calendars(world: World) -> None:
    proposed, problems = world.configurations.proposed(SHOP, "c" * 40)
    assert problems == ()
    assert proposed is not None
    assert [window.name for window in proposed.calendar.open_at(NOON)] == ["Shift"]
