"""A labeller of differences from a small causal model: what learns, what stays, and what is served of it."""

import hashlib
import json
import os
import signal
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from bot.__main__ import main
from scoring.difftest.labels import Label
from scoring.difftest.project import Project
from scoring.difftest.record import Origin
from scoring.difftest.tuned import Tuned
from scoring.difftest.word_table import WordTable
from scoring.errors import ScoringError
from scoring.pretraining import weights
from scoring.pretraining.adapting import Adapted, Example, Recipe, adapt, answer_logits
from scoring.pretraining.vocabulary import learn
from scoring.text.tokens import Tokens
from tests.scoring.difftest.records import releases

WORDS = ("noise", "feature", "regression")
TEXTS = [f"{word} {each.description} {each.field}" for word in WORDS for each in releases(2)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows nothing."""
    folder = tmp_path_factory.mktemp("base")
    tokens = learn(TEXTS, 400)
    weights.write(folder, weights.new_causal(tokens, "tiny", 128), tokens, {})
    return folder


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def examples(tokens: Tokens) -> tuple[list[Example], list[int]]:
    """Three texts a label, of which each is of one label."""
    texts = {0: "header.date masked", 1: "body.beta added", 2: "status 200→500"}
    rows = [
        Example((tokens.open, *tokens.ids(f"{text} {place}"), tokens.close), label)
        for label, text in texts.items()
        for place in range(3)
    ]
    return rows, [tokens.ids(word)[0] for word in WORDS]


def adapted(base: Path, work: Path, recipe: Recipe, stop_at: int = 0) -> tuple[Adapted, list[Example], list[int]]:
    model, tokens = weights.read(base, causal=True)
    rows, asked = examples(tokens)

    def progress(done: int, total: int) -> None:
        if done == stop_at:
            os.kill(os.getpid(), signal.SIGINT)

    return adapt(model, asked, rows, rows, recipe, work / "training.safetensors", progress), rows, asked


def test_a_tiny_model_learns_by_its_adapters_alone_and_its_own_weights_stay(base: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, TaskType, get_peft_model

    before = digest(base)
    model, _ = weights.read(base, causal=True)
    learning = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type=TaskType.CAUSAL_LM))
    names = [name for name, weight in learning.named_parameters() if weight.requires_grad]
    assert all(".lora_A." in name or ".lora_B." in name for name in names)
    linear = [name for name, part in learning.named_modules() if name.endswith("_proj") and hasattr(part, "lora_A")]
    assert len(names) == 2 * len(linear) == 2 * 7 * 2  # two matrices each, of the seven linear layers of two blocks
    one, rows, asked = adapted(base, tmp_path, Recipe(batch=9, part=9, epochs=40, patience=0, rate=3e-2, dropout=0.0))
    said = answer_logits(one.model, asked, [each.ids for each in rows], torch.device("cpu")).argmax(dim=1)
    assert said.tolist() == [each.answer for each in rows]
    assert one.outcome.best is not None
    assert one.outcome.best < 0.5  # it knew nothing: log 3
    assert one.learnt < one.base
    assert digest(base) == before


def test_a_run_that_was_stopped_goes_on_and_comes_to_the_same(base: Path, tmp_path: Path) -> None:
    recipe = Recipe(batch=3, epochs=3, patience=0)
    (tmp_path / "whole").mkdir()
    whole, rows, asked = adapted(base, tmp_path / "whole", recipe)
    with pytest.raises(KeyboardInterrupt):
        adapted(base, tmp_path, recipe, stop_at=4)
    parted, _, _ = adapted(base, tmp_path, recipe)
    ids = [each.ids for each in rows]
    both = [answer_logits(each.model, asked, ids, torch.device("cpu")) for each in (whole, parted)]
    assert torch.equal(*both)


def test_it_ends_where_what_is_held_out_gains_no_more(base: Path, tmp_path: Path) -> None:
    one, _, _ = adapted(base, tmp_path, Recipe(batch=9, epochs=200, rate=0.5, patience=2, dropout=0.0))
    assert one.outcome.stopped == "no gain"
    assert one.outcome.steps < 200


def test_however_little_time_there_is_what_was_learnt_by_then_is_measured(base: Path, tmp_path: Path) -> None:
    one, _, _ = adapted(base, tmp_path, Recipe(batch=3, epochs=100, minutes=0.0005))
    assert one.outcome.stopped == "time"
    assert one.outcome.best is not None


def test_a_checkpoint_of_other_settings_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        adapted(base, tmp_path, Recipe(batch=3, epochs=3), stop_at=1)
    with pytest.raises(ScoringError, match="other settings"):
        adapted(base, tmp_path, Recipe(batch=3, epochs=4))


@pytest.fixture(scope="module")
def tuned(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of five releases, and a labeller that learnt from the first three and saw the fourth."""
    folder = tmp_path_factory.mktemp("project")
    Project.open(folder, make=True).add(releases(5), Origin())
    arguments = ["finetune", "--base", str(base), "--out", str(folder / "own"), "--release", "v3"]
    outcome = CliRunner().invoke(
        main, ["difftest", *arguments, "--project", str(folder), "--tokens", "128", "--epochs", "8", "--rate", "0.01"]
    )
    assert outcome.exit_code == 0, outcome.output
    assert "stayed as they were" in outcome.output
    return folder


def test_what_was_fine_tuned_is_served_without_torch_and_measured_on_the_next_release(tuned: Path) -> None:
    shown = CliRunner().invoke(
        main, ["difftest", "evaluate", "--project", str(tuned), "--labeller", str(tuned / "own"), "--format", "json"]
    )
    assert shown.exit_code == 0, shown.output
    releases_of = {name: by for name, by in json.loads(shown.stdout)["releases"].items() if "fine-tuned own" in by}
    assert list(releases_of) == ["v4"]
    assert float(releases_of["v4"]["fine-tuned own"]["groups"]["accuracy"]) > float(
        releases_of["v4"]["majority"]["groups"]["accuracy"]
    )
    said = CliRunner().invoke(
        main, ["difftest", "suggest", "--project", str(tuned), "--labeller", str(tuned / "own"), "--release", "v4"]
    )
    assert said.exit_code == 0, said.output


def test_its_card_tells_what_it_learnt_and_its_confidences_are_of_the_three_labels(tuned: Path) -> None:
    card = json.loads((tuned / "own" / "labeller.json").read_text("utf-8"))
    assert card["learnt"] == ["v0", "v1", "v2", "v3"]
    assert card["about"]["parity"] < 1e-3
    assert not (tuned / "own" / "training.safetensors").exists()
    one = Tuned.open(tuned / "own")
    group = Project.open(tuned).groups()[0]
    suggestion = one.suggest(group)
    assert [label for label, _ in suggestion.probabilities] == list(Label)
    assert sum(chance for _, chance in suggestion.probabilities) == pytest.approx(1.0)
    assert suggestion == one.suggest(group)


def test_a_graph_that_its_card_does_not_tell_of_is_refused(tuned: Path, tmp_path: Path) -> None:
    for name in ("labeller.json", "labeller.onnx"):
        (tmp_path / name).write_bytes((tuned / "own" / name).read_bytes())
    (tmp_path / "labeller.onnx").write_bytes((tmp_path / "labeller.onnx").read_bytes() + b"\0")
    with pytest.raises(ScoringError, match="not the one that its card tells of"):
        Tuned.open(tmp_path)


def test_a_table_of_words_puts_texts_that_share_words_near_each_other(base: Path) -> None:
    tokens = Tokens((base / "tokenizer.json").read_text("utf-8"))
    table = torch.randn(len(tokens), 16, generator=torch.Generator().manual_seed(1)).numpy()
    rows = WordTable(table, base / "tokenizer.json", "toy").embed(["header.date", "header.date masked", "status", ""])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert rows[3].tolist() == [0.0] * 16
