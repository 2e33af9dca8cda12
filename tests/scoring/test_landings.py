"""Branches that are merged: who is blamed, and by whom, when a history is read by its landings."""

from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, extend

from scoring.history.dataset import collect
from scoring.history.index import History

NOW = START + 4000 * DAY
# what lands: 0 is row 0, merge 3 brings 1 and 2 (row 1), 4 lands alone (row 2), merge 7 brings 5 and 6 (row 3), merge
# 10 brings 8 and 9 (row 4)


def merged(folder: Path, messages: dict[int, str]) -> list[str]:
    """Three branches of two commits merged one after the other; `messages` of some of the eleven commits.

    `{n}` in a message is the id of commit n.
    """
    parents = [(), (0,), (1,), (0, 2), (3,), (4,), (5,), (4, 6), (7,), (8,), (7, 9)]
    told = [messages.get(place, f"Change {place}") for place in range(11)]
    shas: list[str] = []
    for place, text in enumerate(told):
        step = Step(
            text.format(*shas), {f"f{place}": b"%d\n" % place}, f"p{place % 3}@x.org", START + place * DAY,
            tuple(parents[place]) if place else None,
        )  # fmt: skip
        if place:
            shas += extend(folder, [step], first=place)
        else:
            shas += build(folder, [step])
    return shas


def landings(folder: Path, state: Path, tip: str) -> History:
    history = History(folder, state, first_parent=True)
    history.refresh(tip, now=NOW)
    return history


def told(history: History) -> list[tuple[int, int, str, str, bool]]:
    """(row, day it became known, kind, evidence, fault) of each label."""
    return sorted(
        (row, (label.known_at - START) // DAY, label.kind, label.evidence, label.fault)
        for row, label in history.labels()
    )


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ({5: 'Mend\n\nFixes: {1} ("Change 1")'}, [(1, 7, "fixes", 5, True)]),
        ({5: "Mend\n\nFixes: {4}"}, [(2, 7, "fixes", 5, True)]),
        ({4: "Mend\n\nFixes: {2}"}, [(1, 4, "fixes", 4, True)]),
        ({2: "Mend\n\nFixes: {1}"}, []),  # a branch that mends itself
        ({3: "Merge topic\n\nFixes: {1}"}, []),
        ({8: "Take it back\n\nThis reverts commit {3}."}, [(1, 10, "revert", 8, True)]),  # a whole merge
        ({8: "Take it back\n\nThis reverts commit {6}. The test is flaky."}, [(3, 10, "revert", 8, False)]),
        ({3: "Merge pull request #7 from x/y", 6: "Revert it\n\nReverts acme/shop#7"}, [(1, 7, "revert", 6, True)]),
        ({1: "Add a thing (#7)", 9: 'Revert "Add a thing" (#9)'}, [(1, 10, "revert", 9, True)]),
        (
            {1: "Add", 5: 'Revert "Add"', 8: 'Revert "Revert "Add""\n\nThis reverts commit {5}.'},
            [(1, 7, "revert", 5, True)],
        ),
        ({5: "A\n\nFixes: {1}", 6: "B\n\nFixes: {2}"}, [(1, 7, "fixes", 5, True), (1, 7, "fixes", 6, True)]),
    ],
)  # fmt: skip
def test_the_landing_that_brought_the_culprit_is_blamed_when_the_evidence_lands(
    tmp_path: Path, messages: dict[int, str], found: list[tuple[int, int, str, int, bool]]
) -> None:
    shas = merged(tmp_path / "repo", messages)
    wanted = sorted((row, day, kind, shas[evidence], fault) for row, day, kind, evidence, fault in found)
    assert told(landings(tmp_path / "repo", tmp_path / "state", shas[-1])) == wanted


def test_two_fixes_that_land_together_make_the_fault_a_severe_one(tmp_path: Path) -> None:
    shas = merged(tmp_path / "repo", {5: "A\n\nFixes: {1}", 6: "B\n\nFixes: {2}"})
    data = collect(landings(tmp_path / "repo", tmp_path / "state", shas[-1]), "shop")
    assert np.flatnonzero(data.severe).tolist() == np.flatnonzero(data.inducing).tolist() == [1]


def test_landings_read_in_steps_know_what_landings_read_at_once_know(tmp_path: Path) -> None:
    shas = merged(
        tmp_path / "repo",
        {
            4: "Mend\n\nFixes: {1}",
            5: "Mend\n\nFixes: {2}",
            8: "Back\n\nThis reverts commit {6}.",
            9: 'Revert "Change 1"',
        },
    )
    once = landings(tmp_path / "repo", tmp_path / "once", shas[-1])
    for tip in (0, 3, 4, 7, 10):
        stepped = landings(tmp_path / "repo", tmp_path / "steps", shas[tip])
    assert len(told(once)) == 4
    assert told(stepped) == told(once)
    assert np.array_equal(stepped.matrix(), once.matrix())
    assert stepped.commits() == once.commits() == frozenset(shas)
    assert stepped.title(shas[5]) == "Mend"


def test_a_branch_that_merged_the_default_branch_brings_nothing_twice(tmp_path: Path) -> None:
    shas = merged(tmp_path / "repo", {})
    release = extend(
        tmp_path / "repo",
        [Step("Release\n\nFixes: " + shas[1], {"r": b"r\n"}, at=START + 20 * DAY, parents=(3, 10))], first=11,
    )  # fmt: skip
    main = landings(tmp_path / "repo", tmp_path / "state", shas[-1])
    main.close()
    both = landings(tmp_path / "repo", tmp_path / "state", release[0])
    assert [(row, label.evidence) for row, label in both.labels()] == [(1, release[0])]
    assert both.commits() == frozenset((*shas, *release))


def test_read_commit_by_commit_the_same_history_blames_single_commits(tmp_path: Path) -> None:
    shas = merged(tmp_path / "repo", {5: "Mend\n\nFixes: {1}", 8: "Take it back\n\nThis reverts commit {3}."})
    history = History(tmp_path / "repo", tmp_path / "state")
    history.refresh(shas[-1], now=NOW)
    changes = history.changes()
    assert [(changes[row].sha, label.evidence) for row, label in history.labels()] == [(shas[1], shas[5])]
