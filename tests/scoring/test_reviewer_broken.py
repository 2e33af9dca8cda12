"""Attempts at getting something past the deterministic reviewer that looks harmless: each of a kind, with its twin."""

import pytest

from scoring.review.reviewer import review_file
from scoring.semantics.prove import prove_file

SAFE = ("P", "S")
IMPORTED = "import pytest\n{}from app import f, g\n\n\n"
TESTS = IMPORTED.format("") + (
    "def test_one():\n    assert f(1) == sorted([1])\n\n\nclass TestTwo:\n    def test_in(self):\n        assert g(2)\n"
)
JS = "import {f} from '../a';\n\ntest('one', () => {\n  expect(f(1)).toBe(1);\n});\n"
GO = 'package a\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {\n\tif F(1) != 1 {\n\t\tt.Fatal()\n\t}\n}\n'
LOGGED = "import logging\n\nlog = logging.getLogger(__name__)\n\n\n"


def passes(old: str | bytes | None, new: str | bytes, path: str) -> bool:
    sides = [side.encode() if isinstance(side, str) else side for side in (old, new)]
    judged = review_file(sides[0], sides[1], path, prove_file(sides[0], sides[1], path))
    return all(each.level in SAFE and each.category is not None for each in judged)


def grown(added: str, imported: str = "") -> bool:
    return passes(TESTS, TESTS.replace("pytest\n", f"pytest\n{imported}", 1) + added, "tests/test_a.py")


@pytest.mark.parametrize(
    "imported",
    [
        "from helpers import marks as pytestmark\n",  # switches off every test of the file
        "from helpers import hook as setup_module\n",
        "from helpers import hook as setUpModule\n",
        "from helpers import hook as load_tests\n",
        "from helpers import plugins as pytest_plugins\n",
        "from helpers import same as sorted\n",  # what older tests call
        "import tests.patches\n",  # for what loading it does
    ],
)
def test_an_import_that_changes_what_older_tests_see_is_no_added_test(imported: str) -> None:
    assert not grown("", imported)


@pytest.mark.parametrize(
    ("added", "imported"),
    [
        ("@fx(autouse=True)\ndef test_env(monkeypatch):\n    yield\n", "from pytest import fixture as fx\n"),
        ("@fresh(autouse=True)\ndef test_env(monkeypatch):\n    yield\n", "from helpers import fresh\n"),
        ("@register\ndef test_env():\n    assert f(1)\n", "from helpers import register\n"),
        ("def test_env(x=launch()):\n    assert f(1)\n", "from helpers import launch\n"),
        ("class TestThree(launch()):\n    def test_x(self):\n        assert f(1)\n", "from helpers import launch\n"),
        (
            "class TestThree(metaclass=Meta):\n    def test_x(self):\n        assert f(1)\n",
            "from helpers import Meta\n",
        ),
        ("def test_env():\n    global f\n    f = abs\n    assert f(1)\n", ""),
        ("def test_env():\n    f.__dict__['x'] = 1\n    assert f(1)\n", ""),
        ("def test_env():\n    TABLE['x'] = 1\n    assert f(1)\n", "from app import TABLE\n"),
        ("def test_env():\n    CONFIG.update(debug=True)\n    assert f(1)\n", "from app import CONFIG\n"),
        ("def test_env():\n    patch('app.f').start()\n    assert f(1)\n", "from unittest.mock import patch\n"),
        ("def test_env():\n    object.__setattr__(f, 'x', 1)\n    assert f(1)\n", ""),
    ],
)
def test_a_test_that_changes_what_other_tests_see_is_for_a_person(added: str, imported: str) -> None:
    assert not grown(f"\n\n{added}", imported)


@pytest.mark.parametrize(
    ("added", "imported"),
    [
        ("def test_more():\n    rows = [1]\n    rows.append(2)\n    rows[0] = 3\n    assert f(rows)\n", ""),
        ("@pytest.mark.parametrize('x', [1, 2])\ndef test_more(x):\n    assert f(x)\n", ""),
        ("def test_more():\n    assert h(1)\n", "from app import h\n"),
        ("@patch('app.g')\ndef test_more(fake):\n    assert f(1)\n", "from unittest.mock import patch\n"),
    ],
)
def test_a_test_that_keeps_to_itself_is_an_added_test(added: str, imported: str) -> None:
    assert grown(f"\n\n{added}", imported)


