"""A group as the tokens that a fine-tuned labeller reads: what it learnt with, it is asked with."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scoring.difftest.groups import Group
from scoring.difftest.labeller import Past
from scoring.difftest.vectors import facts
from scoring.difftest.views import ALL, attributes, masked_text
from scoring.errors import ScoringError
from scoring.text.tokens import Tokens

FACTS = "facts"
_CHARACTERS = 6  # of a token at most, about: what is longer for sure is cut before it is read


@dataclass(frozen=True, slots=True)
class Wording:
    """`facts`: also what was counted, as the local labeller has it; without them it reads what the paper's did."""

    tokens: int = 256  # of one group, markers among them
    facts: bool = True
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.tokens < 16 or set(self.without) - set(ALL):
            raise ScoringError(f"a labeller reads 16 tokens and more of some of {', '.join(ALL)}")

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def window(group: Group, past: Past, wording: Wording, tokens: Tokens) -> list[int]:
    """Its attributes between the markers, each as long as the others leave it room; one that is empty has none.

    `past`: what earlier releases called each signature, as known then.
    """
    room = wording.tokens - 2
    texts = masked_text(attributes(group, wording.without))
    if wording.facts:
        texts[FACTS] = _told(facts(group, past.get(group.key.signature, {})))
    parts = [tokens.ids(f"\n{name}: {text[: room * _CHARACTERS]}") for name, text in texts.items() if text.strip()]
    shares = shared([len(each) for each in parts], room)
    body = [token for part, share in zip(parts, shares, strict=True) for token in part[:share]]
    return [tokens.open, *body, tokens.close]


def shared(lengths: Sequence[int], room: int) -> list[int]:
    """So much of each: none takes more than an equal share while another lacks room."""
    shares = [0] * len(lengths)
    for left, place in enumerate(sorted(range(len(lengths)), key=lambda each: lengths[each])):
        shares[place] = min(lengths[place], (room - sum(shares)) // (len(lengths) - left))
    return shares


def _told(counted: Mapping[str, float]) -> str:
    return "; ".join(name if value == 1 else f"{name} {value:.1f}" for name, value in counted.items() if value > 0)
