"""One ranking for serving, backtests and evaluation: what is said of one moment is what is said of a whole history."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.ranking.calibration import Calibration, sigmoid
from scoring.ranking.population import LEAST, SETTLED, needed
from scoring.ranking.ranking import Ranking

RANKING = Ranking(0.1, Calibration(0.8, -2.0))


def labelled(row: int) -> int:
    return row // 9


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(SETTLED + LEAST, 1100), first=st.sampled_from([0, 250, 500]))
def test_a_moment_and_a_history_rank_the_same_change_alike(seed: int, size: int, first: int) -> None:
    first = min(first, size // 250 * 250)
    logits = np.round(np.random.default_rng(seed).normal(-3, 1, size), 2)
    told = RANKING.over(logits[needed(first) :], first, size, labelled)
    for row in range(max(first, SETTLED + LEAST), size, 97):
        moment = RANKING.at(logits[needed(row) : row], row, size=row, labelled=labelled(row))
        assert moment.percentiles(logits[row : row + 1])[0] == pytest.approx(told.percentile[row - first], abs=1e-12)
        # a rate belongs to a block of rows, and with it the probability
        begun = RANKING.at(logits[needed(row // 250 * 250) : row // 250 * 250], row // 250 * 250,
                           size=row // 250 * 250, labelled=labelled(row // 250 * 250))  # fmt: skip
        assert begun.base_rate == told.base_rate[row - first]
        assert begun.probabilities(logits[row : row + 1])[0] == told.probability[row - first]


def test_what_is_said_of_the_changes_before_is_the_repositorys_own_rate_on_average() -> None:
    before = np.random.default_rng(1).normal(-3, 1, 400)
    moment = RANKING.at(before, 400, size=400, labelled=30)
    assert moment.base_rate == pytest.approx((30 + 20 * 0.1) / 420)
    assert moment.probabilities(before).mean() == pytest.approx(moment.base_rate, abs=1e-6)


def test_a_young_repository_has_the_models_own_probabilities() -> None:
    moment = RANKING.at(np.zeros(40), 40, size=40, labelled=0)
    assert moment.probabilities(np.array([1.0]))[0] == sigmoid(np.array([0.8 - 2.0]))[0]


def test_without_a_model_nothing_is_ranked_and_rates_are_still_told() -> None:
    told = RANKING.over(None, 250, 600, labelled)
    assert np.isnan(told.percentile).all()
    assert np.isnan(told.probability).all()
    assert told.base_rate[0] == pytest.approx((27 + 2) / 270)
