"""A part is proposed for a pull request of its own only when nothing shows that the rest needs it."""

from pathlib import Path

import pytest
from histories import Step, build

from scoring.change import FileChange
from scoring.claims.depends import apart, names_before
from scoring.claims.parts import parts, suggestions
from scoring.facts.lines import LineCounts
from scoring.git import Git, Limits
from scoring.history.patch import Lines
from scoring.history.read import commit_change

ALL_KNOWN = frozenset
NONE_KNOWN = frozenset[bytes]


def added(*text: str) -> Lines:
    return Lines(tuple((number, line.encode()) for number, line in enumerate(text, 1)))


def removed(*text: str) -> Lines:
    return Lines((), tuple((number, line.encode()) for number, line in enumerate(text, 1)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a.py", added("def total(cart):")), ("b.py", added("    print(total(basket))"))),
        (("a.go", removed("func (s *Server) Close() {")), ("b.go", added("\tsrv.Close()"))),
        (("a.c", added("static int nvme_wait(int fd)")), ("b.c", added("\terr = nvme_wait(fd);"))),
        (("a.h", added("#define RETRIES 3")), ("b.c", added("for (i = 0; i < RETRIES; i++)"))),
        (("a.js", added("const retry = 3")), ("b.js", added("run(retry)"))),
        (("a.rb", added("LIMIT = 3")), ("b.rb", removed("raise if n > LIMIT"))),
        (("lib/session.py", added("x = 1")), ("api/view.py", added("from lib import session"))),
        (("lib/session.py", added("x = 1")), ("tests/test_session.py", added("y = 2"))),
        (("old.c", removed("\tcompute_checksum(&header);")), ("new.c", added("compute_checksum(&header);"))),
    ],
)
def test_what_depends_on_each_other_stays_together(one: tuple[str, Lines], other: tuple[str, Lines]) -> None:
    assert not apart([one], [other], lambda names: names)
    assert not apart([other], [one], lambda names: names)


def test_a_name_that_is_new_to_the_code_and_used_by_both_ties_them() -> None:
    one, other = ("a.c", added("\tretry_later(1);")), ("b.c", added("\tretry_later(2);"))
    assert not apart([one], [other], lambda names: frozenset())
    assert apart([one], [other], lambda names: names)


FILES = tuple(
    (FileChange(path, "M", size), LineCounts(added=size, code_added=size))
    for path, size in (("core/a.c", 9), ("core/b.c", 8), ("ui/x.c", 5), ("docs/a.md", 90), ("tests/test_x.c", 7))
)
APART = {
    file.path: added(f"{name}_only();") for (file, _), name in zip(FILES, ("one", "two", "three", "", ""), strict=True)
}


def test_both_halves_of_a_proposal_hold_code() -> None:
    assert [part.subject for part in parts(FILES)] == ["core/", "core/a.c", "core/b.c", "ui/"]


def test_only_what_lowers_both_halves_is_handed_over_with_both_ranks() -> None:
    def rank(halves):  # type: ignore[no-untyped-def]
        return [0.2 if len(half) == 1 else 0.5 if len(half) == 2 else 0.93 for half in halves]

    code = FILES[:3]
    found = suggestions(code, APART, 0.94, rank, lambda names: names)
    assert [(each.subject, each.paths, each.moved, each.stays) for each in found] == [
        ("core/", ("core/a.c", "core/b.c"), 0.5, 0.2),
        ("core/a.c", ("core/a.c",), 0.2, 0.5),
        ("core/b.c", ("core/b.c",), 0.2, 0.5),
    ]
    assert suggestions(code, APART, 0.51, rank, lambda names: names) == ()
    assert suggestions(code, {}, 0.94, rank, lambda names: names) == (), "without its lines nothing is known of a file"


def test_a_line_of_nothing_but_openings_defines_nothing_and_is_gone_through_once() -> None:
    openings = (("a.js", Lines(added=((1, b"def (" * 200_000),))), ("b.py", Lines(added=((1, b"x = 1"),))))
    assert apart(openings[:1], openings[1:], lambda names: names)


def test_where_its_files_are_too_large_to_read_no_part_is_free_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shas = build(tmp_path / "r", [Step("One", {"a.py": b"cache = 1\n"}), Step("Two", {"a.py": b"cache = 2\n"})])
    change = commit_change(tmp_path / "r", shas[-1])
    git = Git(tmp_path / "r")
    assert names_before(git, change)(frozenset({b"cache"})) == {b"cache"}
    monkeypatch.setattr("scoring.claims.depends.DIFF", Limits(answer=10))
    monkeypatch.setattr("scoring.claims.depends.MOST_UNSEEN", 0)
    assert names_before(git, change)(frozenset({b"cache"})) == frozenset()
