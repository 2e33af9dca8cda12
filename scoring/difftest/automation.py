"""What needs no person: noise that was noise before, above a bar. Never a regression, never with a signal."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Bars:
    """How sure a team has to be. None: never without a person.

    `carried`: noise whose signature people called noise in an earlier release, and nothing else.
    `measured`: noise that production shows by itself when it is asked twice.
    """

    carried: float | None = 0.9
    measured: float | None = None


@dataclass(frozen=True, slots=True)
class Precedent:
    """What people called the signature in one earlier release, and in which patterns it came there."""

    label: Label
    patterns: frozenset[str]


def automatic(group: Group, suggestion: Suggestion, past: Sequence[Precedent], bars: Bars) -> str:
    """Why the group is noise without a person; "" where a person is asked."""
    if group.signals or suggestion.label is not Label.NOISE or suggestion.confidence is None:
        return ""
    if any(each.label is not Label.NOISE for each in past):
        return ""
    if bars.measured is not None and group.measured_noise and suggestion.confidence >= bars.measured:
        return f"production differs there by itself in {group.noisy} of {group.asked_twice} requests"
    if bars.carried is None or not past or suggestion.confidence < bars.carried or group.measured_noise is False:
        return ""
    known = frozenset[str]().union(*(each.patterns for each in past))
    return (
        ""
        if group.beyond(known)
        else f"people called it noise in {len(past)} earlier release{'s' if len(past) > 1 else ''}"
    )
