"""Trust that is lost is taken back by a job; trust that is earned is proposed, and nothing more."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.jobs.kinds import Nothing
from bot.learning.dials import Dials, Earned, Trusting, earned
from bot.policy.candidate import SourceKey
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause, Level, Report
from bot.policy.radar.dial import Move
from bot.store import KnownRepository, Store
from tests.fakes.sources import FILE, TIDY, acme, landed, sha

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'a.db'}")) as opened:
        acme(opened, NOW)
        yield opened


def turn(store: Store, now: datetime = NOW) -> None:
    dials = Dials(store.only(Trusting), lambda: now)
    dials.turn(Nothing())
    dials.guard(Nothing())


def of(store: Store, key: SourceKey = TIDY) -> Earned:
    return next(each for each in earned(store.only(Trusting), NOW) if each.standing.key == key)


def at(store: Store, step: str) -> None:
    store.sources.turn(TIDY, step, by="maya", because="earned", at=NOW - 50 * DAY)  # type: ignore[arg-type]


def test_every_source_of_the_configuration_begins_in_shadow_with_nothing_proposed(store: Store) -> None:
    assert [(each.standing.key.name, each.standing.dial) for each in earned(store.only(Trusting), NOW)] == [
        ("bumps", "shadow"), ("people", "shadow"), ("tidy", "shadow"),
    ]  # fmt: skip
    assert of(store).move == Move("stays", "shadow", "0 changes of this source landed in 60 days; 100 are needed.")


def test_radar_32_what_a_record_speaks_for_is_proposed_and_never_done_without_a_person(store: Store) -> None:
    landed(store, range(1, 121), NOW - 20 * DAY, alone=False)
    assert of(store).move == Move("up", "P5", "120 changes landed, 0 of them were reverted.")
    turn(store)
    assert store.sources.get(TIDY).dial == "shadow"
    store.sources.turn(TIDY, "P5", by="maya", because="120 landed, none reverted", at=NOW - 15 * DAY)
    assert of(store).move == Move(
        "stays", "P5", "0 changes landed by themselves at P5 more than 7 days ago; 100 are needed."
    )
    landed(store, range(201, 301), NOW - 10 * DAY)
    landed(store, range(301, 401), NOW - 2 * DAY)  # too young to count
    move = of(store).move
    assert move is not None
    assert (move.direction, move.dial) == ("up", "P10")


def test_radar_32_reverts_turn_the_dial_down_by_themselves_step_by_step(store: Store) -> None:
    at(store, "P20")
    landed(store, range(1, 101), NOW - 20 * DAY, reverted=4)
    turn(store)
    standing = store.sources.get(TIDY)
    assert (standing.dial, standing.since) == ("P10", NOW)
    assert store.audit.verify() is None
    assert [record.kind for record in store.audit.records()] == ["source", "source"]


def test_a_source_that_does_well_stays_where_a_person_put_it(store: Store) -> None:
    at(store, "P20")
    landed(store, range(1, 151), NOW - 20 * DAY)
    turn(store)
    assert store.sources.get(TIDY).dial == "P20"


def test_radar_46_an_incident_stops_its_source_at_once_and_the_job_leaves_it_so(store: Store) -> None:
    at(store, "P20")
    landed(store, range(1, 151), NOW - 20 * DAY)
    said = Report("command", "INC-1", NOW, "ben", Level.PERSON, Cause(number=7))
    store.claims.report(7, said, Landed((sha(7),)), at=NOW)
    assert (store.sources.get(TIDY).dial, store.sources.get(TIDY).denied_at) == ("shadow", NOW)
    turn(store)
    assert of(store).move is None
    assert [record.kind for record in store.audit.records()].count("source") == 2
    store.sources.lift(TIDY, by="maya", because="mended", at=NOW)
    assert of(store).move == Move("stays", "shadow", "Changes of this source caused 1 incident in 60 days.")


def test_radar_46_where_what_lands_by_itself_does_worse_than_all_else_the_organisation_stops(store: Store) -> None:
    bumps = SourceKey(70, 7, "bumps")
    store.sources.turn(bumps, "P5", by="maya", because="earned", at=NOW - 50 * DAY)
    at(store, "P20")
    landed(store, range(1, 41), NOW - 20 * DAY, key=SourceKey(70, 7, "people"), reverted=4)
    landed(store, range(101, 401), NOW - 20 * DAY, key=None, reverted=3)
    store.repositories.saw(KnownRepository(9, 71, "other/shop"))
    turn(store)
    everything = store.sources.get(TIDY.everything)
    assert everything.denied == (
        "reverted: 4 of 40 (10 %) of what landed by itself, 3 of 300 (1 %) of all else, p = 0.0045"
    )
    assert (store.sources.get(bumps).dial, store.sources.get(TIDY).dial) == ("shadow", "shadow")
    assert store.sources.of(71) == ()
    store.sources.lift(TIDY.everything, by="maya", because="the four were one mistake", at=NOW)
    turn(store, NOW + DAY)
    assert store.sources.get(TIDY.everything).denied == ""  # a person has judged what was before


@pytest.mark.parametrize(("reverted", "others"), [(1, 0), (4, 30)])
def test_one_fault_and_one_that_is_as_usual_as_elsewhere_stop_nothing(store: Store, reverted: int, others: int) -> None:
    landed(store, range(1, 41), NOW - 20 * DAY, key=SourceKey(70, 7, "people"), reverted=reverted)
    landed(store, range(101, 401), NOW - 20 * DAY, key=None, reverted=others)
    turn(store)
    assert store.sources.get(TIDY.everything).denied == ""


def test_where_automatic_review_is_off_nothing_is_proposed(store: Store) -> None:
    store.configurations.save(7, "main", text=FILE.replace("enforce", "off"), sha="d" * 40, at=NOW)
    assert earned(store.only(Trusting), NOW) == ()
    landed(store, range(1, 121), NOW - 20 * DAY)
    assert of(store).move is None
