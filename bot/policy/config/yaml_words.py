"""What is wrong with a text that is no YAML: where the mistake is, not where the parser stumbled, and what to do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from bot.policy.text.suggest import nearest

_KEY = re.compile(r"(?P<before> *(?:- +)?)(?P<key>[A-Za-z_]+) *:(?= |$)")
_NO_SPACE = re.compile(r"\s*[A-Za-z_]+:[^\s:]")
_TWO_COLONS = re.compile(r"\s*(?:- )?[\w-]+: +[^\s\"'\[{#].*: ")
_NO_ANCHOR = re.compile(r"found undefined alias '(.{1,60})'")
_QUOTED = {"@": "names that begin with @", "`": "what begins with a backtick", "%": "what begins with %"}

Mark = tuple[int, int]  # line and column, one-based


def explained(error: yaml.MarkedYAMLError, text: str) -> tuple[str, Mark | None]:
    """Words, and the place that they are about when it is known."""
    problem, context, lines = error.problem or "cannot be read", error.context or "", text.splitlines()
    here, began = _mark(error.problem_mark), _mark(error.context_mark)
    if "'\\t'" in problem:
        return "YAML is indented with spaces, here is a tab", here
    if "another document" in problem:
        return "the file holds more than one YAML document", here
    if "scanning a quoted scalar" in context:
        return "this quotation mark is never closed", began
    if "parsing a flow node" in context:
        return "a bracket is opened and never closed", began
    if "parsing a flow" in context:
        bracket = "[" if "sequence" in context else "{"
        return f"the {bracket} that opens here is not closed where the next setting begins", began
    if "scanning an alias" in context or "scanning an anchor" in context or "undefined alias" in problem:
        return _alias(problem), began or here
    if "scanning a simple key" in context:
        return "a setting needs a colon and a space after its name", began
    for character, what in _QUOTED.items():
        if f"character '{character}'" in problem:
            return f"{what} need quotes" if what.startswith("names") else f"{what} needs quotes", here
    if "mapping values are not allowed" in problem and here is not None:
        return _colon(lines, here)
    if "expected <block end>" in problem:
        return "this line is not aligned with the settings above it", here
    return f"this is not valid YAML: {problem}", here


def _alias(problem: str) -> str:
    name = _NO_ANCHOR.search(problem)
    if name is None:
        return 'what begins with * or & needs quotes, like "*.md"'
    return f"*{name[1]} stands for nothing: no &{name[1]} stands above it; a glob needs quotes"


def _colon(lines: Sequence[str], here: Mark) -> tuple[str, Mark]:
    """A colon where none can be: which of the usual slips led there."""
    at = here[0] - 1
    above = next((n for n in range(at - 1, -1, -1) if lines[n].strip()), None)
    if above is not None and _NO_SPACE.match(lines[above]):
        return "a space is missing after the colon", (above + 1, lines[above].index(":") + 1)
    if _TWO_COLONS.match(lines[at]):
        return "a value that holds a colon and a space needs quotes", here
    indent = len(lines[at]) - len(lines[at].lstrip())
    return "this line is indented deeper than the settings it belongs to", (here[0], indent + 1)


def misspelt(text: str, known: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, Mark]]:
    """Settings that are not known, what each was meant to be, and where, by their looks: the text cannot be parsed.

    `known` has the names at the left margin under "", and those inside a section under its name.
    """
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        match = _KEY.match(line)
        if match is None:
            continue
        key, column = match["key"], len(match["before"]) + 1
        inside = "" if not match["before"] else section
        section = section if inside else key
        meant = nearest(key, known[inside]) if inside in known and key not in known[inside] else None
        if meant is not None:
            yield key, meant, (number, column)


def _mark(mark: Any) -> Mark | None:
    return None if mark is None else (mark.line + 1, mark.column + 1)
