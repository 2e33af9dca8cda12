"""What a model says behind the closing marker, and the loss of it: of the answer alone, of nothing before.

A causal model says it over its whole vocabulary, where "0" and "1" are two tokens of many (Abreu et al., Diff Risk
Score: risk alignment); an encoder over the two answers.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scoring.pretraining.examples import Example, Part, drawn, parts
from scoring.text.tokens import Tokens

MOST = 16_384  # tokens at once, for the memory of a small machine
Answer = Callable[[Part], Any]  # a part -> (rows, answers) logits


def causal(model: Any) -> Answer:
    """The next token behind the closing marker of each row: (rows, vocabulary)."""

    def answer(part: Part) -> Any:
        import torch

        body = model.get_decoder()
        hidden = body(input_ids=part.ids, attention_mask=part.there, use_cache=False).last_hidden_state
        last = hidden[torch.arange(len(part.last), device=hidden.device), part.last]
        return model.get_output_embeddings()(last)

    return answer


def classifying(model: Any) -> Answer:
    """The two answers of each row: (rows, 2)."""
    return lambda part: model(input_ids=part.ids, attention_mask=part.there).logits


def loss_of(
    answer: Answer, known: Sequence[Example], targets: tuple[int, int], pad: int, batch: int, seed: int, where: Any,
    most: int = MOST,
) -> Callable[[int], Iterator[Any]]:  # fmt: skip
    """The losses of a step: cross-entropy of the answers of so many changes. `targets` are those for 0 and for 1."""
    import torch

    named = torch.tensor(targets, device=where)

    def losses(step: int) -> Iterator[Any]:
        for part in parts(drawn(known, step, batch, seed), pad, most, where):
            each = torch.nn.functional.cross_entropy(answer(part).float(), named[part.fault], reduction="none")
            yield (each * part.weight).sum() / batch

    return losses


def odds(
    answer: Answer, known: Sequence[Example], tokens: Tokens, targets: tuple[int, int], where: Any
) -> list[tuple[list[float], float]]:
    """(the log-odds of each window, the least mass of the two answers) of each change, in order."""
    import torch

    said = []
    with torch.no_grad():
        for each in known:
            logits = torch.cat([answer(part).float() for part in parts([each], tokens.pad, 1, where)])
            # `parts` sorts by length, and the order of windows does not matter to what they are pooled to
            share = torch.logsumexp(logits[:, list(targets)], 1) - torch.logsumexp(logits, 1)
            gap = logits[:, targets[1]] - logits[:, targets[0]]
            said.append((gap.tolist(), float(share.exp().min())))
    return said
