"""Documentation: strong evidence that nothing runs differently, unless the page is run, tested or obeyed."""

import re

from scoring.semantics import guards
from scoring.semantics.paths import in_program, is_docs, is_specimen
from scoring.semantics.verdict import Finding, Pair

RUN = re.compile(
    r"(?i)<script|<iframe|javascript:|^[ \t]*\.\. (?:raw|doctest|testcode|testsetup|ipython)::|"
    r"\.\. (?:exec|jupyter-execute|plot|include|literalinclude|automodule|autoclass|program-output|command-output)::|"
    r"```\s*\{|\{%|\{\{|```\s*(?:rust|exec|eval|mermaid exec|doctest)|>>> |"
    r"<!--\s*(?:doctest|skip|embed|include|automd|toc)",
    re.MULTILINE,
)
FRONT_MATTER = re.compile(r"\A(?:---|\+\+\+)\n.*?\n(?:---|\+\+\+)\n", re.DOTALL)


def check(pair: Pair) -> Finding | None:
    """S for prose, H where part of it may be executed or obeyed."""
    if not (is_docs(pair.path) and is_docs(pair.old_path)):
        return None
    old, new = guards.decode(pair.old or b""), guards.decode(pair.new or b"")
    if old is None or new is None:
        return Finding(None, "encoding", "It is documentation, but not UTF-8 text.")
    if _more_hidden(old, new):
        return Finding(None, "hidden", "The new text holds characters that cannot be seen.")
    if is_specimen(pair.path) or in_program(pair.path):
        return Finding("H", "docs", "It looks like documentation, but lies among files that others read.")
    if RUN.search(old) or RUN.search(new) or _front_matter(old) != _front_matter(new):
        return Finding("H", "docs", "It is documentation, but part of it may be run or read by a tool.")
    return Finding("S", "docs", "Only documentation changed, going by its path and content.")


def _more_hidden(old: str, new: str) -> bool:
    return any(
        len(pattern.findall(new)) > len(pattern.findall(old))
        for pattern in (guards.CONTROL, guards.BIDI, guards.INVISIBLE)
    )


def _front_matter(text: str) -> str:
    match = FRONT_MATTER.match(text)
    return match.group(0) if match else ""
