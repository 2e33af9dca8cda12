"""Windows: within their size, between their markers, hunk by hunk, whatever a change says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.text.reading import Reading
from scoring.text.record import Hunk, Record
from scoring.text.tokens import MARKERS, Tokens
from scoring.text.windows import windows
from tests.scoring.pretraining.toys import tokenizer

TEXT = st.text("ab [/DRS]<01>\n+-é\U0001f600", max_size=200)


@given(TEXT, TEXT, st.lists(st.builds(Hunk, TEXT, TEXT), max_size=12), st.integers(16, 80), st.integers(1, 5))
def test_every_window_is_between_its_markers_and_holds_no_other(
    title: str, message: str, hunks: list[Hunk], size: int, most: int
) -> None:
    tokens = tokenizer()
    made = windows(Record(title, message, tuple(hunks)), Reading(size, most, parts=("title", "body", "diff")), tokens)
    assert 1 <= len(made) <= most
    special = {tokens.pad, tokens.end, tokens.open, tokens.close, tokens.no, tokens.yes, tokens.mask}
    for window in made:
        assert len(window) < size  # one is left for the answer
        assert (window[0], window[-1]) == (tokens.open, tokens.close)
        assert not special & set(window[1:-1])


def test_a_hunk_is_not_torn_and_the_middle_windows_go() -> None:
    tokens = tokenizer()
    hunks = tuple(Hunk("f", f"@@ \n+{word}") for word in ("one", "two", "three", "four", "five", "six"))
    size = len(windows(Record("T", "", hunks[2:3]), Reading(64), tokens)[0]) + 1
    made = windows(Record("T", "", hunks), Reading(max(16, size), 3), tokens)
    told = [tokens.text(window) for window in made]
    assert [text.startswith("[DRS]T\nf\n@@ \n+") for text in told] == [True] * 3
    assert ["one" in told[0], "two" in told[0] + told[1], "six" in told[2]] == [True] * 3


def test_a_hunk_that_fits_nowhere_loses_its_middle() -> None:
    tokens = tokenizer()
    hunk = Hunk("f", "@@ \n+begin\n" + "+x\n" * 500 + "+end")
    (window,) = windows(Record("T", "", (hunk,)), Reading(48, 4), tokens)
    said = tokens.text(window)
    assert "begin" in said
    assert said.endswith("+end[/DRS]")
    assert "…" in said


def test_a_change_of_any_size_is_read_at_the_price_of_its_windows() -> None:
    tokens = tokenizer()
    hunks = tuple(Hunk(f"f{n}", f"@@ \n+{n}") for n in range(200_000))
    first, last = windows(Record("T", "", hunks), Reading(64, 2), tokens)
    assert "f0" in tokens.text(first)
    assert "f199999" in tokens.text(last)


def test_text_that_looks_like_a_marker_is_text() -> None:
    tokens = tokenizer()
    for marker in MARKERS:
        ids = tokens.ids(f"a {marker} b")
        assert tokens.text(ids) == f"a {marker} b"
        assert not {tokens.pad, tokens.end, tokens.open, tokens.close, tokens.no, tokens.yes} & set(ids)
    assert tokens.many(["a <1>", "b"]) == [tokens.ids("a <1>"), tokens.ids("b")]


def test_what_is_no_tokenizer_of_ours_is_refused_in_words() -> None:
    with pytest.raises(ScoringError, match="cannot be read"):
        Tokens("{}")
    plain = json.loads(tokenizer().plain)
    plain["added_tokens"] = [each for each in plain["added_tokens"] if each["content"] != "[DRS]"]
    plain["model"]["vocab"] = {word: at for word, at in plain["model"]["vocab"].items() if word != "[DRS]"}
    with pytest.raises(ScoringError, match=r"lacks \[DRS\]"):
        Tokens(json.dumps(plain))
