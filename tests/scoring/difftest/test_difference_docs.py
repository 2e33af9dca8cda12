"""docs/difftest.md names a test for each row, and each is there."""

import re
from pathlib import Path

from scoring.difftest.labels import DEFINITIONS
from scoring.difftest.readers import READERS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "difftest.md").read_text("utf-8")


def test_every_row_names_a_test_that_is_there_or_says_that_it_is_open() -> None:
    rows = re.findall(r"^\| DIFF-(\d+) \| (.*) \|$", PAGE, re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 32))
    for _, words in rows:
        name = re.match(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/.]+)\)", words)
        assert name or words.startswith("open")
        assert name is None or f"def {name[1]}(" in (ROOT / name[2]).read_text("utf-8")


def test_the_page_says_what_can_be_read_and_what_the_labels_mean() -> None:
    assert [name for name in READERS if f"| `{name}` |" not in PAGE] == []
    assert [words for words in DEFINITIONS.values() if words not in PAGE] == []
