"""Signs of drift: each alarms where it should, says what to do, and is silent where too little is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.learning import signals
from bot.store import Outcome
from scoring.features import FEATURES
from scoring.history.dataset import NEVER, Dataset

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RNG = np.random.default_rng(11)
NAMES = tuple(feature.name for feature in FEATURES)


def ranked(*percentiles: float) -> list[Outcome]:
    return [
        Outcome(7, n, "a" * 40, NOW - (1000 - n) * DAY / 24, "m", each, 0.02, "landed")
        for n, each in enumerate(percentiles)
    ]


def landed(count: int, probability: float, faults: int, days: float = 120) -> list[Outcome]:
    at = NOW - days * DAY
    return [
        Outcome(
            7, n, "a" * 40, at, "m", 0.5, probability, "landed", ended_at=at,
            reverted_at=at + DAY if n < faults else None,
        )
        for n in range(count)
    ]  # fmt: skip


def test_scores_that_rose_are_seen_and_a_few_scores_say_nothing() -> None:
    before, after = RNG.normal(-4, 1, 1000), RNG.normal(-3, 1, 250)
    reading = signals.scores_moved([*before, *after])
    assert (reading.alert, reading.n) == (True, 250)
    assert reading.value > reading.limit == 0.25
    assert reading.fix.startswith("Look at what changed in the repository")
    assert not signals.scores_moved([*before, *RNG.normal(-4, 1, 250)]).alert
    assert not signals.scores_moved([*before[:90], *after]).alert
    assert not signals.scores_moved([]).alert


def test_rdma_core_held_thirteen_percent_where_five_were_asked_for() -> None:
    """Measured: pull requests there land as merge commits and rank among single ones."""
    percentiles = [0.97] * 26 + [0.5] * 174
    reading = signals.share_held(ranked(*percentiles), 0.05)
    assert (reading.alert, reading.n, reading.key) == (True, 200, "share held 5 %")
    assert reading.value == pytest.approx(2.6)
    assert "13 % rank among the riskiest 5 % (95 % interval 9 % to 18 %)" in reading.words
    assert "A level of 3 % would have held 5 %" in reading.fix


@pytest.mark.parametrize(("held", "of", "alert"), [(10, 200, False), (15, 200, False), (26, 200, True), (6, 40, False)])
def test_a_share_alarms_only_where_its_interval_lies_above_what_chance_explains(
    held: int, of: int, alert: bool
) -> None:
    assert signals.share_held(ranked(*[0.99] * held, *[0.1] * (of - held)), 0.05).alert is alert


def test_only_the_last_head_of_a_pull_request_counts() -> None:
    rows = [replace(row, fate="replaced") for row in ranked(*[0.99] * 200)]
    assert signals.share_held(rows, 0.05).n == 0


@pytest.mark.parametrize(
    ("probability", "faults", "alert", "fix"),
    [
        (0.05, 25, False, ""),
        (0.05, 26 * 2, True, "Incidents may have begun to be imported"),
        (0.05, 8, True, "Reverts and fixes may not say what they repair"),
        (0.005, 9, False, ""),  # 2.5 expected: too little to say anything
    ],
)
def test_expected_faults_are_held_against_those_that_were_seen(
    probability: float, faults: int, alert: bool, fix: str
) -> None:
    reading = signals.calibration(landed(500, probability, faults), NOW)
    assert (reading.alert, reading.fix.startswith(fix)) == (alert, True)
    assert reading.value == pytest.approx(faults / (500 * probability))
    assert reading.n == 500


def test_what_is_young_or_never_landed_is_in_no_calibration() -> None:
    assert signals.calibration(landed(500, 0.05, 0, days=89), NOW).n == 0
    assert signals.calibration([replace(row, fate="censored") for row in landed(500, 0.05, 0)], NOW).n == 0
    assert signals.calibration([], NOW).value == 1.0


def table(size: int = 1500, ends: float = 0.06) -> Dataset:
    """A change a day: 6 % at fault within ten days, of the newest 280 `ends`."""
    at = np.arange(size, dtype=np.int64) * 86_400
    late = np.arange(size) >= size - 280
    fault = np.random.default_rng(2).random(size) < np.where(late, ends, 0.06)
    known = np.where(fault, at + 10 * 86_400, NEVER)
    ranks = np.random.default_rng(3).random((size, len(NAMES))).astype(np.float32)
    shas = tuple(f"{n:040x}" for n in range(size))
    return Dataset("shop", NAMES, shas, at, ranks, ranks, known, known.copy(), np.zeros(size, dtype=bool))


def arrive(changes: Dataset, now: int) -> signals.Reading:
    return signals.labels_arrive(changes.at, changes.known_at, now)


def test_labels_that_stop_arriving_are_missed() -> None:
    usual, silent = table(), table(ends=0.0)
    now = int(usual.at[-1])
    assert not arrive(usual, now).alert
    reading = arrive(silent, now)
    assert (reading.alert, reading.value, reading.n) == (True, 0.0, 250)
    assert "0 were known to be at fault within 30 days" in reading.words
    assert "import incidents" in reading.fix
    assert not arrive(table(size=300, ends=0.0), now).alert


def test_features_alarm_when_many_of_them_moved_and_not_when_one_did() -> None:
    same = table()
    names = NAMES[:40]
    assert not signals.features_moved(names, same.raw[-1250:, :40]).alert
    one, many = same.raw.copy(), same.raw.copy()
    one[-250:, 3] = 99
    many[-250:, :8] = 99
    assert not signals.features_moved(names, one[-1250:, :40]).alert
    reading = signals.features_moved(names, many[-1250:, :40])
    assert (reading.alert, reading.value) == (True, 8 / 40)
    assert reading.words.startswith("8 of 40 features of the newest 250 changes")
    assert not signals.features_moved(names, table(size=300).raw[:, :40]).alert


def test_what_most_changes_have_none_of_alarms_nobody() -> None:
    rare = (np.random.default_rng(4).random((1250, 40)) < 0.1).astype(np.float32)
    assert not signals.features_moved(NAMES[:40], rare).alert