@pytest.mark.parametrize(
    ("body", "safe"),
    [
        ("Date.now = () => 0;", False),
        ("Array.prototype.map = () => 0;", False),
        ("Object.defineProperty(f, 'x', {value: 1});", False),
        ("Object.assign(config, {x: 1});", False),
        ("jest.spyOn(Math, 'random').mockReturnValue(1);", False),
        ("import('evil');", False),
        ("require('evil')();", False),
        ("limit = 3;", False),
        ("const x = f(3);\n  let y = 1;\n  y = 2;", True),
    ],
)
def test_a_test_of_javascript_that_writes_to_what_is_not_its_own_is_for_a_person(body: str, safe: bool) -> None:
    added = f"\ntest('two', () => {{\n  {body}\n  expect(f(2)).toBe(2);\n}});\n"
    assert passes(JS, JS + added, "tests/a.test.js") is safe


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (None, JS + "\nMath.random = () => 4;\n", "tests/z.test.js"),
        (None, JS + "\nf();\n", "tests/z.test.js"),
        (
            GO,
            GO + "\nfunc TestTwo(t *testing.T) {\n\tnow = zero\n\tif F(2) != 2 {\n\t\tt.Fatal()\n\t}\n}\n",
            "a_test.go",
        ),
        (None, GO.replace("func", "var _ = swap()\n\nfunc", 1), "b_test.go"),
        (None, GO.replace('import "testing"', 'import (\n\t"testing"\n\t_ "a.example/x"\n)'), "b_test.go"),
    ],
)
def test_tests_that_act_when_they_are_loaded_are_for_a_person(old: str | None, new: str, path: str) -> None:
    assert not passes(old, new, path)


@pytest.mark.parametrize(
    ("function", "safe"),
    [
        ("@njit\ndef f(x):\n    def g(y):\n        return y\n    return g\n", False),
        ("@jitclass\nclass A:\n    def g(self):\n        return 1\n", False),
        ("class A(metaclass=Weird):\n    def g(self):\n        return 1\n", False),
        ("@dataclass\nclass A:\n    def g(self):\n        return 1\n", True),
    ],
)
def test_whatever_is_around_a_function_may_make_something_of_its_lines_of_log(function: str, safe: bool) -> None:
    new = function.replace("        return", '        log.debug("so far")\n        return', 1)
    assert passes(LOGGED + function, LOGGED + new, "shop/a.py") is safe


@pytest.mark.parametrize(
    ("argument", "safe"), [("rows", False), ("rows: list", False), ("rows: Query", False), ("rows: int", True)]
)
def test_only_of_plain_values_it_is_known_that_saying_them_does_nothing(argument: str, safe: bool) -> None:
    old = f"{LOGGED}def f({argument}):\n    return rows\n"
    new = old.replace("    return", '    log.debug("of %s", rows)\n    return')
    assert passes(old, new, "shop/a.py") is safe


@pytest.mark.parametrize(
    "function",
    [
        "def f(rows: int):\n    rows = ask()\n    return rows\n",
        "def f(asked):\n    rows = 1\n    rows = asked\n    return rows\n",
        "def f(signum: int, frame):\n    rows = 1\n    return rows\n",
        "from x import len\n\n\ndef f(asked):\n    rows = len(asked)\n    return rows\n",
    ],
)
def test_a_name_that_may_hold_another_value_by_then_is_not_plain(function: str) -> None:
    new = function.replace("    return", '    log.debug("of %s", rows)\n    return')
    assert not passes(LOGGED + function, LOGGED + new, "shop/a.py")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('def f():\n    """Say.\n    ---\n    a: b\n    """\n', 'def f():\n    """Say.\n    ---\n    a: c\n    """\n'),
        ('"""Use a."""\nif __name__ == "__main__":\n    f()\n', '"""Use b."""\nif __name__ == "__main__":\n    f()\n'),
        ("import urllib.request\nimport json\njson.x()\n", "import json\njson.x()\n"),  # others say urllib.request
        ("import ssl\nimport monkeypatches\n\nssl.x()\n", "import monkeypatches\nimport ssl\n\nssl.x()\n"),
        ('@command\ndef f():\n    """Delete."""\n', '@command\ndef f():\n    """Keep."""\n'),
        ('class A(Tool):\n    """Delete."""\n', 'class A(Tool):\n    """Keep."""\n'),
        ('def p_sum(p):\n    """a : a PLUS b"""\n', 'def p_sum(p):\n    """a : a MINUS b"""\n'),
    ],
)
def test_what_somebody_else_may_read_or_load_is_for_a_person(old: str, new: str) -> None:
    assert not passes(old, new, "shop/a.py")


