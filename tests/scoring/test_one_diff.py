"""One git reads what lies between two commits, and everything that looks at the change looks at that reading."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.git import Git, Limits, TooLarge
from scoring.history import diff
from scoring.history.patch import Lines
from scoring.history.patch import read as lines_of_patch
from scoring.history.read import change_of
from scoring.semantics.git import prove, prove_range, read_raw

NOW = datetime(2026, 11, 28, tzinfo=UTC)
TEN = b"".join(b"value_%d = %d\n" % (number, number) for number in range(10))
GUIDE = b"".join(b"Step %d is easy.\n" % number for number in range(10))
BEFORE = {"a.py": TEN, "b/c.txt": b"one\n", "b.txt": b"two\n", "gone.py": b"x = 1\n", "docs/guide.md": GUIDE}
AFTER = {"moved/a.py": TEN + b"more = 1\n", "b": b"three\n", "b.txt": b"two\nmore\n", "docs/page.md": GUIDE}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    return tmp_path


def committed(repository: Path, *folders: dict[str, bytes]) -> list[str]:
    """A commit for each folder, one after the other."""
    stream = b""
    for files in folders:
        stream += b"commit refs/heads/main\ncommitter a <a@x> 1700000000 +0000\ndata 1\nc\ndeleteall\n"
        for name, content in files.items():
            stream += b"M 100644 inline %s\ndata %d\n%s\n" % (os.fsencode(name), len(content), content)
    subprocess.run(["git", "-C", str(repository), "fast-import", "--quiet"], input=stream, check=True)
    asked = ["git", "-C", str(repository), "rev-list", "--reverse", f"--max-count={len(folders)}", "main"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()


def without_renames(repository: Path, base: str, head: str) -> bytes:
    asked = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", base, head]
    return subprocess.run(["git", "-C", str(repository), *asked], check=True, capture_output=True).stdout


def test_one_git_serves_files_lines_patch_proof_and_the_name_of_the_content(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, head = committed(repository, BEFORE, AFTER)
    git, commands = Git(repository), []
    git.run("cat-file", "-t", head)  # what it has to know of the repository is known

    class Counted(subprocess.Popen[bytes]):
        def __init__(self, args: Any, *more: Any, **named: Any) -> None:
            commands.append(next(each for each in args[args.index("git", 4) + 1 :] if not each.startswith("-")))
            super().__init__(args, *more, **named)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    between = diff.read(git, base, head)
    change = change_of(between, at=NOW, title="", message="")
    assert [(file.path, file.status, file.old_path) for file in change.files] == [
        ("b", "A", None),
        ("b.txt", "M", None),
        ("b/c.txt", "D", None),
        ("docs/page.md", "R", "docs/guide.md"),
        ("gone.py", "D", None),
        ("moved/a.py", "R", "a.py"),
    ]
    assert [counts.added for counts in change.lines] == [1, 1, 0, 0, 0, 1]
    assert lines_of_patch(git, change)["moved/a.py"] == Lines(added=((11, b"more = 1"),))
    assert between.listing().count(b"\0") == 16
    assert [(file.path, file.level) for file in prove(git, change).files][-1] == ("moved/a.py", None)
    assert commands == ["diff-tree", "cat-file"]  # the latter for the contents that are proved


FOLDER = st.dictionaries(
    st.sampled_from(["a", "a.py", "a-b", "a0", "b/c", "b.txt", "c/d/e", "z", "\u00e9", "docs/guide.md"]),
    st.sampled_from([b"", b"one\n", TEN, TEN + b"more = 1\n", TEN[:60]]),
    min_size=1,
    max_size=6,
)


def no_folder_is_a_file(files: dict[str, bytes]) -> bool:
    return not any(other.startswith(f"{path}/") for path in files for other in files)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=FOLDER.filter(no_folder_is_a_file), after=FOLDER.filter(no_folder_is_a_file))
def test_the_name_of_a_content_and_a_proof_rest_on_nothing_that_is_taken_for_a_rename(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    repository = tmp_path_factory.mktemp("pair")
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
    base, head = committed(repository, before, after)
    git = Git(repository)
    between = diff.read(git, base, head)
    assert between.listing() == without_renames(repository, base, head)
    change = change_of(between, at=NOW, title="", message="")
    asked = ("diff-tree", "-r", "-z", "--raw", "-M100%", "--no-abbrev", base, head)
    exact = replace(change, files=tuple(read_raw(git.run(*asked))))
    assert prove(git, change).level == prove(git, exact).level


def test_a_proof_asked_for_alone_says_what_the_one_beside_the_score_says(repository: Path) -> None:
    base, head = committed(repository, BEFORE, AFTER)
    git = Git(repository)
    change = change_of(diff.read(git, base, head), at=NOW, title="", message="")
    assert prove(git, change) == prove_range(repository, base, head)


@pytest.mark.parametrize(("most", "limits"), [(5, Limits()), (None, Limits(answer=2000))], ids=["files", "bytes"])
def test_of_what_asks_too_much_the_files_are_known_and_the_lines_are_not(
    repository: Path, most: int | None, limits: Limits
) -> None:
    base, head = committed(repository, BEFORE, AFTER | {"large.txt": b"line\n" * 9000})
    between = diff.read(Git(repository), base, head, most=most, limits=limits)
    assert between.listing() == without_renames(repository, base, head)
    with pytest.raises(TooLarge):
        between.counted()


def test_a_first_commit_is_compared_with_nothing(repository: Path) -> None:
    (head,) = committed(repository, AFTER)
    between = diff.read(Git(repository), "", head)
    assert {file.status for file in between.counted()[0]} == {"A"}
    assert lines_of_patch(Git(repository), change_of(between, at=NOW, title="", message="")).keys() == AFTER.keys()


@pytest.mark.parametrize("text", ["nonsense", ":100644 nonsense", ":100644 100644 " + "1" * 40 + " " + "2" * 40 + " M"])
def test_an_answer_that_is_no_diff_is_not_trusted(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    git, folder = Git(repository), tmp_path_factory.mktemp("bin")
    (head,) = committed(repository, AFTER)
    git.run("cat-file", "-t", head)
    (folder / "git").write_text(f"#!/bin/sh\nprintf '%s' '{text}'\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setitem(git._contents, "PATH", f"{folder}:{os.environ['PATH']}")
    with pytest.raises(ScoringError, match="not trusted"):
        diff.read(git, head, head)
