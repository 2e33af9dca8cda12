"""What a model's page shows is measured by a job, on the repository's own past, and can be counted again."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.backtest.outcomes import Outcome, Outcomes
from bot.jobs.kinds import MEASURE_ONE, Nothing, OfRepository
from bot.jobs.lease import LeaseQueue
from bot.learning.learned import Learned
from bot.learning.measure import OTHERS, Measure, alarms, bands
from bot.learning.registry import Registry
from bot.learning.watch import labelled, newest_values
from bot.store import KnownRepository, Store
from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.incidents import Incident
from scoring.scorer import SHIPPED
from tests.fakes.clock import Clock

START, DAY, SIZE = 1_600_000_000, 86_400, 760


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A commit a day by three people in two folders; every ninth writes thirty lines, and is at fault."""
    folder = tmp_path_factory.mktemp("measure")
    origin = folder / "origin"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    text = []
    for n in range(SIZE):
        content = "".join(f"w{n}_{line}\n" for line in range(30 if n % 9 == 0 else 2 + n % 3))
        text.append(f"commit refs/heads/main\ncommitter p{n % 3} <p{n % 3}@x.org> {START + n * DAY} +0000")
        text.append(f"data 6\nChange\nM 100644 inline {'ab'[n % 2]}/f{n % 7}.c\ndata {len(content)}\n{content}")
    git = ("git", "-C", str(origin))
    subprocess.run([*git, "fast-import", "--quiet"], input="\n".join(text) + "\n", text=True, check=True)
    shas = subprocess.run(
        [*git, "rev-list", "--reverse", "main"], capture_output=True, text=True, check=True
    ).stdout.split()
    faults = [Incident(f"I{n}", START + (n + 2) * DAY, sha=shas[n]) for n in range(0, SIZE, 9)]
    history = History(origin, folder / "index", incidents=faults)
    history.refresh(shas[-1], now=START + SIZE * DAY)
    yield history
    history.close()


class Place:
    def __init__(self, path: Path, history: History | None) -> None:
        self.store = Store(f"sqlite:///{path / 'codechill.db'}")
        self.store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
        self.clock = Clock(datetime.fromtimestamp(START + SIZE * DAY, UTC))
        self.queue = LeaseQueue(self.store.engine)

        @contextmanager
        def opened(repository: int) -> Iterator[History | None]:
            yield history

        registry = Registry(self.store.models, path / "models", SHIPPED, self.clock)
        self.measure = Measure(self.store.only(Learned), self.queue, registry, opened, self.clock)

    def figures(self) -> dict[str, Any]:
        self.measure.repository(OfRepository(7))
        kept = self.store.measurements.newest(7)
        assert kept is not None
        return dict(kept.figures)


def test_the_figures_are_those_that_a_count_over_the_index_gives(past: History, tmp_path: Path) -> None:
    place = Place(tmp_path, past)
    figures = place.figures()
    labelled = {row for row, _ in past.labels()}
    last = SIZE - 30  # a landing of the newest thirty days is not ripe
    first = last + 1 - figures["landings"]
    assert figures["faults"] == len([row for row in labelled if first <= row <= last])
    assert figures["labels_known"] == len(labelled)
    assert [each["name"] for each in figures["curve"]["lines"]] == ["codechill", "table1", "churn"]
    assert sum(band["landings"] for band in figures["bands"]) == figures["landings"]
    assert sum(band["faults"] for band in figures["bands"]) == figures["faults"]
    for rows in figures["alarms"].values():
        assert sum(each["landings"] for each in rows) == figures["landings"]
    assert Counter(each["name"] for each in figures["alarms"]["path"]) == Counter(["a/", "b/"])
    assert [each["name"] for each in figures["alarms"]["author"]] == ["regular"]
    held = {sum(each["held"] for each in rows) for rows in figures["alarms"].values()}
    assert len(held) == 1
    gated = next(each for each in figures["curve"]["lines"][0]["points"] if each["target"] == figures["gate"])
    assert round(gated["gated"] * figures["landings"]) == held.pop()
    newest = figures["labels"][0]
    assert (newest["kind"], newest["evidence"]) == ("incident", "I756")
    assert figures["card"]["knew"] is False


def test_it_is_measured_again_once_a_week(past: History, tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    place.measure.repository(OfRepository(7))
    assert place.store.measurements.newest(7) is None
    place.measure.everything(Nothing())
    (job,) = place.queue.listed("waiting", 10)
    assert (job.kind, job.key) == (MEASURE_ONE.name, "measure/7")


def test_a_history_that_is_too_short_says_what_is_needed(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    text = f"commit refs/heads/main\ncommitter p <p@x.org> {START} +0000\ndata 1\nA\nM 100644 inline f\ndata 1\nx\n"
    subprocess.run(["git", "-C", str(origin), "fast-import", "--quiet"], input=text, text=True, check=True)
    history = History(origin, tmp_path / "index")
    history.refresh(history.git.resolve("main"), now=START + DAY)
    told = Place(tmp_path, history).figures()
    assert told["why_not"].startswith(
        "Too little has matured to measure the model here: 0 landings can be scored and are 30 "
    )
    history.close()


class Ranks:
    """Percentiles of rows, as `alarms` reads them."""

    def __init__(self, *percentiles: float) -> None:
        self.percentile = np.array(percentiles)


def known(*rows: int) -> Outcomes:
    return Outcomes({row: Outcome(row, 0, "revert", "", "", 1) for row in rows}, {}, 0, frozenset())


def test_a_false_alarm_is_gated_and_nothing_is_known_against_it() -> None:
    rows = alarms(range(4), Ranks(0.99, 0.97, 0.5, 0.96), known(1, 2), 0.05, "abab".__getitem__)  # type: ignore[arg-type]
    assert [(each["name"], each["landings"], each["held"], each["false_alarms"]) for each in rows] == [
        ("a", 2, 1, 1),
        ("b", 2, 2, 1),
    ]


def test_small_groups_stand_together() -> None:
    names = [f"g{n}" for n in range(10) for _ in range(20 - n)]
    rows = alarms(range(len(names)), Ranks(*[0.5] * len(names)), known(), 0.05, names.__getitem__)  # type: ignore[arg-type]
    assert [each["name"] for each in rows] == [*(f"g{n}" for n in range(8)), OTHERS]
    assert sum(each["landings"] for each in rows) == len(names)


def test_bands_hold_equally_many_and_what_is_not_known_is_left_out() -> None:
    probability = np.array([np.nan, *np.linspace(0.01, 0.1, 100)])
    told = list(bands(probability, known(100, 99, 1), range(101)))
    assert [band["landings"] for band in told] == [10] * 10
    assert [band["faults"] for band in told] == [1, *[0] * 8, 2]
    assert told[0]["expected"] == pytest.approx(np.linspace(0.01, 0.1, 100)[:10].mean(), abs=1e-5)


def test_what_is_a_week_old_is_measured_again(past: History, tmp_path: Path) -> None:
    place = Place(tmp_path, past)
    place.figures()
    place.measure.everything(Nothing())
    assert place.queue.listed("waiting", 10) == ()
    place.clock.now += timedelta(days=7)
    place.measure.everything(Nothing())
    assert len(place.queue.listed("waiting", 10)) == 1


def test_drift_reads_the_newest_changes_alone_and_sees_what_the_whole_table_shows(past: History) -> None:
    table = collect(past, "shop")
    names, values = newest_values(past)
    columns = [table.columns.index(name) for name in names]
    assert (values == table.raw[-1250:, columns]).all()
    at, known_at = labelled(past)
    assert (at == table.at).all()
    assert (known_at == table.ever_at).all()
