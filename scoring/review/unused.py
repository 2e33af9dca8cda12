"""Imports taken out that nothing in the file uses: of modules of Python itself, and of classes in Java and Kotlin."""

import ast
import re
from collections.abc import Iterator

from scoring.review.grown import is_text
from scoring.semantics import python, trees
from scoring.semantics.languages import language_of
from scoring.semantics.trees import Tree

# Loading them does nothing that anybody could miss, and nobody names a module of their own so.
HARMLESS = frozenset({
    "abc", "argparse", "ast", "base64", "bisect", "collections", "contextlib", "copy", "csv", "dataclasses", "datetime",
    "decimal", "enum", "fractions", "functools", "glob", "hashlib", "heapq", "inspect", "io", "itertools", "json",
    "math", "operator", "os", "pathlib", "pprint", "re", "shutil", "string", "struct", "subprocess", "sys", "tempfile",
    "textwrap", "time", "traceback", "typing", "urllib", "uuid", "warnings",
})  # fmt: skip
CLASS = {
    "Java": ("import_declaration", re.compile(r"import\s+(?:[a-z_][\w]*\.)+([A-Z]\w*)\s*;")),
    "Kotlin": ("import", re.compile(r"import\s+(?:[a-z_][\w]*\.)+([A-Z]\w*)\s*")),
}
LOOKS_UP = frozenset({"globals", "eval", "exec", "vars", "locals", "dir", "getattr", "__import__", "modules"})
Item = tuple[str, int, str, str] | ast.stmt


def removed(old: ast.Module, new: ast.Module, path: str) -> bool:
    """Whether nothing but unused imports was taken out of a Python file."""
    if path.rsplit("/", 1)[-1] in ("__init__.py", "conftest.py") or path.endswith(".pyi"):
        return False  # others take names from there
    gone = _missing(list(_items(old)), list(_items(new)))
    if not gone or (new.body and is_text(new.body[0]) and not is_text(old.body[0])):  # a text becomes the docstring
        return False
    used = _used(new)
    return all(_harmless(item) and _bound(item) not in used for item in gone) and not used & LOOKS_UP


def _items(tree: ast.Module) -> Iterator[Item]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", node.level, alias.name, alias.asname or "") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, -1, "", alias.asname or "") for alias in node.names)
        else:
            yield node


def _missing(old: list[Item], new: list[Item]) -> list[tuple[str, int, str, str]] | None:
    """What `new` lacks, where it is otherwise the same in the same order; None where it is not."""
    gone: list[tuple[str, int, str, str]] = []
    at = 0
    for item in old:
        if at < len(new) and _same(item, new[at]):
            at += 1
        elif isinstance(item, tuple):
            gone.append(item)
        else:
            return None
    return gone if at == len(new) else None


def _same(old: Item, new: Item) -> bool:
    if isinstance(old, tuple) or isinstance(new, tuple):
        return old == new
    return python.same(old, new)


def _harmless(item: tuple[str, int, str, str]) -> bool:
    module, level, name, _ = item
    if level < 0 and "." in module:  # a module within another is there for all who ask for the outer one
        return module in ("os.path", "collections.abc")
    return level <= 0 and name != "*" and module.split(".")[0] in HARMLESS


def _bound(item: tuple[str, int, str, str]) -> str:
    module, _, name, renamed = item
    return renamed or name or module.split(".")[0]


def _used(tree: ast.Module) -> set[str]:
    """Every name, and every word of a text: an annotation, a list of what is exported, a place to patch."""
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words |= set(re.findall(r"\w+", node.value))
        elif isinstance(node, ast.Attribute):
            words |= {node.attr} & LOOKS_UP
        if (comment := getattr(node, "type_comment", None)) is not None:
            words |= set(re.findall(r"\w+", comment))
    return words


def removed_class(old: bytes, new: bytes, path: str) -> bool:
    """Whether nothing but imports of classes that the file names nowhere was taken out of Java or Kotlin."""
    language = language_of(path, new)
    if language is None or language.title not in CLASS or language_of(path, old) is not language:
        return False
    sides = trees.parse(language, old), trees.parse(language, new)
    if sides[0] is None or sides[1] is None:
        return False
    kind, form = CLASS[language.title]
    gone = _gone(sides[0], sides[1], kind)
    words = set(re.findall(r"\w+", form.sub("", new.decode("utf-8", "replace"))))
    names = [form.fullmatch(text.strip()) for text in gone or ()]
    return bool(names) and all(match is not None and match[1] not in words for match in names)


def _gone(old: Tree, new: Tree, kind: str) -> list[str] | None:
    """The imports that `new` lacks, where it is otherwise the same; None where it is not."""
    gone: list[str] = []
    after = new.children(new.root)
    at = 0
    for child in old.children(old.root):
        if at < len(after) and trees.same(old.at(child), new.at(after[at])):
            at += 1
        elif child.type == kind:
            gone.append(old.text(child).decode("utf-8", "replace"))
        else:
            return None
    return gone if at == len(after) else None
