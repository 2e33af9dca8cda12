"""docs/reliability.md names, for each fault and each attack, tests that exist."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HEADINGS = ("how it is provoked", "test", "what the user sees")
LINK = re.compile(r"\[`(\w+)`\]\(([^)]+)\)")


def rows(section: str) -> list[tuple[str, ...]]:
    """The cells of a section's table, heading first, without the line under it."""
    text = PAGE.read_text("utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))) for line in lines]
    return [cells[0], *cells[2:]]


@pytest.mark.parametrize("section", ["Faults", "Attacks"])
def test_every_row_says_how_it_is_provoked_by_which_test_and_what_is_seen(section: str) -> None:
    heading, *found = rows(section)
    assert heading == (section.lower().removesuffix("s"), *HEADINGS)
    assert [row for row in found if len(row) != 4 or not all(row)] == []
    assert [row[0] for row in found if not LINK.search(row[2])] == []


@pytest.mark.parametrize("section", ["Faults", "Attacks"])
def test_every_test_that_is_named_exists(section: str) -> None:
    named = [found for row in rows(section)[1:] for found in LINK.findall(row[2])]
    missing = [name for name, file in named if f"def {name}(" not in (PAGE.parent / file).read_text("utf-8")]
    assert missing == []


def test_every_test_of_a_fault_on_the_whole_line_is_named() -> None:
    named = {name for row in rows("Faults")[1:] for name, _ in LINK.findall(row[2])}
    files = sorted((PAGE.parents[1] / "tests" / "bot" / "faults").glob("test_*.py"))
    written = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.M)}
    assert written - named == set()
