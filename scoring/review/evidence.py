"""What a change of a file may be beyond comments, layout and tests: a table of evidence from syntax trees."""

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from scoring.inspection import Category
from scoring.review import dead, defences, logs, renames, translations, unused
from scoring.semantics import guards, lexical, python
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
Words = Counter[str]
Look = Callable[[ast.Module, ast.Module, str], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """`might`: whether the words that come and go allow it at all, which is cheaper to see than trees."""

    might: Callable[[Words, Words], bool]
    look: Look
    finding: Finding


FINDINGS = (
    Row(
        lambda comes, goes: not comes,
        unused.removed,
        Finding("S", "unused import", "Only imports that nothing in the file uses were removed."),
    ),
    Row(
        lambda comes, goes: not goes and bool(logs.QUIET & comes.keys()),
        lambda old, new, _: logs.added(old, new),
        Finding("S", "logging", "Only lines of log with constant text were added, in functions."),
    ),
    Row(
        lambda comes, goes: not comes,
        lambda old, new, _: dead.removed(old, new),
        Finding("S", "dead code", "Only code that could never run was removed."),
    ),
    Row(
        lambda comes, goes: comes.total() == goes.total() > 1,
        lambda old, new, _: renames.renamed(old, new),
        Finding("S", "local names", "Only local variables of a function got other names."),
    ),
    Row(
        lambda comes, goes: not goes and "if" in comes,
        lambda old, new, _: defences.added(old, new),
        Finding("H", "defence", "It looks like a check that was added; it may refuse what went well."),
    ),
)
TRANSLATED = Finding("S", "translation", "Only words of a translation changed, with the same placeholders.")
UNUSED_CLASS = Finding("S", "unused import", "Only imports that nothing in the file uses were removed.")


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
        return UNUSED_CLASS if texts is not None and unused.removed_class(old, new, path) else None
    except RecursionError:  # deeper than any person nests code
        return None


def _comparable(old: bytes, new: bytes) -> tuple[str, str] | None:
    texts = guards.comparable(old, new)
    return None if isinstance(texts, Finding) else texts


def _python(old: bytes, new: bytes, path: str) -> Finding | None:
    texts = _comparable(old, new)
    if texts is None:
        return None
    before, after = (Counter(lexical.words(text, lexical.PYTHON_WORDS)) for text in texts)
    rows = [row for row in FINDINGS if row.might(after - before, before - after)]
    trees = (python.parse(old), python.parse(new)) if rows else (None, None)
    if trees[0] is None or trees[1] is None:
        return None
    row = next((row for row in rows if row.look(trees[0], trees[1], path)), None)
    if row is None or any(python.SELF_READING.search(text) for text in texts):
        return None
    return None if python.refusal(old, new, texts) is not None else row.finding  # last: it reads every token
