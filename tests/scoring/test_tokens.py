"""The token model as a file: what it says as ONNX is what the weights say."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from histories import START, Step, build, lines
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.learning import train
from bot.commands.scoring import state_folder
from scoring.errors import ScoringError
from scoring.facts.lines import BITS
from scoring.facts.wording import SPACES, Ids
from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.history.vocabulary import Weights
from scoring.models.card import read_card
from scoring.models.corpus import corpus_of
from scoring.models.matrix import open_session
from scoring.models.registry import load
from scoring.models.tokens import TokenModel, learned_from, odds, tokens_graph
from scoring.ranking.calibration import sigmoid
from scoring.scorer import SHIPPED

DAY = 86400
words = st.lists(st.integers(0, (SPACES << BITS) - 1), max_size=12, unique=True).map(
    lambda ids: np.array(sorted(ids), dtype=np.uint32)
)


@pytest.fixture(scope="module")
def weights() -> Weights:
    draw = np.random.default_rng(5)
    changes = [np.unique(draw.integers(0, 400, 30)).astype(np.uint32) for _ in range(300)]
    return learned_from((ids, bool((ids < 20).sum() > 2)) for ids in changes)


@pytest.fixture(scope="module")
def graph(weights: Weights) -> bytes:
    return tokens_graph(weights)


@given(changes=st.lists(words, min_size=1, max_size=5))
def test_the_graph_says_what_the_weights_say(weights: Weights, graph: bytes, changes: list[Ids]) -> None:
    model = TokenModel(read_card(SHIPPED), open_session(graph, Path()))
    assert sigmoid(model.of_words(changes)) == pytest.approx(sigmoid(odds(weights, changes)), abs=1e-6)


def test_words_of_faults_are_told_from_others(weights: Weights) -> None:
    risky, calm = (np.arange(first, first + 20, dtype=np.uint32) for first in (0, 300))
    told = sigmoid(odds(weights, [risky, calm]))
    assert told[0] > 2 * told[1]


def test_a_token_model_is_trained_from_an_index_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    steps = [Step("Start", {"a.c": lines(3)}, "bob@x.org", START)]
    for number in range(25):
        steps.append(
            Step(f"Add {number}", {"a.c": b"danger(zone_%d);\n" % number}, "ann@x.org", START + 4 * number * DAY)
        )
        steps.append(Step(f'Revert "Add {number}"', {"a.c": lines(3)}, "bob@x.org", START + (4 * number + 2) * DAY))
    build(tmp_path / "repo", steps)
    train.main(
        ["--repo", str(tmp_path / "repo"), "--kind", "tokens", "--out", str(tmp_path / "model")], standalone_mode=False
    )
    model, history = load(tmp_path / "model"), History(tmp_path / "repo", state_folder(tmp_path / "repo"))
    assert (model.card.kind, model.card.parity < 1e-5) == ("tokens", True)
    added, reverted = model.logits(corpus_of(history, collect(history, "repo")).rows(49))
    assert added > reverted


def test_a_graph_of_another_kind_than_its_card_says_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "model")
    told = (tmp_path / "model" / "card.json").read_text().replace('"kind": "trees"', '"kind": "tokens"')
    (tmp_path / "model" / "card.json").write_text(told)
    with pytest.raises(ScoringError, match="takes no words, though its card says so"):
        load(tmp_path / "model")
