"""Changes in which a fault can be told by a word, and a tokenizer that was learned from them."""

import random
from collections.abc import Sequence
from functools import cache

from scoring.pretraining.vocabulary import learn
from scoring.text.reading import Reading
from scoring.text.record import Hunk, Record
from scoring.text.tokens import Tokens

NAMES = ("alpha", "beta", "gamma", "delta", "open", "close", "read", "write", "lock", "free")
READING = Reading(tokens=64, windows=2)


def change(chance: random.Random, *, fault: bool) -> Record:
    """A change of a few lines; one at fault frees something twice."""
    lines = [
        f"+  {chance.choice(NAMES)}({chance.choice(NAMES)}, {chance.randint(0, 99)});"
        for _ in range(chance.randint(1, 3))
    ]
    if fault:
        lines.insert(chance.randint(0, len(lines)), f"+  release_twice({chance.choice(NAMES)});")
    title = f"Change {chance.choice(NAMES)}"
    return Record(title, "Test plan: run it", (Hunk("--- a/x.c\n+++ b/x.c", "\n".join(["@@ int f(void)", *lines])),))


@cache
def changes(count: int, seed: int = 1) -> Sequence[tuple[Record, bool]]:
    """So many changes, a sixth of them at fault."""
    chance = random.Random(seed)
    return [(change(chance, fault=place % 6 == 0), place % 6 == 0) for place in range(count)]


@cache
def tokenizer() -> Tokens:
    return learn((record.text(READING) for record, _ in changes(240)), 500)


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    bad = [score for score, label in zip(scores, labels, strict=True) if label]
    good = [score for score, label in zip(scores, labels, strict=True) if not label]
    return sum((one > other) + 0.5 * (one == other) for one in bad for other in good) / (len(bad) * len(good))
