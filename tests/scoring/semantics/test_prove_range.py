import os
import subprocess
from pathlib import Path

import pytest

from scoring.assessment import Proof
from scoring.git import Git, GitError
from scoring.semantics import FileVerdict
from scoring.semantics.git import merge_base, prove_range, revision


def test_a_comment_in_python_is_proved_from_the_blobs_of_a_real_repository(commit, tmp_path: Path) -> None:
    base, head = commit({"app.py": b"x = 1\n"}), commit({"app.py": b"# why\nx = 1\n"})
    verdict = prove_range(tmp_path, base, head)
    words = "Only comments changed, checked by comparing syntax trees."
    assert verdict.files == (FileVerdict("app.py", "P", "comments", words),)
    assert verdict.proof() == Proof("P", "comments", words)


def test_one_file_of_code_takes_the_proof_from_the_whole_change(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"x = 1\n", "b.py": b"y = 1\n"})
    head = commit({"a.py": b"x = 1  # one\n", "b.py": b"y = 2\n"})
    verdict = prove_range(tmp_path, base, head)
    assert [(file.path, file.level) for file in verdict.files] == [("a.py", "P"), ("b.py", None)]
    assert verdict.level is None
    assert verdict.proof() is None


def test_a_change_is_as_certain_as_its_weakest_file(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"x = 1\n", "README.md": b"Hello\n"})
    head = commit({"a.py": b"x = 1  # one\n", "README.md": b"Hello, you\n"})
    verdict = prove_range(tmp_path, base, head)
    assert (verdict.level, verdict.kind) == ("S", "mixed")


def test_nothing_changed_is_nothing_proved(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"x = 1\n"})
    assert prove_range(tmp_path, base, commit({})).level is None


def test_a_path_that_is_not_utf8_survives(commit, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    verdict = prove_range(tmp_path, commit({name: b"x = 1\n"}), commit({name: b"x = 1 # a\n"}))
    assert [(file.path, file.level) for file in verdict.files] == [(name, "P")]


@pytest.mark.parametrize("name", ["a b.py", "a\nb.py", "-rf.py", 'a"b.py', ":(glob)x.py"])
def test_odd_paths_are_read_as_they_are(commit, tmp_path: Path, name: str) -> None:
    verdict = prove_range(tmp_path, commit({name: b"x = 1\n"}), commit({name: b"x = 1 # a\n"}))
    assert [(file.path, file.level) for file in verdict.files] == [(name, "P")]


def test_a_file_that_became_executable_is_not_proved(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"x = 1\n"})
    (tmp_path / "a.py").chmod(0o755)
    verdict = prove_range(tmp_path, base, commit({}))
    assert [(file.level, file.kind) for file in verdict.files] == [(None, "mode")]


def test_a_file_that_became_a_link_is_not_proved(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"b.py", "b.py": b""})
    (tmp_path / "a.py").unlink()
    (tmp_path / "a.py").symlink_to("b.py")
    verdict = prove_range(tmp_path, base, commit({}))
    assert [(file.level, file.kind) for file in verdict.files] == [(None, "special")]


def test_a_renamed_file_is_only_a_hint(commit, tmp_path: Path) -> None:
    base, head = commit({"a.py": b"x = 1\n" * 9}), commit({"a.py": None, "b.py": b"x = 1\n" * 9})
    assert [(file.level, file.kind) for file in prove_range(tmp_path, base, head).files] == [("H", "rename")]


def test_a_huge_file_is_not_read_to_its_end_and_not_proved(commit, tmp_path: Path) -> None:
    body = b"x = 1\n" * 300_000
    verdict = prove_range(
        tmp_path, commit({"a.py": body, "b.py": b"y=1\n"}), commit({"a.py": body + b"#", "b.py": b"y=1#\n"})
    )
    assert [(file.path, file.level) for file in verdict.files] == [("a.py", None), ("b.py", "P")]


def test_attributes_of_the_base_name_generated_files_and_never_make_them_safe(commit, tmp_path: Path) -> None:
    base = commit({".gitattributes": b"gen/* linguist-generated\n", "gen/a.py": b"x = 1\n"})
    verdict = prove_range(tmp_path, base, commit({"gen/a.py": b"x = 2\n"}))
    assert [(file.level, file.kind) for file in verdict.files] == [(None, "generated")]


def test_touching_attributes_disqualifies_the_change(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"x = 1\n"})
    verdict = prove_range(tmp_path, base, commit({"a.py": b"x = 1#\n", ".gitattributes": b"*.py linguist-generated\n"}))
    assert verdict.level is None


@pytest.mark.parametrize("name", ["", "--all", "nowhere", "HEAD:a.py", "-h"])
def test_what_is_not_a_revision_is_refused(commit, tmp_path: Path, name: str) -> None:
    commit({"a.py": b"x = 1\n"})
    with pytest.raises(GitError):
        revision(Git(tmp_path), name)


def test_three_dots_start_where_the_branches_parted(commit, tmp_path: Path) -> None:
    base = commit({"a.py": b"x = 1\n"})
    head = commit({"a.py": b"x = 1#\n"})
    subprocess.run(["git", "-C", str(tmp_path), "checkout", "-q", "-b", "other", base], check=True)
    other = commit({"b.py": b"y = 1\n"})
    assert merge_base(Git(tmp_path), other, head) == base
