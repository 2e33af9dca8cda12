"""A suggested label: never a decision. How sure, why, and which labelled groups are most like it."""

from dataclasses import dataclass

from scoring.difftest.labels import Label
from scoring.difftest.record import Difference


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence; `quote` stands verbatim in the record, and is empty where the sentence counts something."""

    words: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    group: str
    label: Label
    likeness: float  # cosine, 0 to 1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`label` is None where the labeller abstains: a person decides. `confidence` is calibrated, None where it is not.

    `novel`: nothing that was labelled is like it.
    """

    label: Label | None
    confidence: float | None
    by: str
    probabilities: tuple[tuple[Label, float], ...] = ()
    reasons: tuple[Reason, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    novel: bool = False
    why_not: str = ""


def verbatim(reasons: tuple[Reason, ...], difference: Difference) -> tuple[Reason, ...]:
    """Without those whose quote is not in the record as it stands."""
    texts = (
        difference.description, difference.left or "", difference.right or "", *difference.calls, *difference.tags,
        *difference.test_logs, *difference.prod_logs,
    )  # fmt: skip
    return tuple(each for each in reasons if not each.quote or any(each.quote in text for text in texts))
