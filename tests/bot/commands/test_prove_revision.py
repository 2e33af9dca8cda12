"""`codechill prove` as people type it: a revision alone, a range, two files."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.prove import prove


def git(repo: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(repo), *identity, *arguments], capture_output=True, check=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Three commits: the first file, a comment, other code."""
    git(tmp_path, "init", "-q")
    for text in ("x = 1\n", "# why\nx = 1\n", "# why\nx = 2\n"):
        (tmp_path / "a.py").write_text(text)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", "change")
    return tmp_path


def ask(repo: Path, *arguments: str) -> Result:
    return CliRunner().invoke(prove, ["--repo", str(repo), *arguments])


def test_a_revision_alone_is_judged_by_what_it_changed(repo: Path) -> None:
    assert [ask(repo, name).exit_code for name in ("HEAD~1", "HEAD", "HEAD~2")] == [0, 1, 1]
    assert ask(repo, "HEAD~1").output.startswith("P  comments  a.py: Only comments changed")


def test_the_first_commit_is_compared_with_nothing(repo: Path) -> None:
    assert ask(repo, "HEAD~2").output.startswith("-  code  a.py: The file is new.")


def test_a_merge_is_judged_by_what_it_brought_to_the_branch_it_was_merged_into(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side")
    (repo / "a.py").write_text("# why not\nx = 2\n")
    git(repo, "commit", "-q", "-am", "change")
    git(repo, "checkout", "-q", "-b", "trunk", "HEAD~1")
    git(repo, "merge", "-q", "--no-ff", "-m", "merge", "side")
    assert ask(repo, "HEAD").exit_code == 0


def test_a_range_is_still_a_range(repo: Path) -> None:
    assert [ask(repo, name).exit_code for name in ("HEAD~2..HEAD~1", "HEAD~1..", "HEAD~2...HEAD~1")] == [0, 1, 0]


def test_what_is_no_revision_is_told_in_one_sentence(repo: Path) -> None:
    for name in ("nowhere", "nowhere..HEAD"):
        answer = ask(repo, name)
        assert answer.exit_code == 2
        assert "This repository has no commit 'nowhere'" in answer.output
