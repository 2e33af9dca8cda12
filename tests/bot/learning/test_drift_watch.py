"""A sign that begins to alarm is told once: in the audit log, to the doctor, and where a model may help, by a job."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.doctor.checks.work import drift
from bot.doctor.facts import Facts, Here, Part
from bot.doctor.here import drift_of
from bot.jobs.kinds import OfRepository
from bot.jobs.lease import LeaseQueue
from bot.learning.learned import Learned
from bot.learning.watch import DriftWatch
from bot.setup.manifest import Manifest
from bot.store import KnownRepository, Outcome, Store
from scoring.assessment import Assessment
from tests.fakes.clock import Clock

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Place:
    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path / 'codechill.db'}"
        self.store, self.clock = Store(self.url), Clock(NOW)
        self.store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
        self.queue = LeaseQueue(self.store.engine)
        self.watch = DriftWatch(self.store.only(Learned), self.queue, lambda repository: nullcontext(None), self.clock)

    def outcomes(self, held: int, of: int = 200) -> None:
        ranks = [0.99] * held + [0.2] * (of - held)
        rows = (
            Outcome(7, n, "a" * 40, NOW - DAY + timedelta(seconds=n), "m", rank, 0.02, "landed")
            for n, rank in enumerate(ranks)
        )
        self.store.outcomes.save(rows)

    def scored(self, first: int, count: int, value: float) -> None:
        for number in range(first, first + count):
            said = Assessment(
                "a" * 40, NOW - 2 * DAY + timedelta(minutes=number), 0.5, 0.01, 0.01, (), (), "m", 500, 12,
                log_odds=value + number % 10,
            )  # fmt: skip
            self.store.assessments.save(7, number, said.sha, said)

    def day(self) -> list[tuple[str, bool]]:
        """What the audit log says of a day's readings."""
        last, _ = self.store.audit.head()
        self.watch.repository(OfRepository(7))
        self.clock.now += DAY
        bodies = [json.loads(each.body) for each in self.store.audit.records(since=last)]
        return [(body["sign"], body["alert"]) for body in bodies]

    def jobs(self) -> list[str]:
        return [f"{job.kind} {job.key}" for job in self.queue.listed("waiting", 10)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.store.close()


def test_it_is_told_when_it_begins_and_when_it_ends_and_not_every_day(place: Place) -> None:
    place.outcomes(26)
    assert place.day() == [("share held 5 %", True)]
    assert (place.day(), place.day()) == ([], [])
    place.outcomes(10)
    assert place.day() == [("share held 5 %", False)]
    assert place.day() == []
    assert [each.alert for each in place.store.drift.of(7, "share held 5 %")] == [True, True, True, False, False]


def test_the_same_day_again_changes_nothing(place: Place) -> None:
    place.outcomes(26)
    place.watch.repository(OfRepository(7))
    signs, head = place.store.drift.newest(7), place.store.audit.head()
    place.watch.repository(OfRepository(7))
    assert (place.store.drift.newest(7), place.store.audit.head()) == (signs, head)


def test_the_doctor_says_what_alarms_and_what_to_do(place: Place) -> None:
    place.outcomes(26)
    place.day()
    here = Here("folder", Part("ready"), Part("ready"), 1 << 40, (2, 40), drift=drift_of(place.url))
    manifest: Manifest = None  # type: ignore[assignment]  # it is not asked
    (finding,) = drift(Facts(NOW, here), manifest)
    assert (finding.check, finding.severity, finding.about) == ("drift", "warning", "acme/shop: share held 5 %")
    assert "13 % rank among the riskiest 5 %" in finding.words
    assert "name it in `levels`" in finding.fix
    assert drift_of("sqlite:////nowhere/at/all.db") == ()


def test_challengers_are_fitted_when_scores_begin_to_move_and_not_for_the_share_that_is_held(place: Place) -> None:
    place.outcomes(26)
    place.day()
    assert place.jobs() == []
    place.scored(1, 1000, -4.0)
    place.scored(1001, 250, 8.0)
    assert place.day() == [("scores", True)]
    assert place.jobs() == ["retrain-one retrain/7"]
    assert {each.sign: each.n for each in place.store.drift.newest(7)}["scores"] == 250
