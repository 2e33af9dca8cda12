"""Every feature of Table I, computed by hand on a history small enough to follow."""

from math import log
from pathlib import Path

import pytest
from histories import DAY, START, Step, build, lines

from scoring.features import BY_NAME
from scoring.features.table1 import TABLE1
from scoring.history.index import History

CODE = (
    b"def f(a):\n    if a and b:\n        return 1\n    elif a:\n        return 2\n"  # if, and, elif: 3 decision words
)
STEPS = [
    Step("Start", {"app/core.py": lines(10), "lib/util.c": lines(20)}, "ann@x.org", START),
    Step("Decide", {"app/core.py": lines(10) + CODE}, "bob@x.org", START + DAY),
    Step("Add a tool", {"tools/run.go": lines(4)}, "ann@x.org", START + 2 * DAY),
    Step('Revert "Decide"', {"app/core.py": lines(10)}, "cat@x.org", START + 3 * DAY),
    Step("Bring it back, and more", {"app/core.py": lines(12), "app/new.rs": lines(3)}, "ann@x.org", START + 4 * DAY),
    Step("Tidy", {"app/view.ts": lines(5), "lib/util.c": lines(15)}, "dan@x.org", START + 5 * DAY),
]

# in the order of TABLE1; languages: c, python, javascript, java, go, rust, ruby
GOLDEN = [
    # two new files of 30 lines, nothing there before
    [log(31 / 1), 1, 1, log(2), log(1), 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    # 5 lines added to a file of 10, created by somebody else
    [log(6 / 11), 0, 0, 0, log(2), 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    # a new file by ann, who landed one change before
    [log(5 / 1), 1, 1, 0, log(1), 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1],
    # the revert: 5 lines out of 15, two people before, three decision words in the file
    [log(6 / 16), 0, 0, 0, log(3), 0, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    # after the revert the file and its folder have a fault behind them; three people before; ann created core.py
    [log(6 / 11), 1, 0, log(2), log(4), 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 2],
    # a new file in the folder with the fault: 5 in, 5 out, 20 lines there before; ann wrote util.c, dan is new
    [log(11 / 21), 1, 0, log(2), log(2), 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0],
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    folder: Path = tmp_path_factory.mktemp("golden")
    shas = build(folder / "repo", STEPS)
    read = History(folder / "repo", folder / "state", features=TABLE1)
    read.refresh(shas[-1], now=START + 99 * DAY)
    return read


@pytest.mark.parametrize("row", range(len(STEPS)), ids=[step.message for step in STEPS])
def test_every_feature_of_table_1_has_the_value_computed_by_hand(history: History, row: int) -> None:
    found = dict(zip([feature.name for feature in TABLE1], history.matrix()[row].tolist(), strict=True))
    wanted = dict(zip([feature.name for feature in TABLE1], GOLDEN[row], strict=True))
    assert found == pytest.approx(wanted, abs=1e-6)


def test_the_revert_labels_the_change_it_names_from_its_own_landing_on(history: History) -> None:
    ((row, label),) = history.labels()
    assert (row, label.known_at, label.kind, label.fault) == (1, START + 3 * DAY, "revert", True)
    assert label.evidence == history.changes()[3].sha


def test_table_1_has_one_row_for_each_feature_of_the_paper() -> None:
    assert [feature.name for feature in TABLE1] == [
        "relative_churn", "creates_files", "only_creates_files", "files_touched", "prior_authors", "file_incident",
        "folder_incident", "critical", "complexity", "language_c", "language_python", "language_javascript",
        "language_java", "language_go", "language_rust", "language_ruby", "own_file", "prior_changes",
    ]  # fmt: skip
    assert all(BY_NAME[feature.name] is feature for feature in TABLE1)
