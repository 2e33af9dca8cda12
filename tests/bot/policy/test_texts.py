"""Half of a character is none, wherever it stands; everything else stays as it was."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.policy.config import parse
from bot.policy.text.whole import all_whole, visible, whole

plain = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                     lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside))  # fmt: skip


@given(plain)
def test_what_is_whole_stays_as_it_is(value: object):
    assert all_whole(value) == value


@given(st.text(alphabet=st.sampled_from("ab\ud800\udfffé😀")))
def test_what_comes_out_can_be_kept_and_is_as_long_as_before(text: str):
    assert len(whole(text)) == len(text)
    whole(text).encode()


def test_lone_halves_are_replaced_in_keys_and_values_and_pairs_are_kept():
    given = json.loads('{"a\\ud800": ["\\udc00", "\\ud83d\\ude00", 1]}')
    assert all_whole(given) == {"a\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER}", "😀", 1]}


def test_a_configuration_cannot_write_half_a_character():
    text = 'version: 1\nwindows:\n  - {name: "a\\ud800b", level: red, from: 2020-01-01}\n'
    assert parse(text).calendar.windows[0].name == "a\N{REPLACEMENT CHARACTER}b"


def test_what_would_be_obeyed_or_hidden_is_shown_instead():
    assert visible("a\u202eb\u200bc\U000e0041\x1b[1m") == "a\\u202eb\\u200bc\\U000e0041\\u001b[1m"
    assert visible("two\nlines\tand\u2028more é😀") == "two lines and more é😀"
    assert visible("plain words") == "plain words"
