"""Counting is of code: per language a table of lines and the right counts; comments and texts count as nothing."""

from pathlib import Path

import pytest
from histories import DAY, START, Step, build
from hypothesis import given
from hypothesis import strategies as st

from bench.languages import READINGS, table
from scoring.facts.languages import LANGUAGES, of_path
from scoring.facts.lexis import HUNK_END, masked
from scoring.facts.lines import COUNTS, LineCounts, count
from scoring.features import FEATURES
from scoring.history.index import History


def added(text: str, path: str, *, new: bool = False) -> LineCounts:
    """The counts of one hunk that adds these lines, somewhere within the file unless it is new."""
    at = 1 if new else 100
    lines = "".join(f"+{line}\n" for line in text.splitlines())
    return count(f"\n@@ -{at - 1},0 +{at},{len(text.splitlines())} @@\n{lines}".encode(), path, new=new)


# ending, lines, code lines, branches, loops, calls
CODE = [
    ("c", "for (;;) // for each if\n\tif (a && b(c))", 2, 3, 1, 1),
    ("c", 'puts("if you wait for it");', 1, 0, 0, 1),
    ("c", "/* if\n * for\n while */ x();", 1, 0, 0, 1),
    ("c", "end of a comment if and for\n*/\nif (x)", 1, 1, 0, 0),
    ("c", " * if the caller waits for it\n *\n */", 0, 0, 0, 0),
    ("c", "x = '\"'; if (y) z = '\\'';", 1, 1, 0, 0),
    ("c", "#if DEBUG\n#ifdef X\n#elif Y\n#endif\n#error wait for me if you can", 5, 3, 0, 0),
    ("c", '#include "for.h"\nint a = 1\'000 + \'x\';', 2, 0, 0, 0),
    ("cpp", 'auto s = R"(for if\nwhile)"; f();', 2, 0, 0, 1),
    ("cpp", "void f(T&& x) { g(x && y); }", 1, 1, 0, 2),
    ("c", 'char *s = "a \\" if /* b"; if (c) d();', 1, 1, 0, 1),
    ("c", "when the caller waits for a reply if any\nreturn x;", 1, 0, 0, 0),
    ("py", 'def f(x):\n    """If it is for you."""\n    return g(x) if x else None', 2, 1, 0, 2),
    ("py", '    """Wait for it\n\n    if you can and while you may\n    """\n    for x in y:', 1, 1, 1, 0),
    ("py", '    if you can and while you may.\n    """\n    for x in y:', 1, 1, 1, 0),
    ("py", "    Only for those that wait.", 0, 0, 0, 0),
    ("py", 'sql = """\n select if for\n """', 1, 0, 0, 0),
    ("py", "x = 'for' # if\ny = f'{a if b else c}'", 2, 0, 0, 0),
    ("py", "while x and y or z:", 1, 3, 1, 0),
    ("py", "    not in words\n    or something", 2, 1, 0, 0),
    ("js", "const r = /for\\/if[/]'/g; if (x) y()", 1, 1, 0, 1),
    ("js", "a = b / c / d; for (const x of y) {}", 1, 1, 1, 0),
    ("ts", "const t = `if\n${for_each()}\nwhile`; f()", 2, 0, 0, 1),
    ("js", "x.split(/'/).map(y => 'for'); // while", 1, 0, 0, 2),
    ("js", "glob('src/**/*.js'); if (a) b()", 1, 1, 0, 2),
    ("rs", "fn f<'a>(x: &'a str) -> char { if y { '\\'' } else { 'x' } }", 1, 1, 0, 0),
    ("rs", '/// waits for x if y\nlet r = r#"for "if" while"#; loop { g() }', 1, 1, 1, 1),
    ("rs", 'panic!("if\n for"); a.map(|x| x)', 2, 0, 0, 1),
    ("go", "q := `for\nif` // while\nif a || b {", 2, 2, 0, 0),
    ("go", "r := '\"'\nselect {\ncase <-c:", 3, 1, 0, 0),
    ("rb", "=begin\nif for\n=end\nx = <<~EOS\n  if you wait\nEOS\nputs(y) unless z # for", 2, 1, 0, 1),
    ("rb", 'a =~ /for|if/ and puts "#{x if y}"', 1, 1, 0, 0),
    ("sh", 'echo "a # if" \'for\' # while\nfor x in $#; do [ -n "$x" ] && y; done', 2, 2, 1, 0),
    ("sh", "cat <<EOF\nif you wait for\nEOF\nif a; then b --if-exists; fi", 2, 1, 0, 0),
    ("sh", 'awk \'for\n if\' "x\nwhile" \\" ; case $y in', 3, 1, 0, 0),
    ("sh", "x=$((1 << y)) && echo ${#a}", 1, 1, 0, 0),
    ("pl", "=pod\n\nif for\n\n=cut\nmy $n = $#a; # if\nfor (@a) { s() }", 2, 1, 1, 1),
    ("php", "$a = <<<EOT\nif for\nEOT;\n# if\n#[Attribute]\nif ($x) { f(); } // for", 4, 1, 0, 1),
    ("java", 'String s = """\n  if for\n  """; char c = \'"\'; if (x) f();', 2, 1, 0, 1),
    ("cs", '#region if for\nvar s = @"a ""if"" \\"; foreach (var x in y) {}', 2, 1, 1, 0),
    ("sql", "-- if when\nSELECT CASE WHEN a = 'it''s if' THEN 1 END", 1, 1, 0, 0),
    ("lua", "--[[ if\n for ]] x = [[ while\n ]] if y then f() end -- or", 2, 1, 0, 1),
    ("el", "(when x ; if\n  (f \"if\"))", 2, 1, 0, 0),
    ("hs", "{- if\n case -} f x = if 'a' == y then 1 else 2 -- if", 1, 1, 0, 0),
    ("ex", '@doc """\nif for\n"""\ncase x do', 2, 1, 0, 0),
    ("js", "p.catch(e => f()); try { x() } catch (e) { y(...for_x) }", 1, 1, 0, 4),
    ("js", "app.use(/\\/api.*/, (req) => {\nif (req) f()", 2, 1, 0, 2),
    ("php", "$x->for($y); if ($a) { Gate::for($z); }", 1, 1, 0, 2),
    ("rb", "x = <<~EOS\n  if\n  EOS\nloop do |x| a.and(b) if c", 2, 2, 1, 1),
    ("rb", "before :x, if: :y, unless: z if w and a[:if]", 1, 2, 0, 0),
    ("css", "/* if */ a { color: red } ", 1, 0, 0, 0),
    ("proto", "// for\nmessage A { int32 b = 1; }", 1, 0, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "text", "code", "branches", "loops", "calls"), CODE)
