"""The shipped model and the regressions still find what they found: measured on a small frozen table, numbers only."""

from pathlib import Path

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.features import FEATURES
from scoring.history import frozen
from scoring.history.dataset import Dataset
from scoring.learning.evaluate import Scored, knows, report, require_same, score_all, unseen
from scoring.learning.metrics import auc, captured, safest
from scoring.models.model import Corpus
from scoring.models.registry import load
from scoring.scorer import SHIPPED

TABLE = Path(__file__).parent / "data" / "opensbi.npz"


@pytest.fixture(scope="module")
def table() -> Dataset:
    """2,199 changes of riscv-software-src/opensbi, which no shipped model has seen."""
    return frozen.read(TABLE, "opensbi")


@pytest.fixture(scope="module")
def scored(table: Dataset) -> Scored:
    return score_all(table, unseen(SHIPPED, Corpus(table)))


def test_the_table_has_the_columns_of_today(table: Dataset) -> None:
    # when this fails, freeze it again: codechill evaluate --repo opensbi --freeze tests/scoring/data/opensbi.npz
    assert table.columns == tuple(feature.name for feature in FEATURES)
    assert not knows(load(SHIPPED).card, table)


@pytest.mark.parametrize(
    ("model", "at_5", "at_10", "at_50", "area"),
    [("table1", 0.15, 0.15, 0.80, 0.70), ("shipped", 0.18, 0.38, 0.80, 0.77), ("blend", 0.20, 0.35, 0.78, 0.77)],
)
def test_quality_has_not_dropped(
    scored: Scored, model: str, at_5: float, at_10: float, at_50: float, area: float
) -> None:
    found = [captured(scored.test(model), scored.label, share) for share in (0.05, 0.10, 0.50)]
    assert found[0] >= at_5
    assert found[1] >= at_10
    assert found[2] >= at_50
    assert auc(scored.test(model), scored.label) >= area


def test_the_safest_quarter_is_safe(scored: Scored) -> None:
    assert safest(scored.test("blend"), scored.label, 0.25) <= 0.4


def test_ranks_on_a_chronological_split_are_not_too_good_to_be_true(scored: Scored) -> None:
    assert auc(scored.test("blend"), scored.label) < 0.85


def test_a_table_that_changed_after_scoring_is_refused(scored: Scored) -> None:
    scored.data.known_at.setflags(write=True)
    before = scored.data.known_at.copy()
    scored.data.known_at[0] = 0
    with pytest.raises(ScoringError, match="changed between models"):
        require_same([scored])
    scored.data.known_at[:] = before
    assert require_same([scored]) == scored.digest


def test_a_report_names_its_data_and_every_model(scored: Scored) -> None:
    told = report([scored])
    assert scored.digest in told
    assert [line.split(" | ")[0] for line in told.splitlines() if line.startswith(("| churn", "| blend |"))] == [
        "| churn",
        "| blend",
    ]


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"rubbish")
    with pytest.raises(ScoringError, match="is no frozen table"):
        frozen.read(tmp_path / "x.npz", "x")
    np.savez(tmp_path / "y.npz", raw=np.zeros(3))
    with pytest.raises(ScoringError, match="is no frozen table"):
        frozen.read(tmp_path / "y.npz", "y")
