"""What the documentation shows is what the program does."""

import re
from pathlib import Path

import pytest
from policy_world import SATURDAY, state, weekend

from bot.policy.commands import COMMANDS
from bot.policy.config import LEVELS, parse
from bot.policy.decide import RULES, opinions_on

DOCS = Path(__file__).parents[3] / "docs"
RECIPES = re.findall(r"```yaml\n(.*?)```", (DOCS / "recipes.md").read_text("utf-8"), re.S)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_a_valid_file(recipe: str):
    assert parse(recipe).calendar.windows


def test_every_command_in_the_docs_exists():
    for page in ("recipes.md", "authors.md", "decisions.md"):
        text = (DOCS / page).read_text("utf-8")
        assert set(re.findall(r"/chill (\w+)", text)) <= COMMANDS.keys()


def test_every_rule_is_in_the_page_on_decisions():
    text = (DOCS / "decisions.md").read_text("utf-8")
    names = {opinion.rule for opinion in opinions_on(state(), weekend(), SATURDAY)}
    assert len(names) == len(RULES)
    assert all(f"`{name}`" in text for name in names)
    assert all(level in text for level in LEVELS)
