"""Imports put in another order: strong evidence at best, as loading a module can have effects."""

import ast
from collections import Counter

from scoring.semantics import guards, python, trees
from scoring.semantics.directives import EVERYWHERE, any_of
from scoring.semantics.languages import Language, language_of, pattern
from scoring.semantics.trees import Tree
from scoring.semantics.verdict import Finding, Level, Pair

# Nodes at the top of a file whose order a compiler does not care about, and what is known when only it changed.
NODES: dict[str, tuple[str, Level]] = {
    "Java": ("import_declaration", "S"),
    "Kotlin": ("import", "S"),
    "Rust": ("use_declaration", "S"),
    "C#": ("using_directive", "S"),
    "Go": ("import_declaration", "S"),
    "JavaScript": ("import_statement", "H"),  # modules run in the order they are named
    "TypeScript": ("import_statement", "H"),
}
Alias = tuple[str, int, str, str]


def check(pair: Pair) -> Finding | None:
    """S or H when nothing but the order of imports (and comments and layout) changed."""
    if pair.old is None or pair.new is None or pair.renamed:
        return None
    language = language_of(pair.path, pair.new)
    python_file = pair.path.endswith((".py", ".pyi"))
    if not (python_file or (language and language.title in NODES)) or not _same_letters(pair.old, pair.new):
        return None
    texts = guards.comparable(pair.old, pair.new)
    if isinstance(texts, Finding):
        return texts
    return _trees(pair.old, pair.new, language) if language else _python(pair.old, pair.new, texts)


def _same_letters(old: bytes, new: bytes) -> bool:
    """Whether sorting could be all that happened; blanks, commas and brackets come and go with line breaks."""
    left, right = (Counter(data.translate(None, b" \t\r\n,()")) for data in (old, new))
    difference = (left - right) + (right - left)
    return difference.total() < 200


def _python(old: bytes, new: bytes, texts: tuple[str, str]) -> Finding | None:
    pair = python.parse(old), python.parse(new)
    if pair[0] is None or pair[1] is None:
        return None
    runs = _runs(pair[0]), _runs(pair[1])
    if None in runs or runs[0] != runs[1] or _in_order(pair[0]) == _in_order(pair[1]):
        return None
    rest = [ast.Module([node for node in tree.body if not _sortable(node)], []) for tree in pair if tree is not None]
    if not python.same(*rest):
        return None
    refusal = python.refusal(old, new, texts)
    return refusal or Finding("S", "imports", "Only the order of imports changed, checked by comparing syntax trees.")


def _sortable(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__")


def _runs(tree: ast.Module) -> list[list[Alias]] | None:
    """The imports of each run of neighbours, sorted; None where order matters: a name bound twice, or a star."""
    runs: list[list[Alias]] = [[]]
    for node in tree.body:
        if _sortable(node):
            runs[-1] += _aliases(node)
        else:
            runs.append([])
    for run in runs:
        names = Counter(alias[3] or alias[2] for alias in run)
        if "*" in names or any(count > 1 for count in names.values()):
            return None
    return [sorted(run) for run in runs]


def _in_order(tree: ast.Module) -> list[Alias]:
    return [alias for node in tree.body if _sortable(node) for alias in _aliases(node)]


def _aliases(node: ast.stmt) -> list[Alias]:
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "", node.level, alias.name, alias.asname or "") for alias in node.names]
    if isinstance(node, ast.Import):
        return [("", -1, alias.name, alias.asname or "") for alias in node.names]
    return []


def _trees(old: bytes, new: bytes, language: Language) -> Finding | None:
    sides = trees.parse(language, old), trees.parse(language, new)
    if sides[0] is None or sides[1] is None:
        return None
    kind, level = NODES[language.title]
    if pattern(language.untrusted).search(new.decode("utf-8", "replace")) or _marks(sides[0]) != _marks(sides[1]):
        return None
    lists = _pieces(sides[0], kind), _pieces(sides[1], kind)
    if len(lists[0]) != len(lists[1]):
        return None
    for left, right in zip(*lists, strict=True):
        equal = trees.same(left, right) if isinstance(left, Tree) and isinstance(right, Tree) else left == right
        if not equal:
            return None
    words = "Only the order of imports changed" + (", which is the order they run in." if level == "H" else ".")
    return Finding(level, "imports", words)


def _marks(tree: Tree) -> list[str]:
    """The comments that tools obey, in order."""
    obeyed = pattern(any_of(tree.language.directive, EVERYWHERE))
    return [comment for gap in trees.gaps(tree) for comment in gap.comments if obeyed.search(comment)]


def _pieces(tree: Tree, kind: str) -> list[Tree | list[bytes]]:
    """The top of the file: each run of imports as sorted text, everything else as it is."""
    pieces: list[Tree | list[bytes]] = []
    for child in tree.children(tree.root):
        if child.type != kind:
            if tree.text(child).strip():
                pieces.append(tree.at(child))
        elif pieces and isinstance(pieces[-1], list):
            pieces[-1] = sorted([*pieces[-1], *_texts(tree.at(child))])
        else:
            pieces.append(sorted(_texts(tree.at(child))))
    return pieces


def _texts(tree: Tree) -> list[bytes]:
    """The text of an import; of each import in Go's list."""
    todo, texts = [tree.root], []
    while todo:
        node = todo.pop()
        if node.type == "import_spec":
            texts.append(tree.text(node))
        todo += node.children
    return texts or [tree.text(tree.root).strip()]
