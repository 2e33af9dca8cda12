"""Two readers of one diff agree, or the change is not trusted."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.change import FileChange
from scoring.errors import ScoringError
from scoring.facts.diff import MOST_TEXT, Count, agree, agree_with_text, counts, read_text
from scoring.history.read import read_change

ODD = ["x = 1", "--- a/b", "+++ c", "@@ -1 +1 @@", "diff --git a/x b/x", "\x0c", "\u2028", "a\rb", "\\ No newline", ""]


def test_the_second_count_is_read_from_records() -> None:
    records = [b"2\t1\ta.py", b"-\t-\tb \tc\n.png", b"0\t3\t", b"old", b"new", b"1\t0\tcaf\xe9"]
    assert counts(records) == (
        Count("a.py", 2, 1),
        Count("b \tc\n.png", None, None),
        Count("new", 0, 3),
        Count(os.fsdecode(b"caf\xe9"), 1, 0),
    )


@pytest.mark.parametrize("records", [[b""], [b"1\ta.py"], [b"x\t1\ta"], [b"1\t1\t", b"old"], [b"9" * 5000 + b"\t1\ta"]])
def test_what_is_no_count_is_refused(records: list[bytes]) -> None:
    with pytest.raises(ScoringError, match="cannot be read"):
        counts(records)


def test_a_disagreement_is_refused_with_the_numbers() -> None:
    with pytest.raises(ScoringError, match="1 and 2 lines added"):
        agree([FileChange("a.py", "M", added=1, deleted=1)], [Count("a.py", 2, 1)])


def test_a_file_that_only_one_reading_has_is_refused() -> None:
    for second in ([], [Count("b.py", 1, 1)]):
        with pytest.raises(ScoringError, match="disagree on its files"):
            agree([FileChange("a.py", "M", added=1, deleted=1)], second)


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


PATCH = (
    b"diff --git a/x b/x\nindex %s..%s 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@ def x\n--- a\n-\x0c\r\n+++ b\n"
    b"\\ No newline at end of file\n" % (b"1" * 40, b"2" * 40)
)
BETWEEN = f"{'1' * 40}..{'2' * 40}"


def test_the_text_of_a_diff_is_read_without_its_names() -> None:
    assert read_text(PATCH) == {(BETWEEN, 1, 2): 1}
    assert read_text(PATCH.replace(b"a/x b/x", b"a/x b/y\tb/x b/x")) == {(BETWEEN, 1, 2): 1}
    assert read_text(b"") == {}


@pytest.mark.parametrize(
    "text",
    [
        PATCH.replace(b"-1,2", b"-1,3"),
        PATCH.replace(b"-1,2", b"-1"),
        PATCH.replace(b"@@ -1,2", b"@@ -" + b"9" * 5000),
        PATCH.replace(b"-\x0c", b"\x0c"),
        PATCH[PATCH.index(b"@@") :],
    ],
    ids=["too few lines", "too many lines", "an endless number", "no line of a hunk", "a hunk of no file"],
)
def test_a_text_that_is_no_diff_is_refused_in_a_sentence(text: bytes) -> None:
    with pytest.raises(ScoringError, match="so it is not trusted"):
        read_text(text)


def test_lines_that_only_the_text_has_or_lacks_are_refused() -> None:
    told = FileChange("x", "M", added=1, deleted=2, old_blob="1" * 40, new_blob="2" * 40)
    agree_with_text([told], PATCH)
    for other in ([], [told, told], [replace(told, added=0)], [replace(told, new_blob="3" * 40)]):
        with pytest.raises(ScoringError, match="a third reading"):
            agree_with_text(other, PATCH)


def test_of_a_large_text_the_other_two_readings_decide() -> None:
    agree_with_text([], PATCH + b"+" * MOST_TEXT)


CONTENTS = [
    b"", b"x", b"x\n", b"\n\n", b"a\r\nb\r", b"\x0c\x0b\x1c\n\xc2\x85\n\xe2\x80\xa8\n", b"\xff\xfe\n", b"\0\1",
    "".join(f"{line}\n" for line in ODD).encode(), "\n".join(reversed(ODD)).encode(),
]  # fmt: skip
FOLDER = st.dictionaries(
    st.sampled_from([b"a b/c", b"tab\t", b"new\ndiff --git a/x b/x", b'"q"', b"\xff", b"@@ -1 +1 @@"]),
    st.tuples(st.sampled_from(CONTENTS), st.sampled_from(["100644", "100755", "120000"])),
    max_size=4,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=FOLDER, new=FOLDER)
def test_three_readers_agree_whatever_files_are_called_and_hold(
    tmp_path_factory: pytest.TempPathFactory, old: dict[bytes, tuple[bytes, str]], new: dict[bytes, tuple[bytes, str]]
) -> None:
    repository = tmp_path_factory.mktemp("three")
    _git(repository, "init", "-q", "--bare")
    base, head = _imported(repository, old, new)
    change = read_change(repository, base, head, at=datetime(2026, 1, 1, tzinfo=UTC), author="", title="", message="")
    changed = {os.fsencode(file.path) for file in change.files} | {os.fsencode(f.old_path or "") for f in change.files}
    assert changed - {b""} == {name for name in old | new if old.get(name) != new.get(name)}


def _imported(repository: Path, *folders: dict[bytes, tuple[bytes, str]]) -> list[str]:
    """A commit for each folder, one after the other."""
    told = b""
    for files in folders:
        told += b"commit refs/heads/main\ncommitter a <a@x> 1700000000 +0000\ndata 1\nc\ndeleteall\n"
        for name, (content, mode) in files.items():
            quoted = name.replace(b'"', b'\\"').replace(b"\n", b"\\n")
            told += b'M %s inline "%s"\ndata %d\n%s\n' % (mode.encode(), quoted, len(content), content)
    subprocess.run(["git", "-C", str(repository), "fast-import", "--quiet"], input=told, check=True)
    return _git(repository, "rev-list", "--reverse", "main").split()


NAMES = [
    b"plan b/notes.md", b"a/b/c", b"x b/x", b" b/y", b"tab\tin", b"new\nline", b"cr\rname", b'"quoted"', b"back\\slash",
    b"caf\xe9", b"dev/null", b"end ", b" start", b"f.txt\t2026-01-01 00:00:00", b"diff --git a/q b/q", b"--- a",
    b"@@ -1 +1 @@", b"+++ b", b"-dash", b":(glob)x", "\u2028".encode(), b"\x1b[31m", b"a => b", b"{a => b}",
]  # fmt: skip


def test_no_name_of_a_file_makes_a_diff_unreadable(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "main")
    first = _commit(tmp_path, ["x"])
    for name in NAMES:
        place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"one\ntwo\n" + name)
    second = _commit(tmp_path, ["x"])
    for name in NAMES:
        place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        place.rename(place.parent / (place.name + " moved b"))
    third = _commit(tmp_path, ["x"])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    made = read_change(tmp_path, first, second, at=moment, author="a@x", title="t", message="")
    assert {file.path: file.added for file in made.files} == {os.fsdecode(n): 3 + n.count(b"\n") for n in NAMES}
    moved = read_change(tmp_path, second, third, at=moment, author="a@x", title="t", message="")
    assert {file.old_path for file in moved.files} == {os.fsdecode(name) for name in NAMES}


def _commit(repository: Path, lines: list[str]) -> str:
    (repository / "odd.txt").write_bytes("".join(f"{line}\n" for line in lines).encode())
    _git(repository, "add", "-A")
    _git(repository, "-c", "user.name=a", "-c", "user.email=a@x", "commit", "-q", "--allow-empty", "-m", "c")
    return _git(repository, "rev-parse", "HEAD")


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()
