"""A challenger is judged on the newest matured changes, by models that knew nothing of them."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.features import FEATURES
from scoring.history.dataset import MATURITY, NEVER, Dataset
from scoring.learning.challenge import (
    FAULTS,
    LEAST,
    NOT_WORSE,
    Comparison,
    Scored,
    before,
    calibration_error,
    compare,
    corrected,
    window_of,
)
from scoring.models.model import Corpus
from scoring.ranking.quantiles import rolling

DAY = 86_400
START = 1_600_000_000
NAMES = tuple(feature.name for feature in FEATURES)


def table(size: int = 6000, rate: float = 0.06, seed: int = 3) -> Dataset:
    """Eight changes a day; `churn` says how risky it is, and faults become known ten days later."""
    rng = np.random.default_rng(seed)
    raw = rng.random((size, len(NAMES))).astype(np.float32)
    churn = NAMES.index("churn")
    raw[:, churn] = rng.lognormal(3, 1.5, size)
    chance = rate * raw[:, churn] / raw[:, churn].mean()
    at = START + np.arange(size, dtype=np.int64) * DAY // 8
    known = np.where(rng.random(size) < np.minimum(chance, 0.9), at + 10 * DAY, NEVER)
    shas = tuple(f"{n:040x}" for n in range(size))
    return Dataset("shop", NAMES, shas, at, raw, rolling(raw), known, known.copy(), np.zeros(size, dtype=bool))


TABLE = table()
CORPUS = Corpus(TABLE)
NOW = int(TABLE.at[-1])


def by(column: str) -> Scored:
    """Log-odds that rise with a column."""
    return lambda corpus, cut: np.log1p(corpus.table.raw[:, NAMES.index(column)].astype(np.float64))


def judged(champion: Scored, challenger: Scored) -> Comparison:
    return compare(CORPUS, champion, challenger, (0.05, 0.10), NOW)


def test_the_window_is_the_newest_that_has_matured_and_holds_enough_faults() -> None:
    window = window_of(TABLE, NOW)
    assert TABLE.at[window.end - 1] <= NOW - MATURITY < TABLE.at[window.end]
    known = TABLE.known_at[window.cut : window.end] < NOW
    assert (int(known.sum()), window.faults) == (FAULTS, FAULTS)
    early = window_of(TABLE, NOW - 300 * DAY)
    assert early.end == window.end - 300 * 8


def test_it_is_never_more_than_half_and_never_empty_of_faults() -> None:
    few = replace(TABLE, known_at=np.where(np.arange(6000) % 300 == 0, TABLE.at + DAY, NEVER))
    window = window_of(few, NOW)
    assert window.cut == window.end // 2
    with pytest.raises(ScoringError, match="nothing to judge by"):
        window_of(replace(TABLE, known_at=np.full(6000, NEVER)), NOW)


def test_two_years_are_enough_where_they_hold_enough_faults_and_are_not_where_they_do_not() -> None:
    slow = replace(TABLE, at=START + np.arange(6000, dtype=np.int64) * DAY)  # a change a day: sixteen years
    moment = int(slow.at[-1])
    often = replace(slow, known_at=np.where(np.arange(6000) % 20 == 0, slow.at + DAY, NEVER))
    assert window_of(often, moment).faults == 35  # seven hundred days
    seldom = replace(slow, known_at=np.where(np.arange(6000) % 60 == 0, slow.at + DAY, NEVER))
    assert window_of(seldom, moment).faults == LEAST


def test_of_too_few_faults_nothing_follows_though_both_caught_the_same() -> None:
    few = replace(TABLE, known_at=np.where(np.arange(6000) % 300 == 0, TABLE.at + DAY, NEVER))
    same = compare(Corpus(few), by("churn"), by("churn"), (0.05,), NOW)
    assert same.gates[0].ratio.low in (1.0, pytest.approx(float("nan"), nan_ok=True))
    assert same.why_not == "10 faults in the newest half of the past are too few to judge by: 30 are needed"


def test_who_learns_for_the_window_knows_only_what_was_known_when_it_began() -> None:
    cut = 2000
    past = before(CORPUS, cut).table
    moment = TABLE.at[cut]
    assert len(past.shas) == cut
    assert ((past.known_at < NEVER) == (TABLE.known_at[:cut] < moment)).all()
    assert (TABLE.known_at[:cut] < NEVER).sum() > (past.known_at < NEVER).sum()


def test_the_same_model_is_not_worse_than_itself() -> None:
    same = judged(by("churn"), by("churn"))
    assert [(gate.ratio.value, gate.ratio.low, gate.ratio.high) for gate in same.gates] == [(1, 1, 1), (1, 1, 1)]
    assert same.why_not == ""


def test_a_better_one_may_serve_and_a_worse_one_may_not() -> None:
    better = judged(by("complexity"), by("churn"))
    assert better.gates[0].challenger > better.gates[0].champion
    assert all(gate.ratio.low >= NOT_WORSE for gate in better.gates)
    worse = judged(by("churn"), by("complexity"))
    assert worse.gates[0].ratio.high < 1
    assert worse.why_not.startswith("at 5 % gated it captures 0.")


def test_what_could_be_worse_is_refused_though_it_looks_as_good() -> None:
    """Nearly the same order: chance alone could explain the difference, in either direction."""

    def shuffled(corpus: Corpus, cut: int) -> np.ndarray:  # type: ignore[type-arg]
        noise = np.random.default_rng(5).normal(size=len(corpus.table.shas)) * 0.5
        return by("churn")(corpus, cut) + noise

    close = judged(by("churn"), shuffled)
    assert close.gates[0].ratio.low < NOT_WORSE < close.gates[0].ratio.high
    assert "it could be worse" in close.why_not


def test_one_whose_probabilities_are_off_is_refused_though_its_order_is_the_same() -> None:
    def certain(corpus: Corpus, cut: int) -> np.ndarray:  # type: ignore[type-arg]
        return 9 * by("churn")(corpus, cut)

    off = judged(by("churn"), certain)
    assert [gate.ratio.low for gate in off.gates] == [1, 1]
    assert off.challenger_error > off.champion_error + 0.005
    assert off.why_not.startswith("what it expects and what was observed differ by")


def test_the_calibration_error_of_a_model_that_says_the_rate_of_all_is_how_far_that_is_off() -> None:
    window = window_of(TABLE, NOW)
    label = TABLE.inducing[window.cut : window.end]
    flat = calibration_error(TABLE, np.zeros(len(TABLE.shas)), window, label)
    assert 0 < flat < 0.1


def test_the_correction_of_the_default_is_fitted_on_what_was_known_then() -> None:
    start = np.zeros(len(TABLE.shas))
    scores = corrected(start)(CORPUS, 2000)
    later = replace(TABLE, known_at=np.where(np.arange(6000) < 2000, TABLE.known_at, NEVER))
    assert (scores == corrected(start)(Corpus(later), 2000)).all()
    assert np.ptp(scores) > 0
