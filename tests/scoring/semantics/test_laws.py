"""Laws: comments and layout may change and stay proved; one changed token never; nothing makes a check fail."""

import ast
import io
import os
import re
import tokenize
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scoring.semantics import marks, prose, prove_file, python
from scoring.semantics.languages import LANGUAGES

FUZZING = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"  # as under `make fuzz`: long, and other examples each time
FEW, MANY = (1_000, 5_000) if FUZZING else (20, 120)
LAW = settings(max_examples=FEW, deadline=None, derandomize=not FUZZING, suppress_health_check=list(HealthCheck))


def quiet(source: str) -> bool:
    """Whether a file neither reads its own source nor counts its lines."""
    return not (python.SELF_READING.search(source) or python.LINE_NUMBERS.search(source))


def library() -> list[str]:
    """Files that people wrote: the smaller modules of Python's own library."""
    files = sorted(path for path in Path(os.__file__).parent.glob("*.py") if 200 < path.stat().st_size < 5_000)
    return [
        text
        for file in files
        if quiet(text := file.read_text(encoding="utf-8")) and "\f" not in text and text.isascii()
    ]


FILES = st.sampled_from(library())
WORDS = st.sampled_from(sorted(prose.ORDINARY - prose.COMMANDS))


@st.composite
def comments(draw: st.DrawFn) -> str:
    line = f"# so {' '.join(draw(st.lists(WORDS, max_size=6)))}".rstrip()
    assume(not marks.is_obeyed(line))
    return line


def logical_ends(source: str) -> list[int]:
    """The numbers of the lines that end a statement: behind and below them a comment may stand."""
    return sorted(
        {
            token.start[0]
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.NEWLINE
        }
    )


@LAW
@given(FILES, st.lists(st.tuples(st.integers(0), st.booleans(), comments()), min_size=1, max_size=5))
def test_comments_put_anywhere_into_real_python_stay_proved(source: str, places: list[tuple[int, bool, str]]) -> None:
    lines = source.split("\n")
    ends = [end for end in logical_ends(source) if "#" not in lines[end - 1]]
    chosen = {ends[at % len(ends)]: (behind, comment) for at, behind, comment in places}
    for end in sorted(chosen, reverse=True):
        behind, comment = chosen[end]
        if behind:
            lines[end - 1] += f"  {comment}"
        else:
            lines.insert(end, comment)
    anew = "\n".join(lines)
    assume(marks.unspoken(source) == marks.unspoken(anew))  # not beside a comment that does not read as prose
    assume(not marks.is_script(source))
    verdict = prove_file(source.encode(), anew.encode(), "app.py")
    assert (verdict.level, verdict.kind) == ("P", "comments")


@LAW
@given(FILES)
def test_real_python_written_anew_from_its_tree_is_proved(source: str) -> None:
    anew = ast.unparse(ast.parse(source))
    assume(ast.dump(ast.parse(anew)) == ast.dump(ast.parse(source)))
    assume(not marks.obeyed(source) and not marks.is_script(source) and quiet(anew))
    expected = "S" if marks.unspoken(source) else "P"  # no comment is left, and some may be for tools
    assert prove_file(source.encode(), anew.encode(), "app.py").level == expected


def changed(token: tokenize.TokenInfo) -> str | None:
    """A token that means something else; None where there is no simple one."""
    match token.type:
        case tokenize.NAME:
            return {"True": "False", "and": "or", "is": "==", "not": "-", "break": "pass"}.get(
                token.string, f"{token.string}_"
            )
        case tokenize.NUMBER:
            return f"1{token.string}"
        case tokenize.STRING:
            return f"{token.string} 'x'" if token.string[:1] in "'\"" else f"{token.string} b'x'"
        case tokenize.OP:
            return {"+": "-", "==": "!=", "<": "<=", ",": ";", "(": "((", "=": "==", ".": "-"}.get(token.string)
        case _:
            return None


