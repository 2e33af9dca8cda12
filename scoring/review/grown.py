"""Whether one Python file is another with statements put in, and where each of them stands."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from scoring.semantics import python

Function = ast.FunctionDef | ast.AsyncFunctionDef
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement was put in: the `at`-th of `block`, within these, innermost last."""

    owners: tuple[ast.AST, ...]
    block: tuple[ast.stmt, ...] = ()
    at: int = 0
    follows: ast.stmt | None = None  # the statement that stood there before it was put in

    @property
    def statement(self) -> ast.stmt:
        return self.block[self.at]

    @property
    def function(self) -> Function | None:
        """The innermost, unless a class lies between."""
        inner = next((owner for owner in reversed(self.owners) if isinstance(owner, SCOPES)), None)
        return None if inner is None or isinstance(inner, ast.ClassDef) else inner

    @property
    def before_docstring(self) -> bool:
        """Whether it stands first, before a text that is a docstring without it and none with it."""
        return self.at == 0 and is_text(self.follows)

    @property
    def in_loop(self) -> bool:
        return any(isinstance(owner, ast.For | ast.AsyncFor | ast.While) for owner in self.owners)


def is_text(statement: ast.stmt | None) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


Allowed = Callable[[Place], bool]


def grown(old: ast.AST, new: ast.AST, allowed: Allowed) -> bool:
    """Whether `new` is `old` with at least one statement put in, each of them allowed. Raises RecursionError."""
    return not python.same(old, new) and _grown(old, new, allowed, Place(()))


def _grown(old: ast.AST, new: ast.AST, allowed: Allowed, place: Place) -> bool:
    if type(old) is not type(new):
        return False
    inside = replace(place, owners=(*place.owners, new))
    return all(_field(getattr(old, name, None), getattr(new, name, None), allowed, inside) for name in old._fields)


def _field(old: object, new: object, allowed: Allowed, place: Place) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        if any(isinstance(each, ast.stmt) for each in (*old, *new)):
            return _block(old, new, allowed, place)
        return len(old) == len(new) and all(
            _field(left, right, allowed, place) for left, right in zip(old, new, strict=True)
        )
    if isinstance(old, ast.expr) or not (isinstance(old, ast.AST) and isinstance(new, ast.AST)):
        return python.same(ast.List([old]), ast.List([new]))  # type: ignore[list-item]
    return _grown(old, new, allowed, place)


def _block(old: list[ast.stmt], new: list[ast.stmt], allowed: Allowed, place: Place) -> bool:
    at = 0
    for index, statement in enumerate(new):
        before = old[at] if at < len(old) else None
        if before is not None and (python.same(before, statement) or _grown(before, statement, allowed, place)):
            at += 1
        elif not allowed(replace(place, block=tuple(new), at=index, follows=before)):
            return False
    return at == len(old)
