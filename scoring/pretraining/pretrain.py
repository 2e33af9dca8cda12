"""Pre-train a small model on changes themselves: a causal one on what comes next, an encoder on what is hidden."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from scoring.errors import ScoringError
from scoring.pretraining import objectives, stream, weights
from scoring.pretraining.device import device, named
from scoring.pretraining.loop import Outcome, Schedule, run
from scoring.pretraining.vocabulary import learn
from scoring.text.tokens import Tokens

Family = Literal["causal", "masked"]
Report = Callable[[str], Callable[[int, int], None]]  # what is done -> where (done, total) is told


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a pre-training is made by."""

    family: Family = "causal"
    size: str = "small"
    vocabulary: int = 8192
    window: int = 512
    batch: int = 64  # windows a step
    part: int = 8  # of them at once
    epochs: float = 1.0  # times through all texts
    rate: float = 6e-4
    minutes: float | None = None
    look: int = 200
    seed: int = 7


def silent(label: str) -> Callable[[int, int], None]:
    """Report nothing."""
    return lambda done, total: None


def pretrain(
    texts: Callable[[], Iterable[str]], recipe: Recipe, work: Path, start: Path | None = None, report: Report = silent
) -> tuple[Any, Tokens, dict[str, Any]]:
    """(model, tokenizer, what was done) after training on `texts`, which are read twice at most.

    `work` keeps the tokens and the checkpoint: called again with the same texts and recipe, it goes on there. `start`
    is a folder of weights to begin with. Raises ScoringError.
    """
    work.mkdir(parents=True, exist_ok=True)
    model, tokens = _begun(texts, recipe, work, start)
    path = work / "tokens.u32"
    if not path.exists():
        read = report("Reading changes as tokens")
        stream.write(texts(), tokens, path, lambda done: read(done, done))
    if path.stat().st_size < 4 * 64:
        raise ScoringError("There is too little text to learn from: name more histories.")
    where = device()
    model.to(where)
    learned, held = stream.opened(path, recipe.window)
    recipe = replace(recipe, batch=min(recipe.batch, max(1, len(learned))))

    def losses_of(row: stream.Stream) -> Any:
        if recipe.family == "causal":
            return objectives.next_token(model, row, recipe.batch, recipe.part, where)
        return objectives.hidden_token(model, tokens, row, recipe.batch, recipe.part, where)

    steps = max(1, round(recipe.epochs * len(learned) / recipe.batch))
    schedule = Schedule(
        steps, recipe.rate, decay=0.1, minutes=recipe.minutes, look=min(recipe.look, steps), seed=recipe.seed
    )
    outcome = run(
        model, losses_of(learned), schedule, checkpoint=work / "pretraining.safetensors",
        identity=_identity(recipe, path), validate=objectives.on_held_out(losses_of, held, recipe.batch),
        progress=report("Pre-training"),
    )  # fmt: skip
    told = _told(recipe, outcome, len(learned), named(where))
    if outcome.best is None:  # it was stopped before the first look
        told["validation loss"] = objectives.on_held_out(losses_of, held, recipe.batch)()
    return model, tokens, told


def _begun(texts: Callable[[], Iterable[str]], recipe: Recipe, work: Path, start: Path | None) -> tuple[Any, Tokens]:
    if start:
        return weights.read(start, causal=recipe.family == "causal")
    kept = work / "tokenizer.json"
    if not kept.exists():
        kept.write_text(learn(texts(), recipe.vocabulary).plain, "utf-8")
    tokens = Tokens(kept.read_text("utf-8"))
    made = weights.new_causal if recipe.family == "causal" else weights.new_masked
    return made(tokens, recipe.size, recipe.window, recipe.seed), tokens


def _identity(recipe: Recipe, path: Path) -> str:
    # a stopped run may go on with another limit of time
    digest = hashlib.sha256(repr(sorted(asdict(replace(recipe, minutes=None)).items())).encode())
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _told(recipe: Recipe, outcome: Outcome, windows: int, where: str) -> dict[str, Any]:
    return {
        "recipe": asdict(recipe), "tokens": windows * recipe.window, "steps": outcome.steps, "on": where,
        "minutes": round(outcome.seconds / 60, 2), "validation loss": outcome.best, "stopped": outcome.stopped,
    }  # fmt: skip
