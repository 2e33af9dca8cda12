"""Low-rank adapters (Hu et al., 2022) on each linear layer of a causal model; what was there before stays as it was."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scoring.errors import ScoringError
from scoring.pretraining.device import device, named
from scoring.pretraining.loop import Outcome, Schedule, run


@dataclass(frozen=True, slots=True)
class Example:
    """`ids` are followed by the `answer`-th of the answers. `weight`: how much it counts, 1 on average."""

    ids: tuple[int, ...]
    answer: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an adaptation is made by."""

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.05
    batch: int = 16
    part: int = 8  # of them at once
    epochs: int = 10
    rate: float = 1e-3
    patience: int = 2  # epochs without gain on what is held out after which it ends
    minutes: float | None = None
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Adapted:
    """`model` has the adapters within its own weights. `frozen`: the digest of the base, the same before and after."""

    model: Any
    outcome: Outcome
    frozen: str
    base: int  # numbers that stayed
    learnt: int  # numbers that were learnt
    on: str  # which device


def adapt(
    model: Any,
    answers: Sequence[int],
    learned: Sequence[Example],
    held: Sequence[Example],
    recipe: Recipe,
    checkpoint: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Adapted:
    """Teach `model` which of `answers`, a token each, follows; ends where the loss on `held` no longer falls.

    A run that was stopped goes on from `checkpoint`. Raises ScoringError.
    """
    import torch
    from peft import LoraConfig, TaskType, get_peft_model

    if not learned or not held:
        raise ScoringError("There is nothing to learn from, or nothing to see by whether it helps.")
    where = device()
    config = LoraConfig(
        r=recipe.rank, lora_alpha=recipe.alpha, lora_dropout=recipe.dropout, target_modules="all-linear",
        task_type=TaskType.CAUSAL_LM,
    )  # fmt: skip
    torch.manual_seed(recipe.seed)  # adapters begin by chance
    adapted = get_peft_model(model, config).to(where)
    before, base, learnt = _frozen(adapted)
    steps = -(-len(learned) // recipe.batch)
    schedule = Schedule(
        steps * recipe.epochs, recipe.rate, minutes=recipe.minutes, look=steps, patience=recipe.patience,
        seed=recipe.seed,
    )  # fmt: skip
    outcome = run(
        adapted, _losses(adapted, answers, learned, recipe, where), schedule, checkpoint=checkpoint,
        identity=_identity(recipe, before, answers, learned, held), progress=progress,
        validate=lambda: _held_out(adapted, answers, held, recipe, where),
    )  # fmt: skip
    if outcome.best is None:  # time was up before the first look
        with torch.no_grad():
            outcome = replace(outcome, best=_held_out(adapted, answers, held, recipe, where))
    if _frozen(adapted)[0] != before:
        raise ScoringError("The weights of the base changed, which they must not; nothing was written.")
    merged = adapted.to("cpu").merge_and_unload()
    return Adapted(merged.eval(), outcome, before, base, learnt, named(where))


def _frozen(model: Any) -> tuple[str, int, int]:
    """The digest of what wants no gradient, how many numbers that are, and how many want one."""
    digest, base, learnt = hashlib.sha256(), 0, 0
    for name, weight in sorted(model.named_parameters()):
        if weight.requires_grad:
            learnt += weight.numel()
            continue
        base += weight.numel()
        digest.update(name.encode())
        digest.update(weight.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest(), base, learnt


def _losses(
    model: Any, answers: Sequence[int], learned: Sequence[Example], recipe: Recipe, where: Any
) -> Callable[[int], Iterator[Any]]:
    """The losses of a step; each epoch goes through all in an order of its own."""
    import numpy as np

    steps = -(-len(learned) // recipe.batch)

    def losses(step: int) -> Iterator[Any]:
        epoch, place = divmod(step, steps)
        order = np.random.default_rng((recipe.seed, epoch)).permutation(len(learned))
        batch = [learned[each] for each in order[place * recipe.batch : (place + 1) * recipe.batch]]
        whole = sum(each.weight for each in batch)
        for first in range(0, len(batch), recipe.part):
            part = batch[first : first + recipe.part]
            yield _loss(model, answers, part, where) / whole

    return losses


def _held_out(model: Any, answers: Sequence[int], held: Sequence[Example], recipe: Recipe, where: Any) -> float:
    parts = [held[first : first + recipe.part] for first in range(0, len(held), recipe.part)]
    return sum(float(_loss(model, answers, part, where)) for part in parts) / sum(each.weight for each in held)


def _loss(model: Any, answers: Sequence[int], part: Sequence[Example], where: Any) -> Any:
    """The weighted sum of cross-entropies among the answers alone."""
    import torch

    logits = answer_logits(model, answers, [each.ids for each in part], where)
    truth = torch.tensor([each.answer for each in part], device=where)
    weight = torch.tensor([each.weight for each in part], device=where)
    return (torch.nn.functional.cross_entropy(logits.float(), truth, reduction="none") * weight).sum()


def answer_logits(model: Any, answers: Sequence[int], rows: Sequence[Sequence[int]], where: Any) -> Any:
    """What `model` gives to each answer as the next token: one row a row, one column an answer."""
    import torch

    longest = max(map(len, rows))
    ids = torch.zeros((len(rows), longest), dtype=torch.long, device=where)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row, device=where)
        mask[place, : len(row)] = 1
    states = model.get_base_model().model if hasattr(model, "get_base_model") else model.model
    hidden = states(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    last = hidden[torch.arange(len(rows), device=where), mask.sum(dim=1) - 1]
    return last @ model.get_output_embeddings().weight[torch.tensor(answers, device=where)].T


def _identity(
    recipe: Recipe, base: str, answers: Sequence[int], learned: Sequence[Example], held: Sequence[Example]
) -> str:
    digest = hashlib.sha256(f"{recipe!r} {base} {list(answers)}".encode())
    for each in (*learned, *held):
        digest.update(repr(each).encode())
    return digest.hexdigest()
