"""Teach a model to say of a change whether it was at fault, and write it as ONNX.

A causal model is aligned: [DRS] the change [/DRS], then the token of the answer, which alone has a loss. An encoder
gets a head for the two answers. One time through, 64 changes a step (Abreu et al.); by LoRA or with all weights.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scoring.errors import ScoringError
from scoring.pretraining import answers, export
from scoring.pretraining.device import device, named
from scoring.pretraining.examples import Example
from scoring.pretraining.loop import Schedule, run
from scoring.pretraining.pretrain import Family, Report, silent
from scoring.text.reading import Reading
from scoring.text.tokens import Tokens

_COMPARED = 200  # windows on which an export is compared


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an alignment is made by."""

    epochs: float = 1.0  # more of them overfit
    batch: int = 64
    rate: float = 3e-4
    lora: int = 0  # the rank of what is learned beside the weights; 0: the weights themselves
    minutes: float | None = None
    look: int = 0  # steps between two looks at changes held out, the newest; 0: none are
    patience: int = 0
    held_out: float = 0.1
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Aligned:
    """A model that says how likely a change is at fault."""

    answer: answers.Answer
    tokens: Tokens
    targets: tuple[int, int]
    reading: Reading
    exported: export.Exported
    figures: dict[str, Any]

    def log_odds(self, example: Example) -> float:
        """As torch says it."""
        ((said, _),) = answers.odds(self.answer, [example], self.tokens, self.targets, "cpu")
        return max(said) if self.reading.pooling == "max" else float(np.mean(said))


def align(
    model: Any, tokens: Tokens, family: Family, known: Sequence[Example], recipe: Recipe, reading: Reading,
    checkpoint: Path | None = None, report: Report = silent,
) -> Aligned:  # fmt: skip
    """Train on labelled changes, in the order of their landing, and export. Raises ScoringError."""
    model, figures = taught(model, tokens, family, known, recipe, reading, checkpoint, report)
    return exported(model, tokens, family, known, reading, figures)


def taught(
    model: Any, tokens: Tokens, family: Family, known: Sequence[Example], recipe: Recipe, reading: Reading,
    checkpoint: Path | None = None, report: Report = silent,
) -> tuple[Any, dict[str, Any]]:  # fmt: skip
    """The trained model, on the processors, and how it was trained. Raises ScoringError."""
    where = device()
    _require_room(model, tokens, family, reading)
    model, targets = _ready(model, tokens, family, recipe)
    model.to(where)
    answer = _answer(_bare(model), family)
    cut = len(known) - (int(len(known) * recipe.held_out) if recipe.look else 0)

    def losses_of(part: Sequence[Example], batch: int) -> Any:
        return answers.loss_of(answer, part, targets, tokens.pad, batch, recipe.seed, where)

    batch = min(recipe.batch, cut)
    steps = max(1, round(recipe.epochs * cut / batch))
    schedule = Schedule(
        steps, recipe.rate, warmup=0.1, minutes=recipe.minutes, look=recipe.look, patience=recipe.patience,
        seed=recipe.seed,
    )  # fmt: skip
    validate = None
    if cut < len(known):
        held = losses_of(known[cut:], len(known) - cut)
        validate = lambda: float(sum(held(0)))  # noqa: E731
    outcome = run(
        model, losses_of(known[:cut], batch), schedule, checkpoint=checkpoint,
        identity=_identity(recipe, reading, known), validate=validate, progress=report("Aligning"),
    )  # fmt: skip
    figures = {
        "recipe": asdict(recipe), "changes": len(known), "faults": sum(each.fault for each in known),
        "steps": outcome.steps, "minutes": round(outcome.seconds / 60, 2), "loss": round(outcome.loss, 5),
        "validation loss": outcome.best, "stopped": outcome.stopped, "on": named(where), "reading": reading.plain(),
    }  # fmt: skip
    return _merged(model, recipe).to("cpu").eval(), figures


def exported(
    model: Any, tokens: Tokens, family: Family, known: Sequence[Example], reading: Reading, figures: dict[str, Any]
) -> Aligned:
    """A trained model with its ONNX file, compared on windows of `known`. Raises ScoringError."""
    answer, targets = _answer(model, family), _targets(tokens, family)
    compared = [Example((window,), each.fault) for each in known[-_COMPARED:] for window in each.windows][-_COMPARED:]
    said = answers.odds(answer, compared, tokens, targets, "cpu")
    windows, odds = [each.windows[0] for each in compared], [each[0] for each, _ in said]
    if not all(math.isfinite(each) for each in odds):
        raise ScoringError("Training went astray: the model says no numbers. Try a lower --rate.")
    notes = (tokens, reading)
    if family == "causal":
        vocabulary = model.get_output_embeddings().weight.detach().numpy()
        finish = export.answered(vocabulary, targets)
        made = export.exported(model.get_decoder(), "feature-extraction", finish, notes, windows, odds)
        mass = round(float(np.median([each for _, each in said])), 5)
        figures = figures | {"mass of the two answers, median": mass}
    else:
        made = export.exported(model, "text-classification", export.as_it_is, notes, windows, odds)
    return Aligned(answer, tokens, targets, reading, made, figures | made.figures)


def _answer(model: Any, family: Family) -> answers.Answer:
    return answers.causal(model) if family == "causal" else answers.classifying(model)


def _targets(tokens: Tokens, family: Family) -> tuple[int, int]:
    return (tokens.no, tokens.yes) if family == "causal" else (0, 1)


def _require_room(model: Any, tokens: Tokens, family: Family, reading: Reading) -> None:
    room = model.config.max_position_embeddings - (tokens.pad + 2 if family == "masked" else 0)
    if room < reading.tokens:
        raise ScoringError(f"These weights read windows of at most {room} tokens, not {reading.tokens}; see --tokens.")


def _ready(model: Any, tokens: Tokens, family: Family, recipe: Recipe) -> tuple[Any, tuple[int, int]]:
    """The model as it learns, and where its two answers stand."""
    if family == "masked":
        model = _classifier(model)
    if recipe.lora:
        from peft import LoraConfig, get_peft_model

        head = ["classifier"] if family == "masked" else None
        config = LoraConfig(
            r=recipe.lora, lora_alpha=2 * recipe.lora, target_modules="all-linear", modules_to_save=head
        )
        model = get_peft_model(model, config)
    return model, _targets(tokens, family)


def _classifier(masked: Any) -> Any:
    """The same encoder with a head for two answers instead of one for the vocabulary."""
    import torch
    from transformers import AutoModelForSequenceClassification

    config = type(masked.config).from_dict(masked.config.to_dict() | {"num_labels": 2})
    torch.manual_seed(7)
    model = AutoModelForSequenceClassification.from_config(config)
    body = {name: value for name, value in masked.state_dict().items() if name in model.state_dict()}
    if not body:
        raise ScoringError("The encoder to start from has another shape than it says; pre-train it again.")
    model.load_state_dict(body, strict=False)
    return model


def _bare(model: Any) -> Any:
    """The model under what LoRA laid around it."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _merged(model: Any, recipe: Recipe) -> Any:
    return model.merge_and_unload() if recipe.lora else model


def _identity(recipe: Recipe, reading: Reading, known: Sequence[Example]) -> str:
    # a stopped run may go on with another limit of time
    digest = hashlib.sha256(repr((sorted(asdict(replace(recipe, minutes=None)).items()), reading.plain())).encode())
    for each in known:
        digest.update(repr((each.windows, each.fault)).encode())
    return digest.hexdigest()
