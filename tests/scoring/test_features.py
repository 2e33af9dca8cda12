"""Every row of FEATURES obeys the same rules."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.change import FileChange
from scoring.facts.entry import EMPTY, Entry
from scoring.facts.lines import COUNTS, NOTHING, LineCounts, count
from scoring.facts.moment import Facts, FileFacts
from scoring.features import BY_NAME, FEATURES, Feature
from scoring.ranking.quantiles import BLOCK, WINDOW, ranks, rolling, window


def facts(paths: list[str], **counts: int) -> Facts:
    lines = LineCounts(**counts)
    files = tuple(FileFacts(FileChange(path, "M"), lines, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY) for path in paths)
    return Facts(1_700_000_000, "Fix it", files, EMPTY, frozenset(), EMPTY, 0.01)


def test_names_are_unique_and_people_are_marked() -> None:
    assert len(BY_NAME) == len(FEATURES) >= 150
    assert {feature.name for feature in FEATURES if "author" in feature.name} - {"prior_authors"} <= {
        feature.name for feature in FEATURES if feature.person
    }


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_is_finite_for_no_files_one_file_and_thousands(feature: Feature) -> None:
    for paths in ([], ["a/b.c"], [f"d{n}/f{n}.py" for n in range(3000)]):
        assert np.isfinite(feature.of(facts(paths, added=3, deleted=1)))
    assert feature.topic or feature.family == "table1"


def test_decisions_calls_and_comments_are_counted_in_code_only() -> None:
    added = b"+if a && b(c):\n+    # if nothing\n+\n+    return f(g(1))\n+else:\n"
    body = b"\n@@ -1,0 +1,5 @@\n" + added + b"@@ -9 +9,0 @@\n-while x:\n"
    found = count(body, "a.py")
    assert (found.hunks, found.added, found.deleted, found.code_added, found.comments_added) == (2, 5, 1, 3, 1)
    assert (found.branches_added, found.branches_deleted, found.calls_added) == (2, 1, 3)
    assert count(body, "a.md").branches_added == 0


def test_a_comment_is_what_the_language_says() -> None:
    body = b"\n@@ -0,0 +1,2 @@\n+#if X\n+// if y\n"
    assert (count(body, "a.c").code_added, count(body, "a.c").branches_added) == (1, 1)
    assert (count(body, "a.py").code_added, count(body, "a.py").comments_added) == (1, 1)


@given(st.binary(max_size=300), st.sampled_from(["c", "py", "md", ""]))
def test_any_bytes_can_be_counted(body: bytes, ending: str) -> None:
    assert all(number >= 0 for number in count(b"\n@@ \n" + body, f"a.{ending}")[:COUNTS])


def test_what_was_halved_by_time_is_half(tmp_path: Path) -> None:
    entry = Entry()
    entry.touch(0, 8, True)
    entry.touch(182 * 86400, 0, False)
    assert (entry.n, entry.recent, entry.churn, entry.fixes) == (2, 1.5, 4.0, 0.5)
    assert Entry.load(entry.dump()).dump() == entry.dump()
    assert (NOTHING.added, EMPTY.n) == (0, 0)


@given(arrays(np.float32, (5, 2), elements=st.floats(0, 9, width=32)))
def test_a_rank_lies_between_0_and_1_and_grows_with_the_value(values: np.ndarray) -> None:
    found = ranks(values, values)
    assert ((found > 0) & (found < 1)).all()
    for column in range(2):
        assert (np.diff(found[np.argsort(values[:, column]), column]) >= 0).all()


def test_a_change_is_ranked_only_among_changes_before_it() -> None:
    values = np.random.default_rng(0).random((3 * BLOCK + WINDOW, 1)).astype(np.float32)
    for row in (0, BLOCK - 1, BLOCK, len(values) - 1):
        low, high = window(row)
        assert high <= row
        assert high - low <= WINDOW
    assert np.array_equal(rolling(values)[: WINDOW + 7], rolling(values[: WINDOW + 7]))
    assert np.array_equal(rolling(values, WINDOW + 7), rolling(values)[WINDOW + 7 :])


def test_scoring_imports_no_training_library() -> None:
    code = (
        "import sys, scoring.scorer; print([m for m in ('sklearn', 'lightgbm', 'onnx', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
