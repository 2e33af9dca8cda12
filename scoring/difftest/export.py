"""What fine-tuning reads: a chat a labelled group, and the parts of train, validation and test with no group on two."""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from random import Random
from typing import Any

from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.prompts import SYSTEM, answered, asked
from scoring.errors import ScoringError


def chat(labelled: Labelled, without: Collection[str] = ()) -> dict[str, Any]:
    """The form that fine-tuning endpoints read. Comments written with the label or later are not in it."""
    return {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": asked(labelled.group, without)},
            {"role": "assistant", "content": answered(labelled.label)},
        ]
    }


def parts(
    labelled: Sequence[Labelled], shares: tuple[float, float, float] = (0.6, 0.2, 0.2), seed: int = 1
) -> tuple[list[Labelled], list[Labelled], list[Labelled]]:
    """Train, validation and test with about the same shares of each label; a signature is in one part only.

    For fine-tuning, not for measuring: `evaluate` splits by release. Raises ScoringError for shares that are none.
    """
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise ScoringError("shares of train, validation and test are three numbers that add up to 1")
    together: dict[Hashable, list[Labelled]] = {}
    for each in labelled:
        together.setdefault(each.group.key.signature, []).append(each)
    split: tuple[list[Labelled], ...] = ([], [], [])
    for label in Label:
        _deal([each for each in together.values() if _most(each) is label], shares, split, Random(f"{seed} {label}"))  # noqa: S311 - no secret
    return split[0], split[1], split[2]


def _deal(
    signatures: list[list[Labelled]], shares: Sequence[float], split: Sequence[list[Labelled]], random: Random
) -> None:
    """Each signature to the part that is furthest behind its share of what was dealt."""
    random.shuffle(signatures)
    dealt = [0.0, 0.0, 0.0]
    for members in sorted(signatures, key=len, reverse=True):
        whole = sum(dealt) + len(members)
        place = max(range(3), key=lambda each: shares[each] * whole - dealt[each])
        dealt[place] += len(members)
        split[place].extend(members)


def _most(members: Sequence[Labelled]) -> Label:
    """What a signature was called most often."""
    counts = Counter(each.label for each in members)
    return max(Label, key=lambda each: counts[each])
