"""Real training of small models: what is separable is learned, and the exported file says what was trained."""

import copy
import json
import random
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from scoring.errors import ScoringError
from scoring.models.matrix import open_session
from scoring.pretraining import align, weights
from scoring.pretraining.answers import causal, odds
from scoring.pretraining.examples import Example, drawn, examples, parts
from scoring.pretraining.pretrain import Family, Recipe, pretrain
from scoring.ranking.calibration import sigmoid
from scoring.text.graph import text_graph
from scoring.text.tokens import Tokens
from tests.scoring.pretraining.toys import READING, auc, changes, tokenizer

LEARNED, LATER = 240, 60
# what is enough here; an encoder begins slower
ALIGNMENT = {
    ("causal", 0): align.Recipe(12, 20, 3e-3), ("causal", 8): align.Recipe(6, 20, 1e-2, lora=8),
    ("masked", 0): align.Recipe(10, 20, 3e-3),
}  # fmt: skip


@cache
def base(family: Family) -> tuple[Any, Tokens]:
    """A model that was pre-trained on toy changes."""
    recipe = Recipe(family, "tiny", 500, window=READING.tokens, batch=16, epochs=3, rate=3e-3)
    with TemporaryDirectory() as work:
        model, tokens, told = pretrain(lambda: (each.text(READING) for each, _ in changes(LEARNED)), recipe, Path(work))
    assert told["validation loss"] < 4.5  # a guess among all its tokens is worth about 6
    return model, tokens


@cache
def made(family: Family, lora: int) -> align.Aligned:
    """The same, aligned."""
    model, tokens = base(family)
    known = examples(changes(LEARNED), READING, tokens)
    return align.align(copy.deepcopy(model), tokens, family, known, ALIGNMENT[family, lora], READING)


@pytest.mark.parametrize(("family", "lora"), list(ALIGNMENT))
def test_what_is_separable_is_learned_and_the_file_says_what_was_trained(family: Family, lora: int) -> None:
    fitted, later = made(family, lora), changes(LATER, 2)
    graph = text_graph(open_session(fitted.exported.graph, Path("here")), Path("here"))
    said = [graph.said(record) for record, _ in later]
    assert auc([each.log_odds for each in said], [fault for _, fault in later]) > 0.95
    ours = [fitted.log_odds(each) for each in examples(later, READING, fitted.tokens)]
    assert np.abs(sigmoid(np.array([each.log_odds for each in said])) - sigmoid(np.array(ours))).max() < 0.05
    assert fitted.figures["parity in single precision"] <= 1e-3
    if (family, lora) == ("causal", 0):
        assert min(each.mass for each in said) > 0.9  # it answers, and says nothing else


def test_lora_leaves_the_weights_below_it_as_they_were() -> None:
    model, tokens = base("causal")
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    trained = copy.deepcopy(model)
    known = examples(changes(40), READING, tokens)
    merged, _ = align.taught(trained, tokens, "causal", known, align.Recipe(1, 20, 1e-2, lora=4), READING)
    moved = {name for name, weight in merged.state_dict().items() if not torch.equal(weight, before[name])}
    assert moved == {name for name in before if name.endswith("_proj.weight")}


def test_eight_bits_rank_as_single_precision_does_or_are_not_kept() -> None:
    """On windows of all kinds: those of the toy are of two kinds, and within one there is nothing to rank."""
    model, tokens = base("causal")
    chance = random.Random(3)
    rows = [
        [tokens.open, *(chance.randrange(20, len(tokens)) for _ in range(chance.randint(4, 50)))] for _ in range(150)
    ]
    known = [Example(((*row, tokens.close),), False) for row in rows]
    figures = align.exported(copy.deepcopy(model), tokens, "causal", known, READING, {}).figures
    assert figures["parity in single precision"] <= 1e-3
    assert figures["rank correlation in eight bits"] >= 0.98
    assert figures["precision"] == "int8"


def test_the_score_is_the_share_of_one_among_the_two_answers() -> None:
    """P(1) / (P(0) + P(1)) over the whole vocabulary, and the mass P(0) + P(1)."""
    from transformers import LlamaConfig, LlamaForCausalLM

    tokens = tokenizer()
    torch.manual_seed(5)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2
        )
    ).eval()
    ids = [tokens.open, 40, 41, 42, tokens.close]
    with torch.no_grad():
        whole = torch.softmax(model(input_ids=torch.tensor([ids])).logits[0, -1], 0)
    zero, one = float(whole[tokens.no]), float(whole[tokens.yes])
    example = Example((tuple(ids),), True)
    (((said,), mass),) = odds(causal(model), [example], tokens, (tokens.no, tokens.yes), "cpu")
    assert 1 / (1 + np.exp(-said)) == pytest.approx(one / (zero + one), abs=1e-6)
    assert mass == pytest.approx(zero + one, abs=1e-6)


