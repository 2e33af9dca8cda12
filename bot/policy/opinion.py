"""What a rule thinks, and how opinions become one verdict.

The most restrictive wins; a proof or an approved exception caps what is not firm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from bot.plain import ByName
from bot.policy.escalation import Escalation


class Verdict(ByName, IntEnum):
    """Ordered: the larger is the more restrictive."""

    PASS = 0
    BLOCK = 1


@dataclass(frozen=True, slots=True)
class Opinion:
    """One rule's view of one pull request."""

    rule: str
    verdict: Verdict = Verdict.PASS
    words: str = ""  # one calm sentence for people; plain text, nothing quoted from outside
    until: datetime | None = None  # when it stops holding by itself; None: open end, or nothing to wait for
    firm: str = ""  # what follows "held" in a headline: neither a proof nor an approved exception lifts it
    proven: bool = False  # a proof that the change is harmless: caps what rests on risk, never on configuration errors


def combine(opinions: Iterable[Opinion], approved: Escalation | None) -> Verdict:
    """`approved` is an exception that stands now (`standing.approval.approved`), or None."""
    return strictest(held_by(tuple(opinions), approved))


def strictest(opinions: Iterable[Opinion]) -> Verdict:
    return max((opinion.verdict for opinion in opinions), default=Verdict.PASS)


def held_by(opinions: tuple[Opinion, ...], approved: Escalation | None) -> tuple[Opinion, ...]:
    """The opinions that hold a change after everything that caps them."""
    capped = approved is not None or is_proven(opinions)
    return tuple(opinion for opinion in opinions if opinion.verdict > Verdict.PASS and (opinion.firm or not capped))


def is_proven(opinions: Iterable[Opinion]) -> bool:
    return any(opinion.proven for opinion in opinions)