@LAW
@given(FILES, st.integers(0), comments())
def test_one_changed_token_of_real_python_is_never_proved(source: str, which: int, comment: str) -> None:
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if changed(token)]
    token = tokens[which % len(tokens)]
    lines = source.split("\n")
    assume(token.start[0] == token.end[0])
    line = lines[token.start[0] - 1]
    lines[token.start[0] - 1] = line[: token.start[1]] + (changed(token) or "") + line[token.end[1] :]
    verdict = prove_file(source.encode(), ("\n".join(lines) + comment + "\n").encode(), "app.py")
    assert verdict.level in ({None, "S", "H"} if token.type == tokenize.STRING else {None})


SAMPLES = {
    "a.js": (
        "import a from 'b';\n"
        "export async function f(x, y = 2) {\n"
        "  if (x > y) return `${x} a`;\n"
        "  for (const z of y) { g(z); }\n"
        "}\n"
    ),
    "a.ts": "export class A<T> {\n  private b?: number = 1;\n  c(d: T): string { return `${d}` + this.b; }\n}\n",
    "a.tsx": "const a = (b: number) => <i className='c'>{b + 1} text</i>;\n",
    "a.go": (
        "package a\n"
        "\n"
        "import \"b\"\n"
        "\n"
        "func F(x int) (int, error) {\n"
        "\tfor i := 0; i < x; i++ {\n"
        "\t\tb.G(i)\n"
        "\t}\n"
        "\treturn x, nil\n"
        "}\n"
    ),
    "A.java": "package a;\nimport b.C;\nclass A extends C {\n  int d(int e) { return e > 1 ? e : f(\"g\"); }\n}\n",
    "a.c": (
        "#include <b.h>\n"
        "#define C 1\n"
        "static int f(int x, char *y) {\n"
        "\tif (x > C)\n"
        "\t\treturn y[0];\n"
        "\treturn g(\"h\");\n"
        "}\n"
    ),
    "a.cc": (
        "#include <b>\n"
        "template <typename T> class A : public B<T> {\n"
        "  int c(const T& d) { return d->e(1) + 'f'; }\n"
        "};\n"
    ),
    "a.rs": "use a::b;\npub fn f<'a>(x: &'a str) -> Option<i32> {\n    match x { \"a\" => Some(1), _ => None }\n}\n",
    "a.rb": "class A < B\n  def c(d, e: 1)\n    return d + e if d > 2\n    @f = \"g#{d}\"\n  end\nend\n",
    "a.php": "<?php\nclass A extends B {\n  public function c($d) { return $d > 1 ? 'e' : \"f $d\"; }\n}\n",
    "a.sh": "set -e\nfor a in b c; do\n  if [ \"$a\" = b ]; then echo \"${a}\" d > e; fi\ndone\n",
    "A.cs": "using B;\nclass A : C {\n  public int D(int e) { return e > 1 ? e : F(\"g\"); }\n}\n",
    "a.kt": (
        "import b.C\n"
        "class A(val d: Int) : C() {\n"
        "  fun e(f: Int): Int {\n"
        "    return if (f > 1) f else g(\"h\")\n"
        "  }\n"
        "}\n"
    ),
}  # fmt: skip
COMMENT = {"a.rb": "# so", "a.sh": "# so"}


def test_every_language_has_a_sample() -> None:
    suffixes = {os.path.splitext(path)[1] for path in SAMPLES}
    assert [language.suffixes for language in LANGUAGES if not suffixes & set(language.suffixes)] == []


@pytest.mark.parametrize("path", SAMPLES)
def test_a_comment_behind_any_line_is_strong_evidence(path: str) -> None:
    lines = SAMPLES[path].split("\n")
    places = [at for at, line in enumerate(lines) if line and not line.startswith(("<?php", "#"))]
    levels = []
    for at in places:
        anew = [*lines[:at], f"{lines[at]} {COMMENT.get(path, '// so')}", *lines[at + 1 :]]
        levels.append(prove_file(SAMPLES[path].encode(), "\n".join(anew).encode(), path).level)
    assert levels == ["S"] * len(places)


