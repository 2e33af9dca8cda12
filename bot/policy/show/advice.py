"""What an author is advised: only what changes the verdict in force, or the mildest level that holds the change."""

from collections.abc import Iterator, Mapping

from bot.policy.standing.level import among_riskiest
from bot.policy.text import words
from bot.policy.views import Advice
from scoring.assessment import Assessment, Suggestion

MOST = 2
CHECKED = "both were scored, and neither names what the other defines"


def freeing(risk: Assessment, share: float) -> Iterator[Advice]:
    """For a change that a gate of this share holds: what neither half of which it would hold."""
    for each in _disjoint(each for each in risk.suggestions if not among_riskiest(_worst(each), share)):
        yield Advice(f"{_move(each)}, both below the gate ({CHECKED})", each.subject)


def easing(risk: Assessment, levels: Mapping[str, float]) -> Iterator[Advice]:
    """For a change that nothing holds: what neither half of which the mildest level that would hold it would hold."""
    holding = sorted((share, name) for name, share in levels.items() if 0 < share < 1)
    mildest = next((each for each in holding if among_riskiest(risk.percentile, each[0])), None)
    if mildest is None:
        return
    share, name = mildest
    for each in _disjoint(each for each in risk.suggestions if not among_riskiest(_worst(each), share)):
        yield Advice(f"{_move(each)}, neither held at level {words.code(name)} any more ({CHECKED})", each.subject)


def _move(each: Suggestion) -> str:
    moved, stays = words.rank(each.moved), words.rank(each.stays)
    return f"Move {{subject}} to its own pull request: it would rank at {moved}, what stays at {stays}"


def _worst(each: Suggestion) -> float:
    return max(each.moved, each.stays)


def _disjoint(suggestions: Iterator[Suggestion]) -> Iterator[Suggestion]:
    """The best first, and no file named twice."""
    named: set[str] = set()
    taken = 0
    for each in suggestions:
        if taken < MOST and named.isdisjoint(each.paths):
            named.update(each.paths)
            taken += 1
            yield each
