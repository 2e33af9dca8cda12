"""After each incident of a change that landed by itself: would a person have caught it? Asked, kept and counted."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.policy.incidents.claim import Claim
from bot.store import Hindsight, Landing
from bot.store.slots import Slot


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmed incident of a change that landed by itself, and what was said of it; None: nobody did yet."""

    claim: Claim
    number: int
    said: Hindsight | None


def questions(
    claims: Iterable[Claim], slots: Collection[Slot], landings: Mapping[int, Landing], said: Mapping[int, Hindsight]
) -> tuple[Question, ...]:
    """Of one repository, by claim."""
    alone = {slot.number for slot in slots if slot.number in landings}
    asked = []
    for claim in claims:
        number = _number(claim, alone, landings)
        if claim.is_label and claim.kind == "incident" and number is not None:
            asked.append(Question(claim, number, said.get(claim.id)))
    return tuple(asked)


def _number(claim: Claim, alone: Collection[int], landings: Mapping[int, Landing]) -> int | None:
    if claim.cause is not None and claim.cause.number in alone:
        return claim.cause.number
    return next((number for number in sorted(alone) if landings[number].sha in claim.commits), None)
