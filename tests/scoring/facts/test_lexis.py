"""Texts and comments of a hunk: what begins one, and that no hunk is made to be read for minutes."""

import pytest

from scoring.facts import lexis
from scoring.facts.lexis import Lexis, masked

ALL = sorted(name for name, value in vars(lexis).items() if isinstance(value, Lexis))
# followed from each quote to the end of the hunk they would take minutes
ENDLESS = [
    b"[[" * 30_000,
    b'\\"' * 30_000,
    b"\\'" * 30_000,
    b'"\\' * 30_000 + b"\\",
    b'\\"\n' * 20_000,
    b"\\`\n" * 20_000,
]


@pytest.mark.parametrize("name", ALL)
def test_a_hunk_of_escaped_quotes_is_read_once(name: str) -> None:
    for text in ENDLESS:
        assert masked(text, getattr(lexis, name)).count(b"\n") == text.count(b"\n")


def test_a_quote_behind_a_backslash_begins_no_text() -> None:
    assert masked(b'said \\" + more()\n', lexis.PYTHON) == b'said \\" + more()\n'
    assert masked(b'say("more()")\n', lexis.PYTHON) == b'say("")\n'
    assert masked(b'say("\\"more()")\n', lexis.PYTHON) == b'say("")\n'
