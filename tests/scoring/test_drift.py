"""The stability index, against values that can be worked out by hand."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.learning.drift import Shift, shift

TENTHS = np.repeat(np.arange(10.0), 100)  # a hundred values in each of ten bins


def test_from_a_tenth_in_each_bin_to_all_in_the_first() -> None:
    """Nine bins lose their tenth, half a case counts in each: 9 (0.5 - 100.5) ln(0.5 / 100.5) and so on, over 1005."""
    newest = np.zeros(1000)
    full, empty, before = 1000.5 / 1005, 0.5 / 1005, 100.5 / 1005
    by_hand = (full - before) * log(full / before) + 9 * (empty - before) * log(empty / before)
    moved = shift(TENTHS, newest)
    assert moved.value == pytest.approx(by_hand - 9 * (1 / 1000 + 1 / 1000))
    assert (moved.reference, moved.newest) == (1000, 1000)


def test_what_is_spread_alike_has_not_moved_and_nothing_says_nothing() -> None:
    assert shift(TENTHS, TENTHS).value == 0.0
    assert shift(np.empty(0), TENTHS) == Shift(0.0, 0, 1000)
    assert shift(np.zeros(500), np.zeros(300)).value == 0.0


def test_chance_alone_makes_an_index_of_about_nought() -> None:
    rng = np.random.default_rng(7)
    indexes = [shift(rng.normal(size=1000), rng.normal(size=250)).value for _ in range(200)]
    assert np.quantile(indexes, 0.95) < 0.05


@given(st.floats(0.8, 3), st.integers(0, 50))
def test_a_mean_that_moved_by_a_deviation_is_seen(step: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert shift(rng.normal(size=1000), rng.normal(step, size=250)).value > 0.25
