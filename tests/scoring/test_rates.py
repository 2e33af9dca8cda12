"""Rates and their comparison, against values that can be worked out by hand."""

from math import comb, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.learning.rates import Rate, fisher, ratio, upper, wilson


def test_the_lady_who_tasted_eight_cups_and_was_right_in_three_of_four() -> None:
    # Fisher, The Design of Experiments (1935): (16 + 1) / 70
    assert fisher(Rate(3, 4), Rate(1, 4)) == pytest.approx(17 / 70, abs=1e-12)
    assert fisher(Rate(4, 4), Rate(0, 4)) == pytest.approx(1 / 70, abs=1e-12)


def test_the_convicted_twins_of_fishers_example() -> None:
    # Fisher, The Logic of Inductive Inference (1935): ten of thirteen against two of seventeen, 619 / 1,330,665
    assert fisher(Rate(10, 13), Rate(2, 17)) == pytest.approx(619 / 1_330_665, rel=1e-9)


def test_a_table_too_large_for_whole_numbers_by_hand_agrees_with_them_all_the_same() -> None:
    whole = sum(comb(60, k) * comb(4940, 1000 - k) for k in range(20, 61)) / comb(5000, 1000)
    assert fisher(Rate(20, 1000), Rate(40, 4000)) == pytest.approx(whole, rel=1e-9)


def test_nothing_is_unlikely_where_nothing_was_seen() -> None:
    assert fisher(Rate(0, 0), Rate(3, 5)) == fisher(Rate(3, 5), Rate(0, 0)) == 1.0
    assert ratio(Rate(0, 9), Rate(0, 7)) is None
    assert ratio(Rate(0, 0), Rate(1, 7)) is None


def test_wilsons_interval_of_none_of_ten_and_of_half() -> None:
    # z^2 / (n + z^2) is its upper end at 0
    assert wilson(0, 10, 1.96) == (0.0, pytest.approx(3.8416 / 13.8416))
    low, high = wilson(5, 10, 1.96)
    assert (low, high) == (
        pytest.approx(0.5 - 0.5 * 1.96 / sqrt(13.8416)),
        pytest.approx(0.5 + 0.5 * 1.96 / sqrt(13.8416)),
    )
    assert (Rate(0, 0).value, Rate(0, 0).low, Rate(0, 0).high) == (None, None, None)


def test_the_ratio_of_katz_for_the_trial_of_aspirin() -> None:
    # Physicians' Health Study (1989): 189 of 11,034 against 104 of 11,037; risk ratio 1.818, interval 1.433 to 2.306
    trial = ratio(Rate(189, 11034), Rate(104, 11037))
    assert trial is not None
    assert (round(trial.value, 3), round(trial.low, 3), round(trial.high, 3)) == (1.818, 1.433, 2.306)


def test_a_rate_of_nothing_over_something_has_a_ratio_with_half_a_case_more_in_each_cell() -> None:
    none = ratio(Rate(0, 20), Rate(5, 20))
    assert none is not None
    assert log(none.value) == pytest.approx(log(0.5 / 20.5) - log(5.5 / 20.5))
    assert none.low < none.value < none.high


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_both_sides_together_are_one_and_the_table_as_it_is(a: int, n: int, b: int, m: int) -> None:
    first, second = Rate(min(a, n), n), Rate(min(b, m), m)
    hits = first.part + second.part
    exactly = comb(hits, first.part) * comb(n + m - hits, n - first.part) / comb(n + m, n)
    other = fisher(Rate(n - first.part, n), Rate(m - second.part, m))
    assert fisher(first, second) + other == pytest.approx(1 + exactly, abs=1e-9)


@pytest.mark.parametrize(
    ("part", "whole", "bound"),
    [(0, 100, 0.0295), (0, 300, 0.0099), (1, 100, 0.0436), (0, 1, 0.95), (0, 0, 1.0), (5, 5, 1.0)],
)
def test_radar_13_what_a_rate_lies_below_with_95_percent_confidence(part: int, whole: int, bound: float) -> None:
    """0 of n: 1 - 0.05 ** (1 / n), by hand; 1 of 100: Wilson's formula with z = 1.644854, by hand."""
    assert upper(part, whole) == pytest.approx(bound, abs=5e-5)


def test_the_bound_rises_with_every_case_and_falls_with_every_clean_one() -> None:
    for whole in (10, 100, 1000):
        bounds = [upper(part, whole) for part in range(whole + 1)]
        assert bounds == sorted(bounds)
    assert [upper(0, n) for n in range(1, 50)] == sorted((upper(0, n) for n in range(1, 50)), reverse=True)