def test_filling_up_changes_nothing_of_what_is_said() -> None:
    fitted = made("causal", 0)
    known = examples(changes(12, 3), READING, fitted.tokens)
    longest = Example(((fitted.tokens.open, *[50] * 60, fitted.tokens.close),), False)
    alone = [fitted.log_odds(each) for each in known]

    with torch.no_grad():
        for each, said in zip(known, alone, strict=True):
            (together,) = parts([each, longest], fitted.tokens.pad, 10_000, "cpu")
            logits = fitted.answer(together)[: len(each.windows)]
            gaps = logits[:, fitted.tokens.yes] - logits[:, fitted.tokens.no]
            assert float(gaps.mean()) == pytest.approx(said, abs=1e-4)


def test_every_change_comes_once_before_any_comes_again() -> None:
    known = [Example(((n,),), False) for n in range(10)]
    drawn_at = [drawn(known, step, 4, 7) for step in range(5)]
    first = [each.windows[0][0] for step in drawn_at for each in step][:10]
    assert sorted(first) == list(range(10))
    assert drawn(known, 3, 4, 7) == drawn_at[3]


def test_the_file_carries_its_tokenizer_and_nothing_to_be_run(tmp_path: Path) -> None:
    graph = onnx.load_from_string(made("causal", 0).exported.graph)
    assert {each.key for each in graph.metadata_props} >= {"tokenizer", "reading"}
    assert {each.domain for each in graph.graph.node} <= {"", "ai.onnx", "com.microsoft"}
    (tmp_path / "model.onnx").write_bytes(made("causal", 0).exported.graph)
    asked = (
        "import sys; from pathlib import Path; from scoring.models.matrix import open_session;"
        "from scoring.text.graph import text_graph; from scoring.text.record import Record;"
        f"graph = Path({str(tmp_path / 'model.onnx')!r}).read_bytes();"
        "said = text_graph(open_session(graph, Path('x')), Path('x')).said(Record('Title'));"
        "print(said.windows, sorted({'torch', 'transformers', 'optimum', 'onnx'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "1 []\n"


def test_a_file_of_another_kind_is_refused_in_words(tmp_path: Path) -> None:
    whole = onnx.load_from_string(made("masked", 0).exported.graph)
    for change, words in (("tokenizer", "reads no text"), ("reading", "does not say how it reads")):
        broken = onnx.load_from_string(whole.SerializeToString())
        kept = [each for each in broken.metadata_props if each.key != change]
        del broken.metadata_props[:]
        broken.metadata_props.extend(kept)
        with pytest.raises(ScoringError, match=words):
            text_graph(open_session(broken.SerializeToString(), tmp_path), tmp_path)


def test_weights_come_back_from_their_folder_also_from_int8_by_row(tmp_path: Path) -> None:

    tokens = tokenizer()
    model = weights.new_causal(tokens, "tiny", 64)
    weights.write(tmp_path / "own", model, tokens, {"by": "a test"})
    again, same = weights.read(tmp_path / "own", causal=True)
    assert same.plain == tokens.plain
    assert all(torch.equal(one, other) for one, other in zip(model.parameters(), again.parameters(), strict=True))
    eight = tmp_path / "eight"
    eight.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (eight / name).write_bytes((tmp_path / "own" / name).read_bytes())
    arrays = {}
    for name, tensor in model.named_parameters():
        array = tensor.detach().numpy()
        if array.ndim == 1:
            arrays[name] = array
            continue
        scale = np.abs(array).max(1, keepdims=True) / 127
        arrays |= {f"{name}|q": np.round(array / scale).astype(np.int8), f"{name}|s": scale}
    np.savez(eight / "part.0.npz", **arrays)
    near, _ = weights.read(eight, causal=True)
    worst = max(
        float((one - other).abs().max()) for one, other in zip(model.parameters(), near.parameters(), strict=True)
    )
    assert 0 < worst < 1e-3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda folder: (folder / "model.safetensors").unlink(), "no weights"),
        (lambda folder: (folder / "config.json").write_text("{}"), "no weights of a causal model"),
        (
            lambda folder: (folder / "config.json").write_text(
                json.dumps(json.loads((folder / "config.json").read_text()) | {"intermediate_size": 32})
            ),
            "do not fit its config.json",
        ),
    ],
)
def test_a_folder_that_is_none_of_weights_is_refused_in_words(tmp_path: Path, change: object, words: str) -> None:
    weights.write(tmp_path, weights.new_causal(tokenizer(), "tiny", 64), tokenizer(), {})
    change(tmp_path)  # type: ignore[operator]
    with pytest.raises(ScoringError, match=words):
        weights.read(tmp_path, causal=True)


def test_an_encoder_is_asked_of_no_more_than_it_learned_to_read(tmp_path: Path) -> None:
    model = weights.new_masked(tokenizer(), "tiny", 32)
    known = examples(changes(6), READING, tokenizer())
    with pytest.raises(ScoringError, match="at most 32 tokens, not 64"):
        align.align(model, tokenizer(), "masked", known, align.Recipe(), READING)


def test_too_little_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="too little text"):
        pretrain(lambda: iter(["a b"]), replace(Recipe(), size="tiny", vocabulary=300), tmp_path)
