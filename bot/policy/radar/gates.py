"""What a source's past has to look like before it lands anything: each gate alone keeps it out.

Few cases prove little, so rates are judged by the upper end of their one-sided 95 % interval.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.policy.candidate import Track
from bot.policy.config.auto_review import Gates
from bot.policy.text.words import counted, percent
from scoring.learning.rates import upper


@dataclass(frozen=True, slots=True)
class Shut:
    """What is not passed, and why: a sentence."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate, with what it looks at: a number beside what is needed or allowed. `bound` is the upper end of the
    interval of `part` among `whole`; None: it is about a count."""

    rule: str
    name: str  # for people
    shut: bool
    why: str  # it is shut: a sentence
    part: int
    whole: int | None = None
    bound: float | None = None
    least: int | None = None
    most: float = 0.0


def gates(track: Track, limits: Gates) -> Iterator[Gate]:
    """All of them, in the order in which they are looked at."""
    within, landed = f"in {limits.days} days", track.landed
    why = f"Changes of this source caused {counted(track.incidents, 'incident')} {within}."
    shut_by = track.incidents > limits.max_incidents
    yield Gate("incidents", "incidents", shut_by, why, track.incidents, most=limits.max_incidents)
    why = f"{counted(landed, 'change')} of this source landed {within}; {limits.min_landed} are needed."
    yield Gate("landed", "landed", landed < limits.min_landed, why, landed, least=limits.min_landed)
    for rule, name, words, part, whole, most in (
        ("revert_rate", "reverted", "landed changes were reverted", track.reverted, landed, limits.max_revert_upper95),
        ("rejection_rate", "rejected", "changes were rejected", track.rejected, track.judged,
         limits.max_rejection_upper95),
    ):  # fmt: skip
        bound = upper(part, whole)
        record = f"{part} of its {whole} {words} {within}"
        why = f"{record}: up to {percent(bound)} with 95 % confidence, at most {percent(most)} may be."
        yield Gate(rule, name, bound > most, why, part, whole, bound, most=most)


def shut(track: Track, limits: Gates) -> Iterator[Shut]:
    """Those that are not passed."""
    return (Shut(gate.rule, gate.why) for gate in gates(track, limits) if gate.shut)


def names_tests(name: str, gates: Gates) -> bool:
    """Whether `test` is in a source's name: what writes tests must not judge itself. As a word of it, `latest` does
    not count, and `add-tests`, `unitTest` do."""
    if gates.test_name_match == "substring":
        return "test" in name.casefold()
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+", name)
    return any(word.casefold() in ("test", "tests", "testing", "tested", "tester") for word in words)
