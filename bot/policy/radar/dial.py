"""How far a source may go: up one step when a person accepts what its record speaks for, down by itself.

shadow -> P5 -> P10 -> P20 -> P25 -> P50. Each step is judged by what landed by itself at it: enough of it, old enough
that a fault would have shown, and the upper end of its interval below what is allowed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from bot.policy.candidate import Dial, SourceKey, Track
from bot.policy.config import FILE, Config
from bot.policy.config.auto_review import Gates, Threshold, stricter
from bot.policy.radar.gates import shut
from bot.policy.text.words import counted, percent
from scoring.learning.rates import upper

STEPS: tuple[Dial, ...] = get_args(Dial)
SETTLED = timedelta(days=7)  # a younger landing has not had the time to go wrong
TWICE = 2  # reverts that are no accident: one among few says little
Direction = Literal["up", "stays", "down"]


@dataclass(frozen=True, slots=True)
class Move:
    """Where the dial should go, and why: a sentence. Up is a proposal to people; down is done."""

    direction: Direction
    dial: Dial
    why: str


def propose(dial: Dial, track: Track, at_step: Track, gates: Gates, most: Threshold, *, people: bool = False) -> Move:
    """Judge a source by its `track`, and by `at_step`: what landed by itself at the present step and is settled.

    `most` is the step that its configuration allows. What people write has no record before it lands by itself, so the
    first step out of shadow is theirs to take. Pure: the same record gives the same answer.
    """
    down = _down(dial, track, at_step, gates)
    if down is not None:
        return down
    higher = _next(dial, most)
    if higher is None:
        return Move("stays", dial, f"The configuration allows no more than {most}.")
    for gate in () if people else shut(track, gates):
        return Move("stays", dial, gate.why)
    if dial == "shadow" and people:
        return Move("up", higher, "What would land by itself is in the record; nothing did yet.")
    if dial == "shadow":
        return Move("up", higher, f"{track.landed} changes landed, {track.reverted} of them were reverted.")
    return _up(dial, higher, at_step, gates)


def threshold_at(dial: Dial, most: Threshold) -> Threshold:
    """What its changes have to be among now: the dial's step, never above what is configured. In shadow the first."""
    return stricter("P5" if dial == "shadow" else dial, most)


def key_of(config: Config, name: str, organisation: int, repository: int) -> SourceKey:
    """Whose trust a source of that name has: a file of the organisation speaks for all its repositories."""
    written = config.sources.get(f"auto_review.sources.{name}")
    wide = written is not None and written.file != FILE
    return SourceKey(organisation, 0 if wide else repository, name)


def settled(now: datetime) -> datetime:
    """What landed before this counts for a step."""
    return now - SETTLED


def _down(dial: Dial, track: Track, at_step: Track, gates: Gates) -> Move | None:
    if dial == "shadow":
        return None
    if track.incidents > gates.max_incidents:
        caused = counted(track.incidents, "incident")
        return Move("down", "shadow", f"Its changes caused {caused} in {gates.days} days.")
    for name, record in (("that landed by themselves at this step", at_step), ("of this source", track)):
        if record.reverted >= TWICE and record.reverted > gates.max_revert_upper95 * record.landed:
            reverted = f"{record.reverted} of the {record.landed} changes {name} were reverted"
            share = f"at most {percent(gates.max_revert_upper95)} may be"
            return Move("down", STEPS[STEPS.index(dial) - 1], f"{reverted}; {share}.")
    return None


def _up(dial: Dial, higher: Dial, at_step: Track, gates: Gates) -> Move:
    landed = f"{at_step.landed} changes landed by themselves at {dial} more than {SETTLED.days} days ago"
    if at_step.landed < gates.min_landed:
        return Move("stays", dial, f"{landed}; {gates.min_landed} are needed.")
    bound = upper(at_step.reverted, at_step.landed)
    reverts = f"{landed}, {at_step.reverted} of them reverted: up to {percent(bound)} with 95 % confidence"
    if bound > gates.max_revert_upper95:
        return Move("stays", dial, f"{reverts}, at most {percent(gates.max_revert_upper95)} may be.")
    return Move("up", higher, f"{reverts}.")


def _next(dial: Dial, most: Threshold) -> Dial | None:
    """The step above, as far as the configuration goes."""
    place = STEPS.index(dial) + 1
    return STEPS[place] if place <= STEPS.index(most) else None
