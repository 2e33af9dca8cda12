"""The server and the replay of its past fit a repository's own regression at the same moments: one rule says which."""

import inspect

from hypothesis import given
from hypothesis import strategies as st

from bot.backtest import scores
from scoring.models import correction
from scoring.models.refit import is_due, next_fit
from scoring.ranking.quantiles import BLOCK


def moments(start: int, size: int, step: int) -> list[int]:
    """At which sizes of the history somebody fits who looks every `step` changes."""
    fits: list[int] = []
    for changes in range(start, size + 1, step):
        if is_due(changes, fits[-1] if fits else 0):
            fits.append(changes)
    return fits


def test_a_tenth_more_changes_are_needed_in_steps_of_a_block() -> None:
    assert [next_fit(last) for last in (0, 200, 250, 2500, 2740, 10_000)] == [0, 250, 500, 2750, 2750, 11_000]
    assert moments(250, 3500, 1) == [*range(250, 2751, 250), 3250]


@given(st.integers(1, 30))
def test_who_looks_at_every_change_and_who_looks_at_blocks_fit_at_the_same_moments(late: int) -> None:
    """A server may look a few changes late: its moments, rounded down to blocks, are those of the replay."""
    replay = moments(BLOCK, 20_000, BLOCK)
    server = [changes // BLOCK * BLOCK for changes in moments(BLOCK, 20_000 + late, late)]
    assert server == replay


def test_both_ask_the_one_rule() -> None:
    assert "is_due(row, last)" in inspect.getsource(scores)
    assert 'is_due(len(history), told["rows"])' in inspect.getsource(correction)
    assert scores.is_due is correction.is_due is is_due
