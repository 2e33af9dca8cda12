"""The store is opened in one place of each program and handed out by its components."""

import ast
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_type_hints

import pytest

import bot
from bot.clock.turns import Covered
from bot.clock.upkeep import Ageing
from bot.doors.api import Freezing
from bot.facts.fact import Known
from bot.learning.learned import Learned
from bot.line.perform import Changeable
from bot.line.records import Written
from bot.store import Store
from bot.web.page import Stored
from bot.web.together import Entered

HERE = Path(bot.__file__).parent
OPENED = ("store/", "app.py", "commands/database.py")
PARTS = (Covered, Ageing, Freezing, Known, Changeable, Learned, Written, Stored, Entered)


def naming(tree: ast.AST) -> Iterator[str]:
    """How a module names the whole store: imported from bot.store, or as its attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot.store"):
            yield from (each.name for each in node.names if each.name in ("Store", "*"))
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "Store"
            and ast.unparse(node.value) in ("store", "bot.store")
        ):
            yield "Store"


def test_the_whole_store_is_named_only_where_it_is_opened() -> None:
    places = {file.relative_to(HERE).as_posix(): ast.parse(file.read_text()) for file in HERE.rglob("*.py")}
    named = {place for place, tree in places.items() if list(naming(tree))}
    assert {place for place in named if not place.startswith(OPENED)} == set()
    assert {"app.py", "commands/database.py"} <= named


@pytest.mark.parametrize(
    "text",
    ["from bot.store import Pulls, Store", "from bot import store\nstore.Store", "import bot.store\nbot.store.Store"],
)
def test_it_would_be_seen(text: str) -> None:
    assert list(naming(ast.parse(text))) == ["Store"]


@pytest.mark.parametrize("part", PARTS)
def test_each_part_holds_the_components_that_it_says(part: type, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    components = store.only(part)
    for each in (one for one in fields(part) if one.default_factory is MISSING):  # what makes itself is no component
        assert getattr(components, each.name) is getattr(store, each.name)
        assert isinstance(getattr(components, each.name), get_type_hints(part)[each.name])
    store.close()
