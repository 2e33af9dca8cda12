"""A check that was put in: leave or raise where something holds. A hint: what went well before may be refused."""

import ast

from scoring.review.grown import Place, grown

LEAVES = (ast.Return, ast.Raise, ast.Continue)


def added(old: ast.Module, new: ast.Module) -> bool:
    """Whether nothing but such checks was put in. Raises RecursionError."""
    return grown(old, new, _check)


def _check(place: Place) -> bool:
    match place.statement:
        case ast.If(body=[statement], orelse=[]):
            return isinstance(statement, LEAVES)
        case _:
            return False
