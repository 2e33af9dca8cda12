"""Tests of Python that were added, and change what other tests see: a list of what one may be made of.

What a test calls is the tested program's own affair. But names, decorators, classes and what is written to decide how
the tests beside it run.
"""

import ast
import builtins
import re
import sys
from collections import Counter
from collections.abc import Iterator

from scoring.review.logs import binds

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Names that a runner of tests obeys in a module.
OBEYED = re.compile(
    r"pytest_\w+|pytestmark|(?:set|tear)_?(?:up|down)\w*|(?:setUp|tearDown)\w*|load_tests|collect_ignore\w*|doctest\w*|__\w+__"
)
DECORATORS = re.compile(
    r"(?:pytest\.)?mark\.(?!skip|xfail|usefixtures)\w+|(?:\w+\.)*patch(?:\.object|\.dict|\.multiple)?|parametrize|"
    r"parameterized(?:\.expand|\.parameterized)?|given|example|settings|override_settings|hypothesis\.\w+|"
    r"staticmethod|classmethod|property|dataclass|dataclasses\.dataclass|asyncio_test|gen_test|wraps|tag|ddt|data|unpack"
)
CHANGES = frozenset({
    "add", "append", "clear", "cache_clear", "configure", "discard", "extend", "insert", "install", "pop", "popitem",
    "register", "remove", "reset", "setdefault", "start", "update", "wrap", "apply_patch", "patch_all", "reload",
})  # fmt: skip
HARMLESS = sys.stdlib_module_names | {"pytest", "hypothesis"}
BUILTINS = frozenset(dir(builtins))


def intrudes(old: ast.Module, new: ast.Module) -> bool:
    """Whether anything that was added does more than to be a test of its own. Raises RecursionError."""
    added = list(_added(old, new))
    names = {name for node in added if not isinstance(node, ast.Import | ast.ImportFrom) for name in _names(node)}
    taken = {node.id for node in ast.walk(old) if isinstance(node, ast.Name)} - _bound(old)
    own = {name for statement in added for name in _here(statement)}
    if any(OBEYED.fullmatch(name) and isinstance(each, _IMPORTS) for each in added for name in _here(each)):
        return True
    if own & (taken | BUILTINS):
        return True
    return any(_import_is_odd(node, names) if isinstance(node, _IMPORTS) else _is_odd(node) for node in added)


_IMPORTS = (ast.Import, ast.ImportFrom)


def _added(old: ast.Module, new: ast.Module) -> Iterator[ast.stmt]:
    """Statements of the file and of its classes that stand nowhere at base; of a class that grew those alone."""
    known = Counter(ast.dump(node) for node in _statements(old))
    heads = {node.name for node in ast.walk(old) if isinstance(node, ast.ClassDef)}
    for node in _statements(new):
        if known[key := ast.dump(node)]:
            known[key] -= 1
        elif not (isinstance(node, ast.ClassDef) and node.name in heads):
            yield node


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    todo: list[ast.stmt] = list(tree.body)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.ClassDef):
            todo += node.body


def _here(statement: ast.stmt) -> list[str]:
    """Names that a statement binds where it stands."""
    return [name for name in binds(statement) if not name.startswith("test")]


def _bound(tree: ast.AST) -> set[str]:
    return {name for node in ast.walk(tree) for name in binds(node)}


def _names(node: ast.AST) -> set[str]:
    used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    # a fixture is asked for by the name of an argument, a place to patch by a text
    used |= {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    return used | {
        word
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
        for word in re.findall(r"\w+", each.value)
    }


def _import_is_odd(node: ast.stmt, names: set[str]) -> bool:
    """An import that nothing added uses is there for what loading it does, or a fixture under another name."""
    aliases = [*node.names] if isinstance(node, _IMPORTS) else []
    module = (node.module or "." if isinstance(node, ast.ImportFrom) else aliases[0].name).split(".")[0]
    idle = module not in HARMLESS and any(name not in names for name in binds(node))
    return idle or any(alias.name.rpartition(".")[2] == "fixture" for alias in aliases)


def _is_odd(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef) and (node.keywords or any(_calls(base) for base in node.bases)):
        return True
    if isinstance(node, Function | ast.ClassDef) and not all(map(_known, node.decorator_list)):
        return True
    if isinstance(node, Function):
        asked = [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
        if any(_calls(each) for each in asked) or _reaches(node):
            return True
    return False


def _known(decorator: ast.expr) -> bool:
    return (
        DECORATORS.fullmatch(ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)) is not None
    )


def _calls(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(expression))


def _reaches(function: Function) -> bool:
    """Whether it writes to what is not its own: a global, a part of something imported, a patch that stays."""
    nodes = list(ast.walk(function))
    if any(isinstance(node, ast.Global | ast.Nonlocal) for node in nodes):
        return True
    local = {name for node in nodes for name in binds(node) if not isinstance(node, _IMPORTS)}
    for node in nodes:
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and _root(node) not in local:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            root, attribute = _root(node.func.value), node.func.attr
            if (attribute in CHANGES and root not in local) or re.fullmatch(r"__(?:set|del)\w+__", attribute):
                return True
        if isinstance(node, ast.Attribute) and node.attr in ("__dict__", "__globals__", "__code__", "__defaults__"):
            return True
    return False


def _root(node: ast.expr) -> str | None:
    """The name that an expression begins with; None where it begins with none: a call, a text."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
