"""The part law: what is added beside code cannot dilute it, and code cannot hide under a test's name."""

from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, extend, lines
from hypothesis import given
from hypothesis import strategies as st
from test_scorer import BRANCHY, CLOCK, past

from scoring.change import FileChange
from scoring.facts.kinds import kinds
from scoring.facts.parts import BESIDE, MOST, parts
from scoring.features import FEATURES
from scoring.history.read import read_change
from scoring.ranking.gating import Parts, gating
from scoring.ranking.quantiles import BLOCK, ranks, window
from scoring.scorer import Scorer

CODE: list[dict[str, bytes | None]] = [
    {"core/risky.c": BRANCHY},
    {"lib/calm.py": lines(45)},
    {"core/risky.c": lines(52), "lib/calm.py": lines(3), "core/new.c": BRANCHY},
    {"tests/test_new.py": BRANCHY, "tests/test_other.py": lines(4)},
    {"docs/new.md": lines(70)},
]
ADDED: list[dict[str, bytes | None]] = [
    {"docs/a.md": lines(200)},
    {"docs/b.rst": lines(9), "README": lines(3)},
    {"tests/test_calm.py": lines(30)},
    {"data/table.csv": lines(900)},
    {f"docs/{number}.md": lines(20) for number in range(25)},
]
PATHS = st.sampled_from(
    ["a.c", "b/c.py", "Makefile", "docs/a.md", "README", "tests/test_a.py", "b_test.go", "x.csv", "y.svg"]
)
FILES = st.lists(st.builds(FileChange, PATHS, st.just("M"), st.integers(0, 99)), max_size=8, unique_by=lambda f: f.path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Scorer]:
    folder = tmp_path_factory.mktemp("parts")
    tip = build(folder / "repo", past(80, 12))[-1]
    reader = Scorer(folder / "repo", folder / "state", clock=lambda: CLOCK)
    reader.refresh(tip)
    return folder / "repo", tip, reader


def test_documentation_tests_and_data_lower_no_rank(ready: tuple[Path, str, Scorer]) -> None:
    def rank(files: dict[str, bytes | None]) -> float:
        marks.append(0)
        (sha,) = extend(repo, [Step("x", files, at=START + 90 * DAY)], first=1000 + len(marks), onto=tip)
        at = CLOCK - timedelta(days=3900)
        return reader.assess(read_change(repo, tip, sha, at=at, author="", title="", message="")).percentile

    repo, tip, reader = ready
    marks: list[int] = []
    for code in CODE:
        before = rank(code)
        for some in [*combinations(ADDED, 1), *combinations(ADDED, 2)]:
            added = {path: content for each in some for path, content in each.items()}
            assert rank(code | added) >= before - 1e-9


def test_nothing_that_comes_beside_a_change_makes_it_look_safer_to_automatic_review(
    ready: tuple[Path, str, Scorer],
) -> None:
    def highest(files: dict[str, bytes | None]) -> float:
        marks.append(0)
        (sha,) = extend(repo, [Step("x", files, at=START + 90 * DAY)], first=4000 + len(marks), onto=tip)
        return reader.highest(read_change(repo, tip, sha, at=CLOCK, author="", title="", message=""))

    repo, tip, reader = ready
    marks: list[int] = []
    for code in CODE:
        before = highest(code)
        for added in ADDED[:4:3]:
            assert highest(code | added) >= before - 1e-9


def test_documentation_beside_code_changes_nothing_and_code_named_as_a_test_counts(
    ready: tuple[Path, str, Scorer],
) -> None:
    repo, tip, reader = ready
    bare = {"lib/calm.py": lines(45)}
    versions = [
        bare,
        bare | {"docs/z.md": b"All of it is told here, and well.\n" * 9},
        bare | {"tests/test_hidden.c": BRANCHY * 9},
    ]
    found = []
    for place, files in enumerate(versions):
        (sha,) = extend(repo, [Step("x", files, at=START + 90 * DAY)], first=2000 + place, onto=tip)
        found.append(reader.assess(read_change(repo, tip, sha, at=CLOCK, author="", title="", message="")))
    assert found[0].features == found[1].features
    assert found[2].probability > found[0].probability


