"""The server and the replay of its past fit a repository's own regression at the same moments: one rule says which."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backtest import scores
from scoring.models import correction
from scoring.models.own import columns
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


class Grown:
    """A history of so many changes whose last fit was made at 2,600; the fields that `correction` asks for."""

    reported = ""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size
        fitted = {"rows": 2600, "columns": columns(), "faults": 40, "corrects": "c0ffee", "incidents": ""}
        (folder / "own.json").write_text(json.dumps(fitted))

    def __len__(self) -> int:
        return self.size

    def labelled(self) -> int:
        return 40


def test_the_server_asks_it(tmp_path: Path) -> None:
    shipped = SimpleNamespace(card=SimpleNamespace(onnx_sha256="c0ffee", sources=()))
    due = [correction.due(Grown(tmp_path, size), shipped) for size in (2600, 2749, 2750, 9000)]  # type: ignore[arg-type]
    assert due == [False, False, True, True]


def test_the_replay_asks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(scores, "is_due", lambda row, last: bool(asked.append((row, last))))
    table = SimpleNamespace(shas=range(1000))
    assert [each.first for each in scores._fit(table, None, None)] == [0]  # type: ignore[arg-type]
    assert asked == [(250, 0), (500, 0), (750, 0)]
