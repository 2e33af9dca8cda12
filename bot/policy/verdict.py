"""How opinions become one verdict.

The most restrictive wins; a proof or an approved exception caps what is not firm.
"""

from collections.abc import Iterable

from bot.policy.escalation import Escalation
from bot.policy.opinion import Opinion, Verdict


def combine(opinions: Iterable[Opinion], approved: Escalation | None) -> Verdict:
    """`approved` is an exception that stands now (`approval.approved`), or None."""
    return strictest(held_by(tuple(opinions), approved))


def strictest(opinions: Iterable[Opinion]) -> Verdict:
    return max((opinion.verdict for opinion in opinions), default=Verdict.PASS)


def held_by(opinions: tuple[Opinion, ...], approved: Escalation | None) -> tuple[Opinion, ...]:
    """The opinions that hold a change after everything that caps them."""
    capped = approved is not None or is_proven(opinions)
    return tuple(opinion for opinion in opinions if opinion.verdict > Verdict.PASS and (opinion.firm or not capped))


def is_proven(opinions: Iterable[Opinion]) -> bool:
    return any(opinion.proven for opinion in opinions)
