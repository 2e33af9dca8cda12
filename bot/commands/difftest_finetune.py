"""`codechill difftest finetune`: a labeller of one's own from a small causal model; needs the extra `text`."""

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.commands.difftest_named import known
from bot.commands.progress import progress_bar
from scoring.difftest.desk import Desk
from scoring.difftest.labeller import CLASSES, Labelled
from scoring.difftest.tuned import CARD, GRAPH, TOKENIZER, Card, calibrated
from scoring.difftest.tuned_text import Wording
from scoring.difftest.tuning import Lesson, Material, answers, material
from scoring.difftest.views import ALL
from scoring.errors import ScoringError
from scoring.pretraining.adapting import Adapted, Example, Recipe, adapt
from scoring.pretraining.answer_graph import exported, parity
from scoring.pretraining.weights import read
from scoring.text.tokens import Tokens

CHECKPOINT = "training.safetensors"
COMPARED = 50  # groups on which the export is compared


@click.option(
    "--base", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of a causal model: config.json, tokenizer.json and weights.",
)  # fmt: skip
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where it is written.")
@click.option("--release", help="Learn from this build and those before it; default: all.")
@click.option("--without", type=click.Choice(ALL), multiple=True, help="Leave an attribute out.")
@click.option("--words-only", is_flag=True, help="Read the attributes alone, not what was counted.")
@click.option(
    "--tokens", type=click.IntRange(16, 4096), default=Wording().tokens, show_default=True, help="Of a group."
)
@click.option("--rank", type=click.IntRange(1, 256), default=Recipe().rank, show_default=True)
@click.option("--epochs", type=click.IntRange(1, 1000), default=Recipe().epochs, show_default=True)
@click.option("--rate", type=click.FloatRange(0, 1, min_open=True), default=Recipe().rate, show_default=True)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Train no longer than this.")
@click.option("--seed", type=int, default=Recipe().seed, show_default=True)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def finetune(
    project: object, desk: Desk, base: Path, out: Path, release: str | None, without: Sequence[str], words_only: bool,
    tokens: int, rank: int, epochs: int, rate: float, minutes: float | None, seed: int, style: str,
) -> None:  # fmt: skip
    """Teach a small causal model the labels: low-rank adapters on its linear layers, its own weights unchanged.

    The newest release shows when to stop. What is written runs without torch: `suggest --labeller`, and `evaluate
    --labeller` on releases that come later. A GPU is used where there is one. Stopped by Ctrl-C, the same command goes
    on. Needs the extra `text`.
    """
    last = desk.releases.index(known(desk, release))
    labelled = [each for each in desk.labelled if each.release <= last]
    wording = Wording(tokens, not words_only, tuple(without))
    recipe = Recipe(rank, 2 * rank, epochs=epochs, rate=rate, minutes=minutes, seed=seed)
    about = finetuned(labelled, base, out, wording, recipe)
    click.echo(json.dumps(about, indent=2) if style == "json" else "\n".join(_told(about)))


def finetuned(labelled: Sequence[Labelled], base: Path, out: Path, wording: Wording, recipe: Recipe) -> dict[str, Any]:
    """Write a labeller to `out` and say what it came to. Raises ScoringError; after Ctrl-C the next call goes on."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("peft") is None:
        raise ScoringError("fine-tuning needs torch, which is not installed: pip install 'codechill[text]'")
    model, tokens = read(base, causal=True)
    asked, lessons = answers(tokens), material(labelled, wording, tokens, recipe.seed)
    learned, held = _examples(lessons.learned), _examples(lessons.held)
    out.mkdir(parents=True, exist_ok=True)
    try:
        with progress_bar("fine-tuning") as told:
            adapted = adapt(model, asked, learned, held, recipe, out / CHECKPOINT, told)
    except KeyboardInterrupt:
        click.echo("\nstopped: the same command goes on from here", err=True)
        sys.exit(130)
    about = _written(out, adapted, asked, lessons, wording, recipe, tokens)
    (out / CHECKPOINT).unlink(missing_ok=True)
    return about


def _told(about: Mapping[str, Any]) -> Iterator[str]:
    yield f"{about['folder']}: learnt from {about['learnt_from']} labelled groups, {about['held_out']} held out"
    yield (
        f"{about['learnt_numbers']:,} numbers learnt beside {about['base_numbers']:,} that stayed as they were (sha256 "
        f"{about['base_sha256'][:12]} before and after)"
    )
    yield (
        f"ended by {about['ended']!r} after {about['steps']} steps and {about['seconds']:.0f} s on {about['on']}; loss "
        f"held out {about['loss_held_out']:.3f}; exported within {about['parity']:.0e}"
    )


def _examples(lessons: Sequence[Lesson]) -> list[Example]:
    return [Example(each.ids, each.label, each.weight) for each in lessons]


def _written(
    out: Path, adapted: Adapted, asked: tuple[int, ...], lessons: Material, wording: Wording, recipe: Recipe,
    tokens: Tokens,
) -> dict[str, Any]:  # fmt: skip
    """Export, compare, and only then write."""
    import onnxruntime as ort

    graph = exported(adapted.model, asked, {TOKENIZER: tokens.plain})
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    worst = parity(adapted.model, asked, session, [each.ids for each in (*lessons.held, *lessons.learned)[:COMPARED]])
    temperature = calibrated(session, [(each.ids, each.label) for each in lessons.held])
    about = {
        "base_sha256": adapted.frozen,
        "base_numbers": adapted.base,
        "learnt_numbers": adapted.learnt,
        "recipe": asdict(recipe),
        "learnt_from": len(lessons.learned),
        "held_out": len(lessons.held),
        "loss_held_out": adapted.outcome.best,
        "steps": adapted.outcome.steps,
        "ended": adapted.outcome.stopped,
        "seconds": round(adapted.outcome.seconds, 1),
        "on": adapted.on,
        "parity": worst,
    }
    card = Card(
        hashlib.sha256(graph).hexdigest(),
        wording,
        temperature,
        len(lessons.learned),
        lessons.learnt,
        lessons.past,
        about,
    )
    for name, content in ((GRAPH, graph), (CARD, json.dumps(card.plain(), indent=1).encode() + b"\n")):
        draft = out / f"{name}.new"
        draft.write_bytes(content)
        draft.replace(out / name)
    return about | {"temperature": round(temperature, 3), "labels": list(CLASSES), "folder": str(out)}
