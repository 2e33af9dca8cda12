"""A share holds what it says: a law for any scores, a band for scores that drift, one answer wherever it is asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring.ranking.blend import rank
from scoring.ranking.population import GAIN, LEAST, MEMORY, RECENT, SETTLED, SHARES, needed, percentiles, population

Floats = NDArray[np.float64]
FIRST = SETTLED + LEAST  # the first row whose bars move
SAME = 1500  # rows before this one share their bars' first row
ASKED = (0.02, 0.05, 0.10, 0.20, 0.50)


def gated(percentile: Floats, share: float) -> NDArray[np.bool_]:
    """As the gate decides."""
    return np.asarray(percentile + share >= 1 - 1e-9)


@st.composite
def scores(draw: st.DrawFn) -> Floats:
    """Anything that a history of scores can do: drift, leaps, waves, ties, all the same."""
    size = draw(st.integers(FIRST, SAME))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    row = np.arange(size)
    drift = draw(st.sampled_from([0.0, 0.001, 0.02, -0.003, 1.0, -1.0])) * row
    leap = draw(st.sampled_from([0.0, 5.0, -5.0])) * (row > draw(st.integers(0, size)))
    wave = draw(st.sampled_from([0.0, 3.0])) * np.sin(row / draw(st.integers(1, 300)))
    spread = draw(st.sampled_from([0.0, 1.0])) * rng.standard_normal(size)
    return np.round(drift + leap + wave + spread, draw(st.sampled_from([0, 1, 9])))


@settings(max_examples=60)
@given(scores())
def test_whatever_the_scores_do_hardly_more_than_the_share_is_held(told: Floats) -> None:
    found = percentiles(told, FIRST, len(told))
    for share in SHARES[::9]:
        held, asked = int(gated(found, share).sum()), share * len(found)
        assert held <= asked + share / GAIN + 1


def drifting(kind: str) -> Floats:
    """Five thousand changes, among them what the histories of real repositories show."""
    row, noise = np.arange(5000), np.random.default_rng(3).standard_normal(5000)
    match kind:
        case "calm":
            return noise
        case "rising":
            return noise + row / 500
        case "falling":
            return noise - row / 500
        case "leaping":
            return noise + 2.0 * (row // 1000)
        case "spreading":
            return noise * (1 + row / 1000)
        case _:
            return noise + 2 * np.sin(row / 400)


@pytest.mark.parametrize("kind", ["calm", "rising", "falling", "leaping", "spreading", "waves"])
@pytest.mark.parametrize("share", ASKED)
def test_where_scores_drift_the_share_held_stays_within_an_eighth_of_what_was_asked(kind: str, share: float) -> None:
    told = drifting(kind)
    held = gated(percentiles(told, FIRST, len(told)), share).mean()
    assert held == pytest.approx(share, rel=0.125)


def test_a_plain_rank_among_recent_changes_would_hold_twice_as_much() -> None:
    told = drifting("rising")
    plain = [rank(told[row : row + 1], np.sort(told[row - RECENT : row]))[0] for row in range(RECENT, len(told))]
    assert gated(np.array(plain), 0.05).mean() > 0.10


@settings(max_examples=30)
@given(scores(), st.data())
def test_the_replay_says_of_a_row_what_serving_said_when_it_came(told: Floats, data: st.DataObject) -> None:
    row = data.draw(st.integers(FIRST, len(told) - 1)) if len(told) > FIRST else None
    if row is not None:
        served = population(told[needed(row) : row], row).percentiles(told[row : row + 1])
        first = data.draw(st.integers(0, row))
        assert percentiles(told[needed(first) :], first, len(told))[row - first] == served[0]


def test_what_came_long_ago_or_later_makes_no_difference() -> None:
    told = drifting("rising")
    row = 4321
    served = population(told[needed(row) : row], row).percentiles(told[row : row + 1])[0]
    assert row - needed(row) <= RECENT + MEMORY + 250
    assert percentiles(told[needed(row) : row + 1], row, row + 1)[0] == served


def test_at_one_moment_a_verdict_hangs_on_the_score_alone() -> None:
    told = drifting("waves")
    among = population(told[needed(4000) : 4000], 4000)
    new = np.round(told[4000:5000], 1)  # with many ties
    order = np.random.default_rng(1).permutation(len(new))
    found = among.percentiles(new)
    assert (among.percentiles(new[order]) == found[order]).all()
    for score in np.unique(new):
        assert len(set(found[new == score])) == 1
    assert (np.diff(among.percentiles(np.sort(new))) >= 0).all()


def test_of_a_thousand_changes_like_those_before_five_percent_are_fifty_give_or_take_the_law() -> None:
    told = drifting("calm")[:1300]
    assert abs(int(gated(percentiles(told, FIRST, 1300), 0.05).sum()) - 50) <= 0.05 / GAIN + 1


def test_a_score_at_the_bar_is_held() -> None:
    told = np.zeros(FIRST + 1)
    told[:FIRST] = np.arange(FIRST)  # the bars did not move yet: the bar of 10 % is a rank of .9
    among = population(told[needed(FIRST) : FIRST], FIRST)
    at = SETTLED + 45.0 - 0.5  # above 45 of the 50 that settled
    assert among.percentiles(np.array([at]))[0] == pytest.approx(0.9)
    assert gated(among.percentiles(np.array([at, at - 1])), 0.1).tolist() == [True, False]


@pytest.mark.parametrize("row", [0, 1, 40, FIRST - 1])
def test_a_young_repository_ranks_among_all_it_has(row: int) -> None:
    told = np.arange(row, dtype=np.float64)
    found = population(told, row).percentiles(np.array([-1.0, row / 2 - 0.5, row + 1.0]))
    assert found == pytest.approx([0.0, 0.5, 1.0] if row else [0.5, 0.5, 0.5])
    assert needed(row) == 0
