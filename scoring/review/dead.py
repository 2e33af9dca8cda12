"""Code taken out that could never run: what stands after a return or raise of its block, or under `if False`."""

import ast

from scoring.review.grown import Function, Place, grown
from scoring.review.logs import binds

ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
SEES_NAMES = frozenset({
    "locals", "vars", "dir", "eval", "exec", "globals", "f_locals", "_getframe", "currentframe", "co_varnames",
})  # fmt: skip


def removed(old: ast.Module, new: ast.Module) -> bool:
    """Whether nothing but such code was taken out. Raises RecursionError."""
    return grown(new, old, _dead)


def _dead(place: Place) -> bool:
    """`place` is one of the old file, where the statement still stands."""
    function, statement = place.function, place.statement
    if function is None or place.before_docstring or not (_behind_an_end(place) or _never(statement)):
        return False
    nodes = list(ast.walk(statement))
    if any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Global | ast.Nonlocal) for node in nodes):
        return False  # it makes the function another kind, or speaks for all of it, also where it never runs
    return _leaves_no_name(nodes, function)


def _behind_an_end(place: Place) -> bool:
    return any(isinstance(each, ENDS) for each in place.block[: place.at])


def _never(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.If | ast.While) or statement.orelse:
        return False
    return isinstance(statement.test, ast.Constant) and not statement.test.value


def _leaves_no_name(nodes: list[ast.AST], function: Function) -> bool:
    """Whether no name is local to the function because of it: a name that is bound there is, if it runs or not."""
    inside = {id(node) for node in nodes}
    rest = [node for node in ast.walk(function) if id(node) not in inside]
    used = {node.id for node in rest if isinstance(node, ast.Name)} | {name for node in rest for name in binds(node)}
    bound = {name for node in nodes for name in binds(node)} - _arguments(function)
    return not (used & SEES_NAMES) and not (bound & used)


def _arguments(function: Function) -> set[str]:
    """Names that are local whatever the function does."""
    arguments = function.args
    return {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
