"""A program made worse by one small change: a comparison, a number, a condition, a name, a return."""

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """`file` relative to the code's folder, as it reads with the change; `words` say what it is."""

    file: str
    text: str
    words: str


_COMPARED = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.GtE: ast.Lt,
             ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
_COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}


def mutants(code: Path, executed: dict[str, set[int]], count: int, seed: int) -> list[Mutant]:
    """At most `count`, spread over what the requests run (file -> lines). The same at each run."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    sites = [(file, site) for file in sorted(executed) for site in _sites(code / file, executed[file])]
    rng.shuffle(sites)
    return [each for file, site in sites[:count] for each in [_changed(code, file, site)] if each is not None]


def _sites(file: Path, lines: set[int]) -> Iterator[int]:
    """Numbers of nodes that can be changed, within functions."""
    if file.suffix != ".py":
        yield from (number for number, line in enumerate(file.read_text("utf-8").split("\n")) if _script(line))
        return
    tree = ast.parse(file.read_text("utf-8"))
    inside = {
        id(node)
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(each)
    }
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in inside and getattr(node, "lineno", 0) in lines and _change(node, try_only=True):
            yield number


def _changed(code: Path, file: str, site: int) -> Mutant | None:
    text = (code / file).read_text("utf-8")
    if not file.endswith(".py"):
        lines = text.split("\n")
        before = lines[site]
        lines[site] = _script(before) or before
        return Mutant(file, "\n".join(lines), f"{file}:{site + 1}: {before.strip()[:60]} -> {lines[site].strip()[:60]}")
    tree = ast.parse(text)
    node = next(node for number, node in enumerate(ast.walk(tree)) if number == site)
    before = ast.unparse(node)[:60]
    _change(node)
    line = getattr(node, "lineno", 0)
    return Mutant(file, ast.unparse(tree), f"{file}:{line}: {before} -> {ast.unparse(node)[:60]}".replace("\n", " "))


def _change(node: ast.AST, *, try_only: bool = False) -> bool:
    """Change one node where it is of a kind that can be."""
    changed = _CHANGES[type(node)](node) if type(node) in _CHANGES else None
    for name, value in (changed or {}).items() if not try_only else ():
        setattr(node, name, value)
    return changed is not None


Changed = dict[str, Any] | None  # the fields of a node as they are after the change


def _compared(node: ast.Compare) -> Changed:
    return {"ops": [_COMPARED[type(node.ops[0])]()]} if [type(each) for each in node.ops][1:] == [] else None


def _calculated(node: ast.BinOp) -> Changed:
    text = isinstance(node.left, ast.Constant | ast.JoinedStr)  # a format is no sum
    return {"op": _COUNTED[type(node.op)]()} if type(node.op) in _COUNTED and not text else None


def _constant(node: ast.Constant) -> Changed:
    match node.value:
        case bool():
            return {"value": not node.value}
        case int():
            return {"value": node.value + 1}
        case str(text) if 2 < len(text) < 24 and text.isidentifier():
            return {"value": text[::-1]}
        case _:
            return None


def _returned(node: ast.Return) -> Changed:
    return {"value": ast.Constant(None)} if node.value and not isinstance(node.value, ast.Constant) else None


_CHANGES: dict[type[ast.AST], Callable[[Any], Changed]] = {
    ast.Compare: _compared,
    ast.BoolOp: lambda node: {"op": ast.And() if isinstance(node.op, ast.Or) else ast.Or()},
    ast.BinOp: _calculated,
    ast.If: lambda node: {"test": ast.UnaryOp(ast.Not(), node.test)},
    ast.IfExp: lambda node: {"test": ast.UnaryOp(ast.Not(), node.test)},
    ast.Constant: _constant,
    ast.Return: _returned,
    ast.Dict: lambda node: {"keys": node.keys[1:], "values": node.values[1:]} if len(node.keys) > 1 else None,
}


_SCRIPT = tuple(
    (re.compile(shape), instead)
    for shape, instead in (
        (r"(?<![=!])===", "!=="), (r"!==", "==="), (r" && ", " || "), (r" \|\| ", " && "), (r"(?<=status\()\d", "4"),
        (r"\bif \((?!!)", "if (!"), (r" < (?!=)", " >= "), (r" > (?!=)", " <= "), (r"\btrue\b", "false"),
        (r"\bfalse\b", "true"), (r" \+ 1\b", " + 2"), (r" - 1\b", " - 2"),
    )
)  # fmt: skip
_LEFT = ("//", "*", "/*", "require", "const _", "var _", "function _interop", "Object.defineProperty", '"use strict"')


def _script(line: str) -> str:
    """A line of JavaScript with its first change, "" where there is none."""
    if line.lstrip().startswith(_LEFT):
        return ""
    return next((shape.sub(instead, line, count=1) for shape, instead in _SCRIPT if shape.search(line)), "")