@pytest.mark.parametrize("path", SAMPLES)
def test_any_changed_word_or_sign_is_nothing(path: str) -> None:
    source = SAMPLES[path]
    wrong = []
    for match in re.finditer(r"\w+|[-+*/<>=!&|,;.:?(){}\[\]'\"]", source):
        for other in (match[0] + "q", "", match[0] * 2):
            anew = source[: match.start()] + other + source[match.end() :]
            if prove_file(source.encode(), anew.encode(), path).level is not None:
                wrong.append((match[0], other, match.start()))
    assert wrong == EQUAL.get(path, [])


# Where a sign may be left out or written twice without a change of the tree.
EQUAL: dict[str, list[tuple[str, str, int]]] = {}

PATHS = [
    *SAMPLES,
    "a.py",
    "a.json",
    "a.toml",
    "a.yaml",
    "a.md",
    "test_a.py",
    "a_test.go",
    "a.png",
    "a.h",
    "a",
    "Makefile",
]


@settings(LAW, max_examples=MANY)
@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(PATHS))
def test_any_bytes_get_a_verdict(old: bytes, new: bytes, path: str) -> None:
    assert prove_file(old, new, path).level in {"P", "S", "H", None}


@settings(LAW, max_examples=MANY)
@given(
    st.text("(){}[]<>'\"`\\/*#@!:;,.-+=\n\t ab1é", max_size=80),
    st.text("/*# \n'\"a;", max_size=10),
    st.sampled_from(PATHS),
)
def test_any_text_of_signs_gets_a_verdict_and_none_against_itself_is_lost(text: str, more: str, path: str) -> None:
    assert prove_file(text.encode(), (text + more).encode(), path).level in {"P", "S", "H", None}
    assert prove_file(text.encode(), text.encode(), "src/a.py").level == "P"


DEEP = {
    "brackets": "(" * 3000,
    "closed brackets": "(" * 1000 + ")" * 1000,
    "signs": "-" * 3000 + "1",
    "calls": "a" + "()" * 3000,
    "braces": "{" * 3000,
    "opened comments": "/*" * 3000,
    "quotes": "\"'`" * 2000,
    "generics": "a<" * 3000,
    "choices": "a ? b : " * 1500,
    "list": "[" * 3000 + "]" * 3000,
    "mapping": '{"a":' * 1500 + "1" + "}" * 4000,
    "anchors": "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 400)),
    "tables": "[" + ".".join("a" * 3000) + "]\nb = 1\n",
    "here documents": "cat <<E\n" * 2000,
    "indented": "\n".join(" " * n + "if a:" for n in range(300)),
    "line": "x = " + "1 + " * 3000 + "1\n",
}


@pytest.mark.parametrize("shape", DEEP)
def test_deep_or_endless_input_ends_without_a_crash(shape: str) -> None:
    for path in PATHS:
        text = DEEP[shape]
        verdict = prove_file(text.encode(), (text + "\n#\n").encode(), path)
        assert verdict.level in {"P", "S", "H", None}


TESTS = {
    "a.spec.ts": "describe('a', () => {\n  it('b', () => {\n    expect(c(1)).toBe(2);\n  });\n});\n",
    "a_test.go": 'package a\n\nfunc TestA(t *testing.T) {\n\tif b(1) != 2 {\n\t\tt.Error("c")\n\t}\n}\n',
    "src/test/ATest.java": "class ATest {\n  @Test void b() { assertEquals(c(1), 2); }\n}\n",
    "tests/test_a.py": "import a\n\n\nclass TestA:\n    def test_b(self):\n        assert a.c(1) == 2\n",
    "a_spec.rb": "describe A do\n  it 'b' do\n    expect(c(1)).to eq 2\n  end\nend\n",
}


@pytest.mark.parametrize("path", TESTS)
def test_no_word_of_a_test_can_change_while_tests_are_added(path: str) -> None:
    source = TESTS[path]
    wrong = []
    for match in re.finditer(r"\w+", source):
        for other in (match[0] + "q", "skip", f"{match[0]}.skip", f"x{match[0]}", f"@Disabled {match[0]}"):
            anew = source[: match.start()] + other + source[match.end() :]
            if prove_file(source.encode(), anew.encode(), path).level in ("P", "S"):
                wrong.append((match[0], other))
    assert wrong == []
