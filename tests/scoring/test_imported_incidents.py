"""Imported incidents: they count from the moment they were known, in labels, in features and in the own regression."""

from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, lines

from scoring.features import FEATURES
from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.history.read import commit_change
from scoring.incidents import Incident
from scoring.scorer import Scorer

NOW = START + 4000 * DAY
FAULTS = [feature.name for feature in FEATURES].index("file_incident")


def past(folder: Path, count: int = 12) -> list[str]:
    """One commit a day, to a.c and b.c in turn; titles carry pull request numbers."""
    steps = []
    for n in range(count):
        files: dict[str, bytes | None] = {("a.c", "b.c")[n % 2]: lines(3 + n, f"w{n}_")}
        steps.append(Step(f"Change {n} (#{n})", files, f"p{n % 3}@x.org", START + n * DAY))
    return build(folder, steps)


def known(folder: Path, state: Path, tip: str, *incidents: Incident) -> History:
    history = History(folder, state, incidents=incidents)
    history.refresh(tip, now=NOW)
    return history


def seen(history: History) -> list[bool]:
    """Which changes touch a file that was then known to have been at fault."""
    return [bool(value) for value in history.matrix()[:, FAULTS]]


def test_an_incident_counts_in_what_lands_after_it_was_known(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo")
    incident = Incident("INC-1", START + 6 * DAY, sha=shas[2][:10], severe=True)
    history = known(tmp_path / "repo", tmp_path / "state", shas[-1], incident)
    # change 2 touched a.c, as do all with an even number
    assert seen(history) == [n >= 6 and n % 2 == 0 for n in range(12)]
    data = collect(history, "shop")
    assert np.flatnonzero(data.inducing).tolist() == np.flatnonzero(data.severe).tolist() == [2]
    assert data.known_at[2] == incident.known_at


@pytest.mark.parametrize("steps", [(11,), (3, 11), (5, 8, 11), (11, 11)])
def test_incidents_read_with_the_history_or_imported_later_give_one_index(
    tmp_path: Path, steps: tuple[int, ...]
) -> None:
    shas = past(tmp_path / "repo")
    incidents = (
        Incident("A", START + 4 * DAY, number=1),
        Incident("B", START + 9 * DAY + 1, sha=shas[8]),
        Incident("unknown", START + 5 * DAY, sha="f" * 12),
        Incident("before it landed", START + 2 * DAY, sha=shas[7]),
        Incident("another repository's number", START + 2 * DAY, number=9),
    )
    once = known(tmp_path / "repo", tmp_path / "once", shas[-1], *incidents)
    known(tmp_path / "repo", tmp_path / "steps", shas[steps[0]]).close()
    for step in steps:
        stepped = known(tmp_path / "repo", tmp_path / "steps", shas[step], *incidents)
    assert np.array_equal(stepped.matrix(), once.matrix())
    assert stepped.labels() == once.labels()
    labels = [(row, label.evidence, label.known_at) for row, label in once.labels()]
    assert labels == [
        (1, "A", incidents[0].known_at), (7, "before it landed", START + 7 * DAY), (8, "B", incidents[1].known_at)
    ]  # fmt: skip
    forgotten = known(tmp_path / "repo", tmp_path / "steps", shas[-1])
    assert (seen(forgotten), forgotten.labels()) == ([False] * 12, [])


def test_an_incident_newer_than_the_last_change_counts_at_once_and_reads_nothing_again(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo")
    before = known(tmp_path / "repo", tmp_path / "state", shas[-2])
    incident = Incident("INC-1", START + 10 * DAY + 5, sha=shas[9])
    history = History(tmp_path / "repo", tmp_path / "state", incidents=(incident,))
    assert history.refresh(shas[-2], now=NOW) == 0
    assert (before.labelled(), history.labelled()) == (0, 1)
    change = commit_change(tmp_path / "repo", shas[-1])
    lines_ = change.lines
    facts = [each.facts(change, lines_, START + 11 * DAY) for each in (before, history)]
    early = history.facts(change, lines_, START + 10 * DAY + 4)
    assert [history.vector(each)[FAULTS] for each in (*facts, early)] == [0, 1, 0]
    assert history.refresh(shas[-1], now=NOW) == 1
    assert seen(history)[-1]


def test_a_regression_of_the_repository_is_fitted_again_with_what_was_imported(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo", 200)
    change = commit_change(tmp_path / "repo", shas[-1])
    scorer = Scorer(tmp_path / "repo", tmp_path / "state")
    scorer.refresh(shas[-2])
    calm = scorer.assess(change)
    scorer.report([Incident(f"I{n}", START + (n + 3) * DAY, sha=shas[n]) for n in range(0, 120, 3)])
    scorer.refresh(shas[-2])
    scorer.fit()
    told = scorer.assess(change)
    assert (calm.labelled, told.labelled) == (0, 40)
    assert not calm.model.endswith(" + this repository")
    assert told.model.endswith(" + this repository")
    assert told.base_rate > calm.base_rate
    scorer.report([])
    scorer.refresh(shas[-2])
    scorer.fit()
    assert scorer.assess(change) == calm
