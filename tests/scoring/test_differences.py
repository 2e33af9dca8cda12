"""Difference-in-differences recovers what was put in, and no more than that."""

import random

import pytest

from scoring.learning.differences import difference_in_differences


def drawn(seed: int, effect: float, n: int = 400) -> tuple[list[float], ...]:
    """Everything gets slower by 3; the treated by `effect` more."""
    chance = random.Random(seed)
    means = (20.0, 23.0 + effect, 30.0, 33.0)
    return tuple([chance.gauss(mean, 5) for _ in range(n)] for mean in means)


@pytest.mark.parametrize("effect", [0.0, -4.0, 6.0])
def test_radar_51_the_effect_is_recovered_within_its_interval_about_as_often_as_it_says(effect: float) -> None:
    estimates = [difference_in_differences(*drawn(seed, effect)) for seed in range(100)]
    inside = sum(each is not None and each.low <= effect <= each.high for each in estimates)
    assert 89 <= inside <= 100
    assert all(each is not None and abs(each.value - effect) < 2.5 for each in estimates)


def test_by_hand_with_a_trend_that_both_have() -> None:
    effect = difference_in_differences([1, 3], [2, 4], [10, 12], [15, 17])
    assert effect is not None
    assert (effect.value, effect.n) == (-4, 8)
    assert effect.high - effect.value == pytest.approx(1.959964 * 2)  # four variances of 2, each over 2 values


def test_of_too_few_nothing_is_said() -> None:
    assert difference_in_differences([1], [2, 3], [1, 2], [3, 4]) is None
