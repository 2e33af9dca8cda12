"""What a change of a file may be beyond comments, layout and tests: a table of evidence from syntax trees."""

import ast
from collections.abc import Callable

from scoring.inspection import Category
from scoring.review import dead, defences, logs, renames, translations, unused
from scoring.semantics import guards, python
from scoring.semantics.verdict import Finding

# Kinds of file, or of refusal, beneath which a single stretch may still be safe.
STEPPED = frozenset({"code", "tests", "comments", "docstrings", "formatting", "imports", "directive", "data"})
CATEGORIES: dict[str, Category] = {
    "logging": "logging_added",
    "dead code": "dead_code_removal",
    "unused import": "import_cleanup",
    "local names": "refactor_no_behaviour_change",
    "defence": "defensive_check",
    "translation": "static_resource",
}
Look = Callable[[ast.Module, ast.Module], bool]
FINDINGS: tuple[tuple[Look, Finding], ...] = (
    (logs.added, Finding("S", "logging", "Only lines of log with constant text were added, in functions.")),
    (dead.removed, Finding("S", "dead code", "Only code that could never run was removed.")),
    (renames.renamed, Finding("S", "local names", "Only local variables of a function got other names.")),
    (defences.added, Finding("H", "defence", "It looks like a check that was added; it may refuse what went well.")),
)
TRANSLATED = Finding("S", "translation", "Only words of a translation changed, with the same placeholders.")
UNUSED = Finding("S", "unused import", "Only imports that nothing in the file uses were removed.")


def may_hold(kind: str) -> bool:
    return kind in STEPPED


def find(old: bytes, new: bytes, path: str) -> Finding | None:
    """What the change is evidently made of; None where nothing is known."""
    try:
        if path.endswith((".py", ".pyi")):
            return _python(old, new, path)
        texts = _comparable(old, new)
        if texts is not None and path.lower().endswith(".po") and translations.changed(*texts):
            return TRANSLATED
        return UNUSED if texts is not None and unused.removed_class(old, new, path) else None
    except RecursionError:  # deeper than any person nests code
        return None


def _comparable(old: bytes, new: bytes) -> tuple[str, str] | None:
    texts = guards.comparable(old, new)
    return None if isinstance(texts, Finding) else texts


def _python(old: bytes, new: bytes, path: str) -> Finding | None:
    texts, trees = _comparable(old, new), (python.parse(old), python.parse(new))
    if texts is None or trees[0] is None or trees[1] is None:
        return None
    looked = (finding for look, finding in FINDINGS if look(trees[0], trees[1]))
    finding = UNUSED if unused.removed(trees[0], trees[1], path) else next(looked, None)
    if finding is None or any(python.SELF_READING.search(text) for text in texts):
        return None
    return None if python.refusal(old, new, texts) is not None else finding  # last: it reads every token