def test_code_is_counted_and_comments_and_texts_are_not(
    ending: str, text: str, code: int, branches: int, loops: int, calls: int
) -> None:
    found = added(text, f"a.{ending}")
    assert (found.code_added, found.branches_added, found.loops_added, found.calls_added) == (
        code,
        branches,
        loops,
        calls,
    )
    assert found.code_added + found.comments_added == sum(bool(line.strip()) for line in text.splitlines())


PROSE = [
    "completions/_nvme", "completions/bash-nvme-completion.sh", "a.fish-completion/x.fish", "man/ip.8", "README.md",
    "x.txt", "a.json", "page.html", "vendor/a/b.go", "x.pb.go", "a.min.js", "unknown.xyz", "LICENSE", "data.csv",
    "po/de.po", "a.yml",
]  # fmt: skip


@pytest.mark.parametrize("path", PROSE)
def test_a_file_that_is_not_read_as_code_has_lines_and_no_loops(path: str) -> None:
    found = added("'--wait[wait for it if (you) can]' \\\nfor (;;) while (x) TODO", path)
    assert found.added == 2
    told = found._replace(hunks=0, added=0, bytes_added=0, insertions=0)
    assert told == LineCounts()


def test_a_long_line_is_no_code() -> None:
    found = added("if(a)b();" * 100 + "\nif (c) d();", "web/bundle.js")
    assert (found.code_added, found.branches_added, found.calls_added, found.longest_line) == (1, 1, 1, 900)


def test_a_generators_mark_counts_in_a_new_file_or_where_it_was_before() -> None:
    text = "// Code generated by stringer. DO NOT EDIT.\nif a {"
    assert added(text, "a.go", new=True).branches_added == 0
    assert added(text, "a.go").branches_added == 1
    now = b"-y\n+// Code generated by x 2. DO NOT EDIT.\n+if a {\n"
    was = b"\n@@ -1,2 +1,2 @@\n-// Code generated by x 1. DO NOT EDIT.\n" + now
    typed = b"\n@@ -1,2 +1,2 @@\n-x\n" + now
    assert [count(each, "a.go").branches_added for each in (was, typed)] == [0, 1]


