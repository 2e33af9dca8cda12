"""Tests that were only added: every old test is still there, unchanged, and nothing new can switch one off."""

import ast
import re
from collections import Counter
from collections.abc import Sequence

from tree_sitter import Node

from scoring.semantics import guards, python, trees
from scoring.semantics.languages import language_of
from scoring.semantics.paths import is_specimen, is_test_module
from scoring.semantics.trees import Tree
from scoring.semantics.verdict import Finding, Pair

MAX_DEPTH = 12
# What makes a test, or its neighbours, not run.
SWITCHES = re.compile(
    r"\.(?:skip|only|todo|fixme|failing)\b|\b(?:x|f)(?:it|describe|test|context)\b|@(?:Ignore|Disabled|Before|After)|"
    r"\.Skip(?:f|Now)?\(|#\[ignore|DISABLED_|\bexit\s*\(|os\.Exit|TestMain|func init\s*\(|"
    r"(?:before|after)(?:Each|All)?\s*[({]|"
    r"\b(?:skip|xfail|skipif|skipIf|skipUnless|SkipTest|pending|pytest_plugins|pytestmark|autouse|GTEST_SKIP)\b|markTestSkipped|"
    r"(?:jest|vi)\.(?:mock|setTimeout)|monkeypatch\.undo|sys\.(?:exit|modules)|setUpModule|load_tests|__unittest"
)
ADDED = {
    "Go": r"func (?:Test|Benchmark|Fuzz|Example)\w*\(",
    "Java": r"@(?:Test|ParameterizedTest|RepeatedTest)\b",
    "Kotlin": r"@(?:Test|ParameterizedTest|RepeatedTest)\b",
    "C#": r"\[(?:Fact|Theory|Test|TestCase|TestMethod)\b",
    "JavaScript": r"(?:it|test|describe)\(",
    "TypeScript": r"(?:it|test|describe)\(",
    "Ruby": r"(?:it|test|specify)\s|def test_",
    "Rust": r"fn \w+",
    "PHP": r"public function test",
    "C++": r"(?:TEST|TEST_F|TEST_P|TYPED_TEST)\(",
}


def check(pair: Pair) -> Finding | None:
    """S for a new test file, or for tests added to one."""
    if pair.new is None or pair.renamed or not is_test_module(pair.path) or is_specimen(pair.path):
        return None
    if pair.old is not None and not _might_be_grown(pair.old, pair.new):
        return None
    texts = guards.comparable(pair.old or pair.new, pair.new)
    if isinstance(texts, Finding):
        return texts
    if pair.old is None:
        return _new_file(texts[1], pair.path, pair.new)
    added = _added_python(pair) if pair.path.endswith(".py") else _added(pair)
    return Finding("S", "tests", "Only tests were added; those that were there are unchanged.") if added else None


def _might_be_grown(old: bytes, new: bytes) -> bool:
    """Whether every word is still there. Saves time: most changes of tests take some away."""
    return not Counter(re.findall(rb"\w+", old)) - Counter(re.findall(rb"\w+", new))


def _new_file(text: str, path: str, data: bytes) -> Finding | None:
    if SWITCHES.search(text):
        return None
    language = language_of(path, data)
    readable = python.parse(data) if path.endswith(".py") else language and trees.parse(language, data)
    return Finding("S", "tests", "Only a new test file, which a test runner finds by its name.") if readable else None


def _added_python(pair: Pair) -> bool:
    old, new = python.parse(pair.old or b""), python.parse(pair.new or b"")
    return old is not None and new is not None and _bodies(old.body, new.body, MAX_DEPTH)


def _bodies(old: Sequence[ast.stmt], new: Sequence[ast.stmt], depth: int) -> bool:
    """Whether `new` is `old` with tests put in. Both are walked once, in order."""
    names = {name for statement in old for name in _bound(statement)}
    at = 0
    for statement in new:
        if at < len(old) and (python.same(old[at], statement) or _class_grown(old[at], statement, depth)):
            at += 1
        elif not _is_test(statement) or names & _bound(statement):
            return False
        else:
            names |= _bound(statement)
    return at == len(old)


def _bound(statement: ast.stmt) -> set[str]:
    """Every name a statement binds at its own level; for other statements every name it assigns."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _is_test(statement: ast.stmt) -> bool:
    switches = any(
        isinstance(node, ast.Name | ast.Attribute)
        and SWITCHES.search(getattr(node, "id", "") or getattr(node, "attr", ""))
        for node in ast.walk(statement)
    )
    if switches or any(isinstance(node, ast.Constant) and node.value == "autouse" for node in ast.walk(statement)):
        return False
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return statement.name.startswith("test") and "fixture" not in {
                _last(item) for item in statement.decorator_list
            }
        case ast.ClassDef():
            return statement.name.startswith("Test") or statement.name.endswith(("Test", "Tests", "TestCase"))
        case ast.ImportFrom():
            return statement.module != "__future__" and all(alias.name != "*" for alias in statement.names)
        case _:
            return isinstance(statement, ast.Import)


def _last(decorator: ast.expr) -> str:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _class_grown(old: ast.stmt, new: ast.stmt, depth: int) -> bool:
    if not (isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef) and old.name == new.name and depth):
        return False
    heads = [ast.Module([*node.bases, *node.decorator_list, *node.keywords], []) for node in (old, new)]  # type: ignore[list-item]
    return python.same(*heads) and _bodies(old.body, new.body, depth - 1)


def _added(pair: Pair) -> bool:
    language = language_of(pair.path, pair.new or b"")
    if language is None or language.title not in ADDED:
        return False
    old, new = trees.parse(language, pair.old or b""), trees.parse(language, pair.new or b"")
    return old is not None and new is not None and _grown(old, new, re.compile(ADDED[language.title]), MAX_DEPTH)


def _grown(old: Tree, new: Tree, test: re.Pattern[str], depth: int) -> bool:
    """Whether the new tree is the old one with tests put in."""
    if old.root.type != new.root.type or old.is_whole(old.root) or not depth:
        return False
    before = old.children(old.root)
    if not before:
        return False  # a word that became another; nothing can be put into it
    at = 0
    for child in new.children(new.root):
        here = new.at(child)
        there = old.at(before[at]) if at < len(before) else None
        if there is not None and (trees.same(there, here) or _grown(there, here, test, depth - 1)):
            at += 1
        elif not _is_added(child, here, test):
            return False
    return at == len(before)


def _is_added(node: Node, tree: Tree, test: re.Pattern[str]) -> bool:
    text = tree.text(node).decode("utf-8", "replace")
    if node.type in (";", "\n") or not text.strip():
        return node.type != ";"
    return node.is_named and test.match(text) is not None and SWITCHES.search(text) is None
