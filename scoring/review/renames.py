"""A local variable of a function that got another name, everywhere in that function, and nothing else changed."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from scoring.review.dead import SEES_NAMES
from scoring.review.grown import SCOPES, Function
from scoring.review.logs import binds
from scoring.semantics import python

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def renamed(old: ast.Module, new: ast.Module) -> bool:
    """Whether that is all that happened. Raises RecursionError."""
    pairs: dict[int, tuple[Function, Function]] = {}
    names: dict[int, set[tuple[str, str]]] = defaultdict(set)
    todo: list[tuple[object, object, tuple[ast.AST, ast.AST] | None]] = [(old, new, None)]
    while todo:
        left, right, owner = todo.pop()
        if isinstance(left, ast.Name) and isinstance(right, ast.Name) and left.id != right.id:
            if owner is None or not all(isinstance(each, Function) for each in owner):
                return False
            if type(left.ctx) is not type(right.ctx):
                return False
            pairs[id(owner[0])] = owner  # type: ignore[assignment]
            names[id(owner[0])].add((left.id, right.id))
        elif isinstance(left, ast.AST) and isinstance(right, ast.AST) and type(left) is type(right):
            inner = (left, right) if isinstance(left, (*SCOPES, ast.Lambda)) else owner
            todo += [(getattr(left, name, None), getattr(right, name, None), inner) for name in left._fields]
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            todo += [(one, other, owner) for one, other in zip(left, right, strict=True)]
        elif not python.same(ast.List([left]), ast.List([right])):  # type: ignore[list-item]
            return False
    return bool(pairs) and all(_local(*pairs[each], names[each]) for each in pairs)


def _local(old: Function, new: Function, names: set[tuple[str, str]]) -> bool:
    """Whether each is one name for one name, local to a function that has no scope within it."""
    before, after = {name for name, _ in names}, {name for _, name in names}
    if len(before) < len(names) or len(after) < len(names) or any(name.startswith("__") for name in before | after):
        return False
    nodes = list(ast.walk(old))
    if any(isinstance(node, (*SCOPES, ast.Lambda, ast.Global, ast.Nonlocal)) for node in nodes if node is not old):
        return False
    used = [{node.id for node in ast.walk(side) if isinstance(node, ast.Name)} for side in (old, new)]
    otherwise = {name for node in nodes if not isinstance(node, ast.Name) for name in binds(node)}
    outside = {node.id for part in _around(old) for node in ast.walk(part) if isinstance(node, ast.Name)}
    texts = " ".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    spoken = otherwise | outside | set(re.findall(r"\w+", texts))  # some libraries look names up that a text holds
    whole = before.isdisjoint(used[1]) and after.isdisjoint(used[0]) and not (before | after) & spoken
    return whole and before <= _bound(old) and not (used[0] | _attributes(nodes)) & SEES_NAMES


def _around(function: Function) -> Iterator[ast.AST]:
    """What belongs to a function and is read outside of it: decorators, defaults, annotations."""
    yield from function.decorator_list
    yield function.args
    if function.returns is not None:
        yield function.returns


def _bound(function: Function) -> set[str]:
    """Names that the function itself binds; what a comprehension binds is its own."""
    names: set[str] = set()
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, COMPREHENSIONS):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        todo += ast.iter_child_nodes(node)
    return names


def _attributes(nodes: list[ast.AST]) -> set[str]:
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)}
