"""A line of log put into a function: constant text, filled with plain names that surely hold a value by then."""

import ast
import re

from scoring.review.grown import Function, Place, grown

QUIET = frozenset({"debug", "info"})  # louder ones wake people
FILLED = re.compile(r"%(?:%|[sr])")
SECRET = re.compile(
    r"(?i)pass|pwd|secret|token|key|cred|auth|cookie|session|jwt|otp|\bpin|card|cvv|iban|ssn|mail|phone|address|birth|"
    r"salary|header|body|payload|request|response|env|config|settings|cert|private|hash|salt|signature|dsn|url|conn"
)
# A decorator that compiles, copies or caches what it is given may do so with a line of log, or may not.
DECORATORS = frozenset({
    "staticmethod", "classmethod", "property", "setter", "abstractmethod", "override", "contextmanager", "wraps",
    "cached_property", "route", "get", "post", "put", "patch", "delete", "command", "group", "task",
})  # fmt: skip
OF_CLASSES = frozenset({"dataclass", "final", "total_ordering", "runtime_checkable"})
# What can be said of such a value does nothing: of any other, a query may be sent or a text be made on the way.
PLAIN = frozenset({"str", "int", "float", "bool", "bytes"})
PLAIN_CALLS = PLAIN | {"len", "repr", "round"}
INTERRUPTING = frozenset({"signum", "signal_number", "frame", "sig"})  # a handler of signals: a log may wait for itself
LOGGING = frozenset({"emit", "format", "filter", "handle", "handleError", "makeRecord", "flush", "write"})
CALLED = frozenset({"__init__", "__call__", "__enter__", "__exit__"})  # names like these that call no log by themselves


def added(old: ast.Module, new: ast.Module) -> bool:
    """Whether nothing but such lines was put in. Raises RecursionError."""
    loggers = _loggers(old)
    return bool(loggers) and grown(old, new, lambda place: _allowed(place, old, loggers))


def _allowed(place: Place, tree: ast.Module, loggers: dict[str, int]) -> bool:
    function = place.function
    if function is None or place.in_loop or place.before_docstring or not _ordinary(function, place):
        return False
    match place.statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(logger), level), [ast.Constant(str(text)), *names], [])):
            outermost = place.owners[1]
            known = loggers.get(logger)
            bound = known is not None and known < getattr(outermost, "lineno", 0)
            return bound and level in QUIET and _fills(text, names) and _safe_names(names, function, place, text)
        case _:
            return False


def _ordinary(function: Function, place: Place) -> bool:
    """Whether the function is none that a log may call, and none that is made into something else."""
    special = function.name.startswith("__") and function.name not in CALLED
    classes = [owner for owner in place.owners if isinstance(owner, ast.ClassDef)]
    functions = [owner for owner in place.owners if isinstance(owner, Function)]
    names = {name for owner in functions for name in decorators(owner)}
    around = {name for owner in classes for name in decorators(owner)}
    if around - OF_CLASSES or any(owner.keywords for owner in classes):
        return False
    bases = " ".join(ast.unparse(base) for each in classes for base in each.bases)
    logs = function.name in LOGGING or re.search(r"Handler|Filter|Formatter|Logger|Adapter", bases) is not None
    arguments = {each.arg for owner in functions for each in (*owner.args.posonlyargs, *owner.args.args)}
    if arguments & INTERRUPTING:
        return False
    return names <= DECORATORS and not special and not logs


def decorators(node: Function | ast.ClassDef) -> set[str]:
    """What they are called, by the last part of it."""
    plain = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in plain}


def _fills(text: str, names: list[ast.expr]) -> bool:
    """Whether as many names fill the text as it has places for."""
    marks = FILLED.findall(text)
    places = sum(mark != "%%" for mark in marks)
    return places == len(names) and "%" not in FILLED.sub("", text) if names else True


def _safe_names(names: list[ast.expr], function: Function, place: Place, text: str) -> bool:
    if not names:
        return True
    if SECRET.search(text):
        return False
    arguments = function.args
    surely = {
        each.arg
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        if each.annotation is not None and ast.unparse(each.annotation) in PLAIN
    }
    for statement in place.block[: place.at]:
        if isinstance(statement, ast.Assign) and _is_plain(statement.value):
            surely |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    bound = [name for node in ast.walk(function) for name in binds(node)]
    surely = {name for name in surely if bound.count(name) == 1}
    gone = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)}
    gone |= {node.name for node in ast.walk(function) if isinstance(node, ast.ExceptHandler) and node.name}
    return all(
        isinstance(name, ast.Name) and name.id in surely - gone and SECRET.search(name.id) is None for name in names
    )


def _is_plain(value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.Call(ast.Name(name)):
            return name in PLAIN_CALLS
        case _:
            return False


def _loggers(tree: ast.Module) -> dict[str, int]:
    """Names that hold a logger of the standard library from a line on, and never anything else."""
    bound = [name for node in ast.walk(tree) for name in binds(node)]
    imported = any(
        isinstance(node, ast.Import) and any(alias.name == "logging" and not alias.asname for alias in node.names)
        for node in tree.body
    )
    if not imported or bound.count("logging") != 1 or PLAIN_CALLS & {*bound}:
        return {}
    loggers: dict[str, int] = {}
    for node in tree.body:
        match node:
            case ast.Assign(
                [ast.Name(name)], ast.Call(ast.Attribute(ast.Name("logging"), "getLogger"), arguments, [])
            ) if all(isinstance(each, ast.Name | ast.Constant) for each in arguments):
                if bound.count(name) == 1:
                    loggers[name] = node.lineno
    return loggers


def binds(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(name, ast.Store() | ast.Del()) | ast.arg(name):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).split(".")[0] for alias in names]
        case ast.Global(names) | ast.Nonlocal(names):
            return list(names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case _:
            return []