def test_a_script_without_an_ending_is_read_where_the_patch_shows_its_interpreter() -> None:
    assert added("#!/usr/bin/env python3\nif x:", "bin/tool", new=True).branches_added == 1
    assert added("#!/bin/sh\nif x; then", "bin/tool", new=True).branches_added == 1
    assert added("if x; then", "bin/tool").branches_added == 0


def test_words_come_from_code_alone() -> None:
    assert added("x = y  # harmless trivial safe\n'harmless'", "a.py").words == added("x = y\n''", "a.py").words


def test_promises_are_whole_words_in_added_lines_of_code() -> None:
    assert added("x = 1  # TODO FIXME\nmktemp('/tmp/XXXXXX') # XXX", "a.py").promises == 3
    assert count(b"\n@@ -3 +2,0 @@\n-# TODO\n", "a.py").promises == 0


def test_what_is_counted_by_signs_is_defined_by_them() -> None:
    found = added("a->b = c[1] == d || e !== f || g <= h << 2; x <<= 1; y = (z) -> 0x1f;", "a.c")
    assert (found.members_added, found.comparisons_added, found.indexes_added) == (1, 3, 1)
    assert (found.assignments_added, found.hexadecimals_added, found.bits_added) == (2, 1, 2)
    assert added("fn f() -> u8", "a.rs").members_added == 0


@given(st.binary(max_size=300), st.sampled_from([f"a.{language.endings.split()[0]}" for language in LANGUAGES]))
def test_any_bytes_are_masked_line_by_line(text: bytes, path: str) -> None:
    language = of_path(path)
    assert language is not None
    side = HUNK_END.join([b"\n" + text.replace(b"\0", b""), b""])
    assert masked(side, language.lexis).count(b"\n") == side.count(b"\n")
    assert all(number >= 0 for number in count(b"\n@@ -1 +1 @@\n+" + text, path)[:COUNTS])


def test_a_file_that_a_generator_wrote_stays_so_until_it_is_made_anew(tmp_path: Path) -> None:
    head, tail = b"// Code generated by stringer. DO NOT EDIT.\n" + b"// x\n" * 60, b"if a {\n}\n"
    steps = [
        Step("Generate", {"a.go": head, "b.go": b"// x\n" * 60}, at=START),
        Step("Generate again", {"a.go": head + tail, "b.go": b"// x\n" * 60 + tail}, at=START + DAY),
        Step("Start by hand", {"a.go": None, "b.go": None}, at=START + 2 * DAY),
        Step("Write", {"a.go": tail}, at=START + 3 * DAY),
    ]
    shas = build(tmp_path / "repo", steps)
    history = History(tmp_path / "repo", tmp_path / "state")
    history.refresh(shas[-1], now=START + 9 * DAY)
    names = [feature.name for feature in FEATURES]
    wanted = ("lines_added", "branches_added", "complexity")
    found = history.matrix()[:, [names.index(name) for name in wanted]].tolist()
    # the second change adds a branch to each file, one of which is generated
    assert found == [[121, 0, 0], [4, 1, 0], [0, 0, 1], [2, 1, 0]]


def test_the_table_of_languages_in_the_docs_is_that_of_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "history.md").read_text("utf-8")
    assert table() in page
    assert {f"`{place}`" for place in ("&&", "->")} <= set(page.split())
    assert all(name.lower() in page for name in READINGS.values())


def test_carriage_returns_alone_end_lines_as_they_do_for_what_runs_the_code() -> None:
    code = ["if a:", "    b()", "for c in d:", "    e()"]
    plain = count(("\n@@ -0,0 +1,4 @@\n" + "".join(f"+{line}\n" for line in code)).encode(), "a.py", new=True)
    hidden = count(("\n@@ -0,0 +1 @@\n+" + "\r".join(code) + "\n").encode(), "a.py", new=True)
    windows = count(("\n@@ -0,0 +1,4 @@\n" + "".join(f"+{line}\r\n" for line in code)).encode(), "a.py", new=True)
    for found in (hidden, windows):
        assert (found.code_added, found.branches_added, found.loops_added, found.calls_added) == (
            plain.code_added,
            plain.branches_added,
            plain.loops_added,
            plain.calls_added,
        )
    assert (plain.code_added, plain.branches_added) == (4, 2)
