"""Stretches put into the old lines give the new ones, whatever both are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.review.lines import MAX_EDITS, Stretch, split, stretches

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r", b"\n"]), max_size=12)


@settings(max_examples=60)
@given(LINES, LINES)
def test_stretches_put_into_the_old_lines_give_the_new_ones(old: list[bytes], new: list[bytes]) -> None:
    made: list[bytes] = []
    at = 0
    for each in stretches(old, new):
        made += [*old[at : each.old], *new[each.new : each.new + each.new_count]]
        at = each.old + each.old_count
    assert [*made, *old[at:]] == new


@settings(max_examples=40)
@given(st.binary(max_size=30))
def test_lines_joined_again_are_the_content(content: bytes) -> None:
    assert b"".join(split(content)) == content


def test_the_fewest_lines_are_told_and_apart() -> None:
    assert stretches([b"a", b"b", b"c", b"d"], [b"a", b"x", b"c", b"d", b"e"]) == (
        Stretch(1, 1, 1, 1),
        Stretch(4, 0, 4, 1),
    )


def test_more_edits_than_are_followed_count_as_one_stretch_of_all_between() -> None:
    old = [b"%d" % number for number in range(2 * MAX_EDITS)]
    new = [line if number % 2 else b"x" for number, line in enumerate(old)]
    assert stretches([b"first", *old], [b"first", *new]) == (Stretch(1, len(old) - 1, 1, len(new) - 1),)
