from dataclasses import replace
from datetime import UTC, datetime

from scoring.assessment import Part
from scoring.change import Change, FileChange
from scoring.semantics import prove_change

BLOBS = {"a" * 40: b"x = 1\n", "b" * 40: b"x = 1 # one\n", "c" * 40: b"x = 2\n"}
FILE = FileChange("a.py", "M", old_blob="a" * 40, new_blob="b" * 40)
CHANGE = Change("head", "base", "a@example.org", datetime(2026, 1, 1, tzinfo=UTC), "title", "", (FILE,))


def read(blob: str) -> bytes:
    return BLOBS[blob]


def test_every_file_is_judged_by_its_contents_at_base_and_head() -> None:
    assert prove_change(CHANGE, read).level == "P"
    assert prove_change(replace(CHANGE, files=(replace(FILE, new_blob="c" * 40),)), read).level is None


def test_content_that_is_not_at_hand_proves_nothing() -> None:
    verdict = prove_change(replace(CHANGE, files=(replace(FILE, new_blob="d" * 40),)), read)
    assert (verdict.level, verdict.files[0].kind) == (None, "unreadable")


def test_a_change_without_files_proves_nothing() -> None:
    assert prove_change(replace(CHANGE, files=()), read).level is None


def test_a_change_of_very_many_files_is_not_compared() -> None:
    assert prove_change(replace(CHANGE, files=(FILE,) * 1001), read).level is None


def test_when_the_time_is_up_the_rest_is_unproved() -> None:
    ticks = iter([0.0, 1.0, 61.0])
    verdict = prove_change(replace(CHANGE, files=(FILE, replace(FILE, path="b.py"))), read, clock=lambda: next(ticks))
    assert [file.level for file in verdict.files] == ["P", None]
    assert verdict.level is None


def test_a_copy_of_proved_content_is_a_new_file() -> None:
    copied = replace(FILE, status="C", old_path="b.py", new_blob="a" * 40)
    assert prove_change(replace(CHANGE, files=(copied,)), read).level is None


def test_a_submodule_is_never_read() -> None:
    moved = replace(FILE, old_mode="160000", new_mode="160000", old_blob="d" * 40, new_blob="e" * 40)
    assert prove_change(replace(CHANGE, files=(moved,)), read).files[0].words == "A submodule changed."


def test_a_change_of_kinds_that_differ_is_mixed_and_says_so() -> None:
    verdict = prove_change(replace(CHANGE, files=(FILE, replace(FILE, path="b.py", new_blob="a" * 40))), read)
    assert (verdict.level, verdict.kind) == ("P", "mixed")
    assert verdict.words.startswith("2 files, each checked by itself: comments (1), nothing (1).")


def test_a_change_is_told_in_parts_the_least_certain_first() -> None:
    files = (FILE, replace(FILE, path="b.py", new_blob="c" * 40), replace(FILE, path="c.py"))
    parts = prove_change(replace(CHANGE, files=files), read).parts()
    assert parts == (Part(None, "code", 1), Part("P", "comments", 2))
