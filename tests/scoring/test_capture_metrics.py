"""The figures an evaluation reports, on orders small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.learning.metrics import (
    auc,
    average_precision,
    captured,
    ceiling,
    effort_recall,
    hits,
    mcnemar,
    paired,
    safest,
)
from scoring.ranking.calibration import platt, rebase, sigmoid, words

SCORES = np.arange(100, dtype=float)[::-1].copy()  # the first change is the riskiest
LABEL = np.isin(np.arange(100), [0, 3, 8, 40, 90])


def test_captured_counts_the_faults_among_the_riskiest_share() -> None:
    assert [captured(SCORES, LABEL, g) for g in (0.01, 0.05, 0.10, 0.50, 1.0)] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert hits(SCORES, LABEL, 0.05).tolist() == [True, True, False, False, False]
    assert ceiling(LABEL, 0.02) == 0.4


@pytest.mark.parametrize(
    ("caught", "rates", "ratios"),
    [((57, 85, 258), (18.7, 27.9, 84.6), (1.0, 1.0, 1.0)), ((80, 129, 270), (26.2, 42.3, 88.5), (1.40, 1.52, 1.05))],
)
def test_the_published_counts_give_the_published_rates(
    caught: tuple[int, ...], rates: tuple[float, ...], ratios: tuple[float, ...]
) -> None:
    assert [round(100 * count / 305, 1) for count in caught] == list(rates)
    for count, base, ratio in zip(caught, (57, 85, 258), ratios, strict=True):
        ours, theirs = np.arange(305) < count, np.arange(305) < base
        assert paired([(ours, theirs)], lambda a, b: a / b, rounds=10).value == pytest.approx(ratio, abs=0.005)


def test_the_safe_end_is_relative_to_the_rate_of_all() -> None:
    assert safest(SCORES, LABEL, 0.10) == pytest.approx((1 / 10) / (5 / 100))
    assert safest(SCORES, LABEL, 0.05) == 0


def test_auc_and_precision_are_those_of_a_count_by_hand() -> None:
    assert auc(SCORES, LABEL) == pytest.approx(1 - (0 + 2 + 6 + 37 + 86) / (5 * 95))
    assert auc(np.zeros(100), LABEL) == 0.5
    assert average_precision(SCORES, LABEL) == pytest.approx(np.mean([1, 2 / 4, 3 / 9, 4 / 41, 5 / 91]))


def test_effort_is_spent_on_the_riskiest_first() -> None:
    assert effort_recall(SCORES, LABEL, np.ones(100)) == 0.6


def test_mcnemar_sees_only_what_one_of_two_captured() -> None:
    same = np.array([True] * 30 + [False] * 30)
    assert mcnemar(same, same) == 1.0
    better = np.array([True] * 50 + [False] * 10)
    assert mcnemar(better, same) < 1e-4
    assert mcnemar(better, same) == mcnemar(same, better)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=5, max_size=60))
def test_a_paired_interval_holds_its_figure(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    found = paired([(first, second)], lambda a, b: a - b, rounds=400)
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9


@given(st.lists(st.floats(-8, 8), min_size=3, max_size=80), st.floats(0.01, 0.5))
def test_rebasing_meets_the_true_rate_and_keeps_the_order(logits: list[float], rate: float) -> None:
    values = np.array(logits)
    found = rebase(values, rate).probability(values)
    assert found.mean() == pytest.approx(rate, abs=1e-6)
    assert (np.diff(found[np.argsort(values)]) >= 0).all()


def test_platt_finds_the_slope_and_offset_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20000)
    made = platt(logits, rng.random(20000) < sigmoid(0.7 * logits - 2))
    assert (made.slope, made.offset) == (pytest.approx(0.7, abs=0.05), pytest.approx(-2, abs=0.1))


def test_probabilities_are_said_as_people_say_them() -> None:
    said = ["less than 1 in 1,000", "about 1 in 40", "about 1 in 3", "about 8 in 10"]
    assert [words(p) for p in (0.0001, 0.025, 0.3, 0.8)] == said
