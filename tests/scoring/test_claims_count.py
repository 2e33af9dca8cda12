"""Code is counted in files that are parsed whole, and a line that only moved is no new line."""

from pathlib import Path

import pytest
from histories import Step, build

from scoring.claims.claim import is_code
from scoring.claims.count import Counted, count, read
from scoring.facts import lexis
from scoring.git import Git
from scoring.history.patch import read as read_patch
from scoring.history.read import commit_change

PYTHON = b'''"""If this is read as code, while it is text, for loops are counted."""

import os  # if


def f(a):
    """for each case
    if not code
    """
    text = """
    if this
    """
    for x in [y for y in a if y]:
        try:
            return x
        except ValueError:
            pass
'''
C = b"""/* if this
 * while that
 */
#if defined(FOR)
int f(int a) { if (a) return 1; else if (a > 2) return 3; // for
\tfor (;;) while (a) switch (a) { case 1: puts("if for while"); }
}
#endif
"""
MACROS = C + b'FOR_EACH(x) { if (x) "if"; }\nBROKEN( {{ // while\n'
RUST = b"impl Draw for Dot {\n    fn f(&self) { for x in y { if x { } } }\n}\n"
SHELL = b'if true; then\n  echo "if for" # while\nelif x; then\n  :\nfi\n'


@pytest.mark.parametrize(
    ("path", "text", "code", "branches"),
    [
        ("a.py", PYTHON, {3, 6, 10, 11, 12, 13, 14, 15, 16, 17}, {13: 3, 16: 1}),
        ("a.c", C, {4, 5, 6, 7, 8}, {5: 2, 6: 3}),
        ("a.h", MACROS, {4, 5, 6, 7, 8, 9, 10}, {5: 2, 6: 3, 9: 1}),
        ("a.rs", RUST, {1, 2, 3}, {2: 2}),
        ("a.sh", SHELL, {1, 2, 3, 4, 5}, {1: 1, 3: 1}),
    ],
)
def test_comments_and_texts_hold_no_branches(path: str, text: bytes, code: set[int], branches: dict[int, int]) -> None:
    found = read(path, text)
    assert found is not None
    assert (found.code, {line: number for line, number in found.branches.items() if number}) == (code, branches)


@pytest.mark.parametrize(
    ("path", "text"), [("a.py", b"def ("), ("a.go", b"func f( {{"), ("a.unknown", b"if"), ("a", b"x")]
)
def test_what_no_parser_reads_whole_is_not_counted(path: str, text: bytes) -> None:
    assert read(path, text) is None


def counts(folder: Path, before: dict[str, bytes | None], after: dict[str, bytes | None]) -> Counted:
    shas = build(folder, [Step("Start", before), Step("Change", after)])
    git, change = Git(folder), commit_change(folder, shas[1])
    return count(git, change, read_patch(git, change), [file for file in change.files if is_code(file)])


BODY = b"int f(int a)\n{\n\tif (a)\n\t\treturn 1;\n\treturn 0;\n}\n"


def test_code_that_moves_between_files_is_neither_new_nor_lost(tmp_path: Path) -> None:
    moved = counts(tmp_path / "a.git", {"a.c": BODY, "b.c": b"int b;\n"}, {"a.c": None, "b.c": b"int b;\n" + BODY})
    assert (moved.added, moved.removed, moved.branches) == (
        {"a.c": 0, "b.c": 0},
        {"a.c": 0, "b.c": 0},
        {"a.c": 0, "b.c": 0},
    )


def test_what_is_pasted_twice_moved_once_and_is_new_once(tmp_path: Path) -> None:
    twice = BODY + BODY.replace(b"f(", b"g(")
    found = counts(tmp_path / "a.git", {"a.c": BODY, "b.c": b"int b;\n"}, {"a.c": None, "b.c": b"int b;\n" + twice})
    assert (found.added["b.c"], found.removed["a.c"], found.branches["b.c"]) == (6, 0, 1)


def test_a_file_that_cannot_be_parsed_is_named(tmp_path: Path) -> None:
    found = counts(
        tmp_path / "a.git", {"a.c": BODY, "b.lua": b"x = 1\n"}, {"a.c": BODY + b"int x;\n", "b.lua": b"x = 2\n"}
    )
    assert (found.added, found.unread) == ({"a.c": 1}, {"b.lua"})


def test_openings_that_never_close_are_followed_once() -> None:
    """Each to the end of its line or file would take a quarter of an hour."""
    assert lexis.masked(b"\n" + b"=/a[" * 50_000, lexis.SCRIPT).count(b"=/a[") == 50_000
    assert lexis.masked(b"\nx = /[a-z/]+/g.test(y);\n", lexis.SCRIPT) == b'\nx = "".test(y);\n'
    found = read("a.c", b"int a(\n" + b'R"x( ' * 100_000)
    assert found is not None
    assert 1 in found.code
