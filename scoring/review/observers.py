"""Python that sees what proofs of behaviour leave out: its own source, the lines it stands on, the order of imports."""

import ast
import re
import sys

from scoring.semantics import lexical, python
from scoring.semantics.verdict import Finding

LINES = re.compile(
    r"\b(?:f_lineno|tb_lineno|co_firstlineno|co_lines|co_linetable|co_positions|_getframe|currentframe|getframeinfo|"
    r"getouterframes|getinnerframes|extract_stack|walk_stack|findCaller|warn_explicit)\b|inspect\.(?:stack|trace)\b"
)
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
    before, after = _loaded(trees[0]), _loaded(trees[1])
    if [name for name in before if name in after] != [name for name in after if name in before]:
        return Finding("H", "imports", "Modules that are not Python's own are loaded in another order.")
    return None


def _loaded(tree: ast.Module) -> list[str]:
    """Modules in the order that they are first asked for, without those of Python itself."""
    names: dict[str, None] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names["." * node.level + (node.module or "")] = None
    return [name for name in names if name.split(".")[0] not in STANDARD]
