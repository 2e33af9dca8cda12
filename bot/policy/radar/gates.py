"""What a source's past has to look like before it lands anything: each gate alone keeps it out.

Few cases prove little, so rates are judged by the upper end of their one-sided 95 % interval.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.policy.candidate import Track
from bot.policy.config.auto_review import Gates
from bot.policy.text.words import percent
from scoring.learning.rates import upper


@dataclass(frozen=True, slots=True)
class Shut:
    """A gate that is not passed, and why: a sentence."""

    rule: str
    why: str


def shut(track: Track, gates: Gates) -> Iterator[Shut]:
    """Those that are not passed, in the order in which they are looked at."""
    within = f"in {gates.days} days"
    if track.incidents > gates.max_incidents:
        yield Shut("incidents", f"Changes of this source caused {track.incidents} incidents {within}.")
    if track.landed < gates.min_landed:
        yield Shut("landed", f"{track.landed} changes of this source landed {within}; {gates.min_landed} are needed.")
    for rule, words, part, whole, most in (
        ("revert_rate", "landed changes were reverted", track.reverted, track.landed, gates.max_revert_upper95),
        ("rejection_rate", "changes were rejected", track.rejected, track.judged, gates.max_rejection_upper95),
    ):
        bound = upper(part, whole)
        if bound > most:
            counted = f"{part} of its {whole} {words} {within}"
            yield Shut(rule, f"{counted}: up to {percent(bound)} with 95 % confidence, at most {percent(most)} may be.")


def names_tests(name: str, gates: Gates) -> bool:
    """Whether `test` is in a source's name: what writes tests must not judge itself. As a word of it, `latest` does
    not count, and `add-tests`, `unitTest` do."""
    if gates.test_name_match == "substring":
        return "test" in name.casefold()
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+", name)
    return any(word.casefold() in ("test", "tests", "testing", "tested", "tester") for word in words)
