"""What is learned from a row of tokens: the next one, or those that were hidden."""

from collections.abc import Callable, Iterator
from typing import Any

from scoring.pretraining.stream import Stream
from scoring.text.tokens import Tokens

HIDDEN = 0.15  # share of the tokens that an encoder guesses (Devlin et al., 2019)


def next_token(model: Any, stream: Stream, batch: int, part: int, where: Any) -> Callable[[int], Iterator[Any]]:
    """The losses of a step: cross-entropy of every token after the first of each window."""

    def losses(step: int) -> Iterator[Any]:
        for first in range(0, batch, part):
            count = min(part, batch - first)
            ids = _tensor(stream.windows(step * batch + first, count), where)
            yield model(input_ids=ids, labels=ids, use_cache=False).loss * (count / batch)

    return losses


def hidden_token(
    model: Any, tokens: Tokens, stream: Stream, batch: int, part: int, where: Any
) -> Callable[[int], Iterator[Any]]:
    """The losses of a step: cross-entropy of hidden tokens: eight in ten are masked, one is another, one stays."""
    import torch

    def losses(step: int) -> Iterator[Any]:
        for first in range(0, batch, part):
            count = min(part, batch - first)
            ids = _tensor(stream.windows(step * batch + first, count), where)
            ids[:, 0], ids[:, -1] = tokens.open, tokens.close
            chance = torch.rand(ids.shape, device=where)
            asked = (chance < HIDDEN) & (ids != tokens.open) & (ids != tokens.close)
            shown = torch.where(asked & (chance < 0.8 * HIDDEN), torch.full_like(ids, tokens.mask or 0), ids)
            other = torch.randint(len(tokens), ids.shape, device=where)
            shown = torch.where(asked & (chance > 0.9 * HIDDEN), other, shown)
            labels = torch.where(asked, ids, torch.full_like(ids, -100))
            yield model(input_ids=shown, labels=labels).loss * (count / batch)

    return losses


def on_held_out(
    losses_of: Callable[[Stream], Callable[[int], Iterator[Any]]], stream: Stream, batch: int
) -> Callable[[], float]:
    """The mean loss over the end that is never learned from, the same windows every time."""
    import torch

    losses, steps = losses_of(stream), max(1, min(20, len(stream) // batch))

    def measure() -> float:
        torch.manual_seed(0)
        with torch.no_grad():
            return sum(float(sum(losses(step))) for step in range(steps)) / steps

    return measure


def _tensor(array: Any, where: Any) -> Any:
    import torch

    return torch.from_numpy(array).to(where)
