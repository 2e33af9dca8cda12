"""Python that sees what proofs of behaviour leave out: its own source, the lines it stands on, the order of imports."""

import ast
import re
import sys

from scoring.review.logs import decorators
from scoring.semantics import lexical, python
from scoring.semantics.verdict import Finding

LINES = re.compile(
    r"\b(?:f_lineno|tb_lineno|co_firstlineno|co_lines|co_linetable|co_positions|_getframe|currentframe|getframeinfo|"
    r"getouterframes|getinnerframes|extract_stack|walk_stack|findCaller|warn_explicit)\b|inspect\.(?:stack|trace)\b"
)
# Decorators that hand on what they are given and look at no text of it.
TRANSPARENT = frozenset({
    "property", "setter", "deleter", "getter", "staticmethod", "classmethod", "cached_property", "abstractmethod",
    "override", "overload", "final", "contextmanager", "asynccontextmanager", "wraps", "lru_cache", "cache",
    "dataclass", "total_ordering", "runtime_checkable", "register", "fixture", "patch", "parametrize",
})  # fmt: skip
READING_BASE = re.compile(
    r"(?:Model|Tool|Command|Type|Schema|Query|Mutation|Resource|View|ViewSet|Cog|Serializer|Grammar|Parser|Lexer|Agent|"
    r"Signature|Fire|Plugin|Task|Enum)$"
)
Documented = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DATA = re.compile(r"(?m)^\s*(?:---\s*$|@\w+)")  # a description of an interface behind the words
GRAMMAR = re.compile(r"[pt]_\w|do_\w|help_\w")  # rules of PLY, commands of cmd
PATCHING = re.compile(r"(?i)patch|monkey|gevent|eventlet|hook|bootstrap|startup|autoload|_init\b|setup|environ|env$")
STANDARD = sys.stdlib_module_names


def doubt(old: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """A hint at most, where a file of Python may notice."""
    if old is None or new is None or not path.endswith((".py", ".pyi", ".pyw")):
        return None
    text = new.decode("utf-8", "replace")
    if python.SELF_READING.search(text):
        return Finding("H", "source", "The file reads source text, so that a comment may be more than one.")
    trees = python.parse(old), python.parse(new)
    if trees[0] is None or trees[1] is None:
        return None
    if LINES.search(lexical.without_hash_comments(text)) and python.positions(trees[0]) != python.positions(trees[1]):
        return Finding("H", "lines", "The file asks on which line code stands, and lines moved.")
    if _documents(trees[0]) != _documents(trees[1]):
        return Finding("H", "docstrings", "A docstring changed of what somebody else takes in hand, who may read it.")
    everything = any(PATCHING.search(name) for tree in trees if tree for name in _loaded(tree, frozenset()))
    before, after = (_loaded(tree, frozenset() if everything else STANDARD) for tree in (trees[0], trees[1]))
    if [name for name in before if name in after] != [name for name in after if name in before]:
        return Finding("H", "imports", "Modules that are not Python's own are loaded in another order.")
    return None


def _documents(tree: ast.Module) -> list[str]:
    """Docstrings of scripts, of what is decorated or made into something, of grammars, and with data in them."""
    return [
        ast.get_docstring(node, clean=False) or ""
        for node in ast.walk(tree)
        if isinstance(node, DOCUMENTED) and (_is_taken(node) or DATA.search(ast.get_docstring(node) or ""))
    ]


def _is_taken(node: Documented) -> bool:
    if isinstance(node, ast.Module):
        return any(isinstance(each, ast.Constant) and each.value == "__main__" for each in ast.walk(node))
    if decorators(node) - TRANSPARENT:
        return True
    if isinstance(node, ast.ClassDef):
        return bool(node.keywords) or any(READING_BASE.search(ast.unparse(base)) for base in node.bases)
    return GRAMMAR.match(node.name) is not None


def _loaded(tree: ast.Module, left_out: frozenset[str]) -> list[str]:
    """Modules in the order that they are first asked for."""
    names: dict[str, None] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names["." * node.level + (node.module or "")] = None
    return [name for name in names if name.split(".")[0] not in left_out]
