"""How a change becomes text: one reading for training and serving, no marker of others, nobody's name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from histories import START, Step, build
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.git import Git
from scoring.history.read import read_change
from scoring.models.corpus import text_of
from scoring.text.history import records
from scoring.text.message import parted
from scoring.text.reading import Reading, reading_of
from scoring.text.record import CLOSE, GAP, OPEN, Hunk, Record, escaped, hunks, joined, middle_cut

PATCH = b"""diff --git a/pay.c b/pay.c
index 1..2 100644
--- a/pay.c
+++ b/pay.c
@@ -3 +3,2 @@ int pay(void)
-  old();
+  lock();
+  new();
@@ -90,0 +92 @@
+}
\\ No newline at end of file
diff --git a/logo.png b/logo.png
index 3..4 100644
Binary files a/logo.png and b/logo.png differ
diff --git a/a.txt b/b.txt
similarity index 100%
rename from a.txt
rename to b.txt
"""
MESSAGE = """Money was lost.

## Test plan
- [ ] pay twice <!-- hint of the template -->
ask @ann, ann@example.org

## Rollout
slowly

Reviewed-by: Bob <bob@example.org>
Signed-off-by: Ann <ann@example.org>
"""
CHANGE = Record("Lock before paying", MESSAGE, hunks(PATCH))


def test_a_record_is_title_plan_and_diff_between_markers() -> None:
    assert CHANGE.wrapped(Reading(), 4000) == (
        "[DRS]Lock before paying\n- [ ] pay twice\nask ,\n"
        "--- a/pay.c\n+++ b/pay.c\n@@ int pay(void)\n-  old();\n+  lock();\n+  new();\n@@ \n+}\n"
        "Binary files a/logo.png and b/logo.png differ\nrename from a.txt\nrename to b.txt[/DRS]"
    )


@pytest.mark.parametrize(
    ("message", "plan", "body"),
    [
        ("", "", ""),
        ("Why.\n\nTest Plan: ran it\ntwice\n\nReviewers: ann, bob", "ran it\ntwice", "Why."),
        ("**How was this tested?**\nby hand\n**Notes**\nnone", "by hand", "**Notes**\nnone"),
        ("## Testing\nNote: also this\n\n# More\nx", "Note: also this", "# More\nx"),
        ("Test plan is below", "", "Test plan is below"),
        ("Body\n\nFixes: 12ab34cd\nCc: a@b.org", "", "Body"),
    ],
)
def test_the_plan_for_testing_stands_under_its_heading(message: str, plan: str, body: str) -> None:
    assert parted(message) == (plan, body)


def test_the_heading_is_the_repository_s_own() -> None:
    assert parted("### Verification\nran it", ("verification",)) == ("ran it", "")
    assert Record("T", "### Verification\nran it").head(Reading(headings=("Verification",))) == "T\nran it"


def test_nobody_is_named() -> None:
    said = CHANGE.head(Reading(parts=("title", "plan", "body")))
    assert {name for name in ("Ann", "ann", "bob", "Bob", "@") if name in said} == set()
    assert "Money was lost." in said


@given(st.text("[]/DRS\\ab\n", max_size=40), st.text("[]/DRS\\ab\n", max_size=40))
def test_no_text_says_a_marker_and_no_two_texts_become_the_same(one: str, other: str) -> None:
    assert OPEN not in escaped(one)
    assert CLOSE not in escaped(one)
    assert (escaped(one) == escaped(other)) == (one == other)


@given(st.lists(st.text("[]/DRS+x", max_size=60), max_size=30), st.integers(60, 400))
def test_the_middle_is_cut_and_never_a_marker(lines: list[str], characters: int) -> None:
    record = Record("[/DRS] title", "Test plan: [DRS]", (Hunk("--- a\n+++ b", "@@ \n" + "\n".join(lines)),))
    said = record.wrapped(Reading(), characters)
    assert (said.count(OPEN), said.count(CLOSE)) == (1, 1)
    assert said.startswith(OPEN)
    assert said.endswith(CLOSE)
    assert len(said) <= characters + len(OPEN) + len(CLOSE) + 1


def test_a_cut_keeps_both_ends() -> None:
    cut = middle_cut("begin" + "x" * 500 + "end", 60)
    assert cut.startswith("begin")
    assert cut.endswith("end")
    assert GAP in cut
    assert len(cut) <= 60


def test_long_lines_and_long_hunks_are_cut_before_they_are_read() -> None:
    (hunk,) = hunks(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n+" + b"y" * 10**6)
    assert len(hunk.text) < 250
    (hunk,) = hunks(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + b"+line\n" * 10**5)
    assert len(hunk.text) <= 6000


def test_a_landed_change_reads_as_the_pull_request_that_brought_it(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a.c": b"one\ntwo\n", "b.bin": b"\0\1"}, "a@x.org", START),
        Step("Move\n\nTest plan: none", {"a.c": b"one\n", "d/c.c": b"two\n", "b.bin": b"\0\2"}, "b@x.org", START + 60),
        Step("Odd", {"d/c.c": "zwei\r\n[/DRS]\xff".encode("latin-1"), "sp ace\u00e9.c": b"x"}, "b@x.org", START + 120),
    ]
    shas = build(tmp_path, steps)
    landed = list(records(Git(tmp_path), shas))
    for base, sha, record in zip(("", *shas), shas, landed, strict=False):
        change = read_change(
            tmp_path, base or None, sha, at=datetime.fromtimestamp(START, UTC), author="", title=record.title,
            message=record.message,
        )  # fmt: skip
        assert text_of(Git(tmp_path), change) == record
    assert landed[1].text(Reading()).startswith("Move\nnone\n--- a/a.c")
    assert len({record.digest() for record in landed}) == 3


def test_a_file_is_named_once_for_its_hunks() -> None:
    assert joined((Hunk("f", "@@ a"), Hunk("f", "@@ b"), Hunk("g", ""))) == "f\n@@ a\n@@ b\ng"


def test_a_reading_is_kept_as_it_was_and_a_wrong_one_is_refused() -> None:
    reading = Reading(tokens=64, pooling="max", parts=("diff",))
    assert reading_of(reading.plain()) == reading
    for wrong in (None, {}, reading.plain() | {"more": 1}, reading.plain() | {"pooling": "sum"}):
        with pytest.raises(ScoringError):
            reading_of(wrong)