@pytest.mark.parametrize(
    "line",
    [
        "See [x](//a.example/login).", "See [x](https&colon;//a.example/a).", r"See [x](https\://a.example/a).",
        "See [x](https://exämple.com/a).", "See [x](http://8.8.8.8/a).", "See [x](http://2130706433/a).",
        "See [x](http://[::ffff]/a).", "[x]: //a.example/x", "[x](data:text/html;base64,PHN)",
        "[x](java&Tab;script:f(1))",
        "Write to me&#64;a.example.", "<img src=x onerror=f(1)>", "<svg onload=f(1)></svg>", "<style>a{}</style>",
        "<meta http-equiv=refresh content='0;url=/x'>", "<form action=/x></form>", "import X from './x'",
        "It is {process.env.HOME}.", '--8<-- "../.env"', "<<< @/../.env", ":::{include} ../.env", "{!../.env!}",
        "Use `poetry add other`.", "```sh\npoetry add other\n```", "```yaml\nuses: a/b@main\n```",
    ],
)  # fmt: skip
def test_a_page_that_leads_on_is_built_from_or_runs_something_new_is_for_a_person(line: str) -> None:
    page = "# Page\n\nIt says something.\n"
    assert not passes(page, f"{page}\n{line}\n", "docs/a.md")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("docs/a.rst", ".. csv-table::\n   :file: ../../.env"),
        ("docs/a.rst", ".. autofunction:: app.x"),
        ("docs/a.rst", ".. role:: raw-html(raw)\n   :format: html"),
        ("docs/a.adoc", "include::../.env[]"),
        ("docs/a.adoc", "++++\n<b onclick=x>\n++++"),
        ("man/man1/a.1", ".so /etc/passwd"),
        ("man/man1/a.1", ".sy touch x"),
        ("docs/words.txt", "word"),
    ],
)
def test_every_markup_has_its_own_way_of_putting_something_in(path: str, line: str) -> None:
    assert not passes("Some text.\n", f"Some text.\n\n{line}\n", path)
    assert passes("Some text.\n", "Some text.\n\nIt has one sentence more.\n", path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("```sh\npip install \\\n    good\n```\n", "```sh\npip install \\\n    other\n```\n"),
        ("[x](https://docs.google.com/document/d/AAA)\n", "[x](https://docs.google.com/document/d/BBB)\n"),
        ("[x](https://forms.gle/AAA)\n", "[x](https://forms.gle/BBB)\n"),
        ("[x](https://opencollective.com/good)\n", "[x](https://opencollective.com/other)\n"),
        ("[x](https://pkg.go.dev/github.com/good/x)\n", "[x](https://pkg.go.dev/github.com/other/x)\n"),
    ],
)
def test_the_same_host_or_command_with_another_end_is_another_place(old: str, new: str) -> None:
    assert not passes(old, new, "docs/a.md")


@pytest.mark.parametrize(("before", "after"), [("%1 of %2", "%1 of %1"), ("to 4711", "to 666"), ("here", "a.example")])
def test_a_translation_keeps_its_numbers_and_places(before: str, after: str) -> None:
    text = 'msgid ""\nmsgstr ""\n"X: y\\n"\n\nmsgid "a"\nmsgstr "Send it {}, please"\n'
    assert not passes(text.format(before), text.format(after), "locale/de.po")
    assert passes(text.format(before), text.format(before).replace("Send", "Bring"), "locale/de.po")


GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


@pytest.mark.parametrize(
    ("content", "safe"),
    [(GIF, True), (b"GIF89a/*\0\1\0\0\0\0*/=1;f(1)//\0;", False), (GIF[:-1] + b"x\0;", False), (GIF[:20], False)],
)
def test_a_picture_is_walked_to_its_end(content: bytes, safe: bool) -> None:
    assert passes(None, content, "docs/a.gif") is safe
