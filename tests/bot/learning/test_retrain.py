"""Challengers are fitted on a repository's own past, compared, tried beside the one that serves, and then serve."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.forge.port import Target
from bot.git.fetch import Git
from bot.git.mirror import Mirror
from bot.jobs.kinds import RETRAIN_ONE, Nothing, Training
from bot.jobs.lease import LeaseQueue
from bot.learning.learned import Learned
from bot.learning.registry import LEAST_CHANGES, LEAST_DAYS, Registry
from bot.learning.retrain import Retrain, chosen, fittable, gates_in_use
from bot.line.assess import MirrorAssessor
from bot.policy.pull import Person, PullRequest, Repository
from bot.store import KnownRepository, Store
from scoring.assessment import Assessment
from scoring.facts.services import Sources
from scoring.history.diff import read as read_diff
from scoring.incidents import Incident
from scoring.learning.challenge import Comparison, Gate, Window
from scoring.learning.metrics import Interval
from scoring.scorer import SHIPPED
from tests.fakes.clock import Clock

START, DAY = 1_600_000_000, 86_400
SIZE = 420
SHOP = Target(1, 7, "acme/shop")


def history(folder: Path) -> list[str]:
    """A commit a day by three people; every sixth writes eighty lines, and is at fault."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    text = []
    for n in range(SIZE):
        size = 80 if n % 6 == 0 else 2 + n % 5
        message, content = f"Change {n}", "".join(f"w{n}_{line}\n" for line in range(size))
        text.append(f"commit refs/heads/main\ncommitter p{n % 3} <p{n % 3}@x.org> {START + n * DAY} +0000")
        text.append(f"data {len(message)}\n{message}\nM 100644 inline f{n % 11}.c\ndata {len(content)}\n{content}")
    git = ("git", "-C", str(folder))
    subprocess.run([*git, "fast-import", "--quiet"], input="\n".join(text) + "\n", text=True, check=True)
    log = subprocess.run([*git, "rev-list", "--reverse", "main"], capture_output=True, text=True, check=True)
    return log.stdout.split()


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock(datetime.fromtimestamp(START + SIZE * DAY, UTC))
        self.shas = history(folder / "origin")
        self.incidents = [Incident(f"I{n}", START + (n + 3) * DAY, sha=self.shas[n]) for n in range(0, SIZE - 10, 6)]
        self.store = Store(f"sqlite:///{folder / 'codechill.db'}")
        self.store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
        self.mirror = Mirror(folder / "mirrors", git=Git(timeout=20, protocols="file"))
        self.mirror.fetch(7, f"file://{folder}/origin", ["refs/heads/main"])
        self.registry = Registry(self.store.models, folder / "models", SHIPPED, self.clock)
        self.assessor = MirrorAssessor(
            None,  # type: ignore[arg-type]
            self.mirror,
            folder / "indexes",
            incidents=lambda repository: self.incidents,
            models=self.registry.served,
        )
        self.queue = LeaseQueue(self.store.engine)
        self.retrain = Retrain(self.store.only(Learned), self.queue, self.registry, self.assessor.history, self.clock)

    def window(self, level: str) -> None:
        text = f"version: 1\nwindows:\n  - {{name: Always, level: {level}, from: 2020-01-01}}\n"
        self.store.configurations.save(7, "main", text=text, sha="a" * 40, at=self.clock.now)

    def assess(self) -> Assessment:
        base, head = self.shas[-2:]
        pull = PullRequest(
            Repository(7, "acme/shop", "main"), 1, "A change", Person(1, "ada"), head, "topic", base, "main",
            draft=False, open=True, auto_merge=False, protected=True, updated_at=self.clock.now,
        )  # fmt: skip
        parted = self.assessor.base(SHOP, pull)
        diff = read_diff(self.mirror.git(7), parted.sha, head)
        return self.assessor.assess(SHOP, pull, parted, diff, Sources(), self.clock.now)

    def states(self) -> dict[str, str]:
        return {row.kind: row.state for row in self.store.models.all(7)}

    def notes(self) -> list[str]:
        return [json.loads(each.body)["words"] for each in self.store.audit.records(7) if each.kind == "retraining"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.store.close()


def test_a_challenger_is_tried_beside_the_one_that_serves_and_then_serves(place: Place) -> None:
    alone = place.assess()
    assert alone.beside == {}
    place.window("red")  # of the riskiest half every order here has all faults: none is worse
    place.retrain.repository(Training(7, "schedule", ("own", "table1")))
    rows = {row.kind: row for row in place.store.models.all(7)}
    assert sorted(rows) == ["own", "table1"]
    tried = [row for row in rows.values() if row.state == "shadow"]
    assert [row.state for row in rows.values() if row not in tried] == ["refused"]
    (model,) = tried
    assert model.figures["window"]["faults"] > 10
    assert all(gate["ratio"]["low"] >= 0.97 for gate in model.figures["gates"])
    beside = place.assess()
    assert (beside.model, beside.percentile, beside.log_odds) == (alone.model, alone.percentile, alone.log_odds)
    assert list(beside.beside) == [model.id]
    for number in range(1, LEAST_CHANGES + 1):
        place.store.assessments.save(7, number, f"{number:040x}", replace(beside, sha=f"{number:040x}"))
    assert len(place.store.models.said(7, model.id)) == LEAST_CHANGES
    assert {value for *_, value in place.store.models.said(7, alone.model)} == {alone.log_odds}
    place.retrain.advance(7)
    assert place.states()[model.kind] == "shadow"
    place.clock.now += LEAST_DAYS
    place.retrain.advance(7)
    assert place.states()[model.kind] == "champion"
    serves = place.assess()
    # a model of this repository alone knows its past: nothing corrects it
    assert (serves.model, serves.beside) == (model.id, {})
    assert serves.log_odds == pytest.approx(beside.beside[model.id])
    place.registry.rollback(7, "it holds the wrong changes")
    assert place.assess().model == alone.model


def test_the_same_again_changes_nothing_and_what_cannot_be_told_is_said(place: Place) -> None:
    place.retrain.repository(Training(7, "schedule"))
    assert place.notes() == []  # there is no index yet: nobody asked for a score
    place.assess()
    place.retrain.repository(Training(7, "asked by ben", ("own",)))
    before = place.store.models.all(7)
    place.retrain.repository(Training(7, "asked by ben", ("own",)))
    assert place.store.models.all(7) == before
    assert len(place.notes()) == 2
    place.incidents.clear()
    place.assess()
    place.retrain.repository(Training(7, "drift", ("own",)))
    assert place.notes()[-1].startswith("Only 0 changes are known to have been reverted or fixed")
    assert place.store.models.all(7) == before


def test_it_is_due_by_the_clock_once_in_so_many_days(place: Place) -> None:
    place.retrain.everything(Nothing())
    (job,) = place.queue.listed("waiting", 10)
    assert (job.kind, job.key) == (RETRAIN_ONE.name, "retrain/7")
    assert replace(place.retrain, days=0)._last(7) < place.clock.now - timedelta(days=3650)


def test_where_nothing_can_be_fitted_it_is_tried_when_it_is_due_and_not_every_day(place: Place) -> None:
    place.incidents.clear()  # nothing was ever at fault
    place.assess()
    days = 0
    for _ in range(61):
        place.retrain.everything(Nothing())
        job = place.queue.claim("here", place.clock.now, timedelta(minutes=1))
        if job is not None:
            days += 1
            place.retrain.repository(RETRAIN_ONE.load(job.payload))
            place.queue.finish(job)
        place.clock.now += timedelta(days=1)
    assert days == 3


def test_without_the_train_extra_what_numpy_fits_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.learning.retrain.find_spec", lambda name: None)
    assert [kind.name for kind in fittable()] == ["table1", "own"]
    assert fittable(("trees",)) == ()


def test_the_gates_in_use_are_those_of_the_windows(place: Place) -> None:
    assert gates_in_use(place.store.configurations, 7, place.clock.now) == (0.05, 0.10)
    place.window("yellow")
    assert gates_in_use(place.store.configurations, 7, place.clock.now) == (0.10,)


def test_of_those_that_are_not_worse_the_one_that_captures_most_is_tried() -> None:
    def made(captured: float, low: float) -> Comparison:
        gate = Gate(0.05, 0.2, captured, Interval(captured / 0.2, low, 2.0))
        return Comparison(Window(10, 100, 60), (gate,), 0.01, 0.01)

    assert chosen({"own": made(0.3, 1.1), "table1": made(0.5, 0.9), "trees": made(0.4, 0.98)}) == "trees"
    assert chosen({"table1": made(0.5, 0.9)}) == ""
