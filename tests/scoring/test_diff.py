"""Two readers of one diff agree, or the change is not trusted."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.change import FileChange
from scoring.diff import Size, agree, size
from scoring.errors import ScoringError
from scoring.history.read import read_change

PATCH = b"""diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1 +1,2 @@
-old
+new
+more
"""
ODD = ["x = 1", "--- a/b", "+++ c", "@@ -1 +1 @@", "diff --git a/x b/x", "\x0c", "\u2028", "a\rb", "\\ No newline", ""]


def test_a_diff_is_counted_in_files_and_lines() -> None:
    assert size(PATCH) == Size(files=1, added=2, deleted=1)


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(ScoringError, match="cannot be read"):
        size(PATCH.replace(b"-1 +1,2", b"-" + b"9" * 5000 + b" +1,2"))


def test_a_disagreement_is_refused_with_the_numbers() -> None:
    with pytest.raises(ScoringError, match="1 and 2 lines added"):
        agree([FileChange("a.py", "M", added=1, deleted=1)], PATCH)


def test_a_truncated_diff_is_refused() -> None:
    with pytest.raises(ScoringError, match="cannot be read"):
        size(PATCH.removesuffix(b"+more\n"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=st.lists(st.sampled_from(ODD), max_size=8), new=st.lists(st.sampled_from(ODD), max_size=8))
def test_lines_that_look_like_a_diff_do_not_divide_the_readers(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str]
) -> None:
    repository = tmp_path_factory.mktemp("odd")
    _git(repository, "init", "-q", "-b", "main")
    shas = [_commit(repository, text) for text in (old, new)]
    change = read_change(
        repository, shas[0], shas[1], at=datetime(2026, 1, 1, tzinfo=UTC), author="a@x", title="t", message=""
    )
    (file,) = change.files or (FileChange("odd.txt", "M"),)
    assert file.added - file.deleted == len(new) - len(old)


def _commit(repository: Path, lines: list[str]) -> str:
    (repository / "odd.txt").write_bytes("".join(f"{line}\n" for line in lines).encode())
    _git(repository, "add", "-A")
    _git(repository, "-c", "user.name=a", "-c", "user.email=a@x", "commit", "-q", "--allow-empty", "-m", "c")
    return _git(repository, "rev-parse", "HEAD")


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()
