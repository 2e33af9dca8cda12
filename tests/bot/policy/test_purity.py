"""The decision core asks nobody: no clock, no chance, no file, no network, no environment, no state of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.policy

FOLDER = Path(bot.policy.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
LIBRARIES = {
    # values and text
    "bisect", "calendar", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib", "html", "itertools",
    "json", "re", "types", "typing", "unicodedata", "zoneinfo",
    # parsers and tables that read nothing but what they are given
    "dateutil", "holidays", "icalendar", "markdown_it", "pydantic", "pydantic_core", "yaml",
}  # fmt: skip
# values, arithmetic, and readers of texts that they are given
INSIDE = (
    "bot.plain", "bot.policy", "scoring.assessment", "scoring.difftest.automation", "scoring.difftest.changes",
    "scoring.difftest.record", "scoring.difftest.settings", "scoring.facts.services", "scoring.incidents.blame",
    "scoring.incidents.titles", "scoring.inspection", "scoring.learning.rates",
)  # fmt: skip
ASKS = {"now", "today", "utcnow", "open", "print", "input", "exec", "eval", "getenv", "environ"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module)):
                yield module


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                yield name


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_a_module_of_the_policy_imports_only_what_is_pure_and_asks_for_nothing(file: Path):
    tree = ast.parse(file.read_text("utf-8"))
    foreign = [
        name
        for name in imported(tree)
        if name.partition(".")[0] not in LIBRARIES and not any(f"{name}.".startswith(f"{one}.") for one in INSIDE)
    ]
    assert foreign == []
    assert ASKS.isdisjoint(called(tree))


def test_the_rule_itself_notices():
    tree = ast.parse("import os\nfrom socket import socket\nopen('x')\ndatetime.now()")
    assert list(imported(tree)) == ["os", "socket"]
    assert set(called(tree)) == {"open", "now"}