def test_files_beside_code_hide_neither_that_it_landed_before_nor_what_it_takes_back(tmp_path: Path) -> None:
    first, second = {"a.c": lines(5)}, {"a.c": lines(6)}
    steps = [
        Step("Start", {**first, "b.c": lines(4)}),
        Step("Change", {**second, "docs/a.md": lines(2)}, at=START + DAY),
        Step("Back", {**first}, at=START + 2 * DAY),
        Step("Again, and say so", {**second, "docs/b.md": lines(2), "x.csv": lines(1)}, at=START + 3 * DAY),
        Step("Back once more, with a table", {**first, "x.csv": lines(9)}, at=START + 4 * DAY),
    ]
    tip = build(tmp_path / "repo", steps)[-1]
    reader = Scorer(tmp_path / "repo", tmp_path / "state", clock=lambda: CLOCK)
    reader.refresh(tip)
    names = [feature.name for feature in FEATURES]
    told = reader.history.parts()
    columns = [names.index("lands_again"), names.index("takes_back")]
    assert told.rows.tolist() == [1, 3, 3, 4, 4]
    # the code is a repetition whatever comes with it; only the code itself is an inverse, not what hides beside it
    assert told.raw[:, columns].tolist() == [[0, 0], [1, 1], [1, 0], [1, 0], [1, 0]]


@given(FILES, FILES)
def test_a_file_beside_code_adds_parts_and_takes_none_away(files: list[FileChange], more: list[FileChange]) -> None:
    known = {file.path for file in files}
    beside = [each for each in more if each.path not in known and kinds(each.path) <= BESIDE]
    told = parts(files) or ((tuple(range(len(files))),) if files else ())
    assert {*told} <= {*(parts([*files, *beside]) or told)}
    assert all(0 < len(each) <= len(files) for each in told)


def test_a_change_of_thousands_of_tests_has_few_parts() -> None:
    files = [FileChange("a.c", "M"), *(FileChange(f"tests/test_{number}.py", "A", number) for number in range(3000))]
    told = parts(files)
    assert (len(told), told[0], told[1]) == (MOST + 1, (0,), (0, 3000))


def test_what_is_only_code_or_one_file_is_scored_as_a_whole_and_what_has_no_code_file_by_file() -> None:
    for paths, told in (
        (["a.c", "Makefile"], ()),
        (["docs/a.md"], ()),
        ([], ()),
        (["docs/a.md", "tests/test_a.py"], ((0,), (1,))),
        (["docs/a.md", "tests/test_a.py", "b.c", "x.csv"], ((2,), (1, 2), (2, 3))),
    ):
        assert parts([FileChange(path, "M") for path in paths]) == told


def test_the_score_of_a_change_with_parts_is_that_of_its_riskiest_part() -> None:
    whole = np.array([0.5, 3.0, -1.0])
    assert gating(whole, np.array([1, 1]), np.array([0.2, 0.7])).tolist() == [0.5, 0.7, -1.0]
    assert gating(whole, np.array([], dtype=np.intp), np.array([])).tolist() == whole.tolist()


def test_parts_are_compared_with_the_changes_before_theirs() -> None:
    index = np.random.default_rng(1).random((3 * BLOCK, 2)).astype(np.float32)
    rows = np.array([3, BLOCK, 2 * BLOCK + 7])
    values = np.random.default_rng(2).random((3, 2)).astype(np.float32)
    told = Parts(rows, values).quantile(index)
    assert np.array_equal(told[0], ranks(values[:1], index[:BLOCK])[0])
    for place in (1, 2):
        low, high = window(int(rows[place]))
        assert np.array_equal(told[place], ranks(values[place : place + 1], index[low:high])[0])
