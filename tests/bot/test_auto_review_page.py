"""docs/auto-review.md names, for each requirement, tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "auto-review.md"
NEVER_GIVEN = {23, 24, 33, 34, *range(41, 45)}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> dict[str, tuple[str, ...]]:
    """The cells after the id, by id: requirement, where, test."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| RADAR-")]
    cells = [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))) for line in lines]
    assert len({row[0] for row in cells}) == len(cells)
    return {row[0]: row[1:] for row in cells}


def test_every_requirement_has_one_row() -> None:
    assert list(rows()) == [f"RADAR-{number}" for number in range(1, 57) if number not in NEVER_GIVEN]


def test_every_row_says_what_is_required_where_it_is_and_by_which_test_or_that_there_is_none() -> None:
    bad = [name for name, cells in rows().items() if len(cells) != 3 or not all(cells)]
    assert bad == []
    assert [name for name, cells in rows().items() if cells[2] != "open" and not TEST.search(cells[2])] == []


def test_every_test_that_is_named_exists() -> None:
    missing = [f"{file}::{name}" for file, name in TEST.findall(PAGE.read_text("utf-8")) if not _written(file, name)]
    assert missing == []


def test_every_place_of_what_has_a_test_exists() -> None:
    done = [cells for cells in rows().values() if cells[2] != "open"]
    places = [place for cells in done for place in re.findall(r"`([\w/.]+)`", cells[1])]
    assert [place for place in places if not (ROOT / place).exists()] == []


def _written(file: str, name: str) -> bool:
    path = ROOT / file
    return path.exists() and re.search(rf"^ *def {name}\(", path.read_text("utf-8"), re.M) is not None


@pytest.mark.parametrize("what", ["wish", "abuse"])
def test_fifteen_wishes_and_fifteen_abuses_have_a_test_each(what: str) -> None:
    told = PAGE.read_text("utf-8").partition(f"\n| {what} | test |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    assert len(told) == 15
    assert [line for line in told if not TEST.search(line)] == []
