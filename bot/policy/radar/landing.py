"""Right before a change lands by itself: everything is looked at again, on facts of this moment, by rules alone.

What may end by itself waits; what only a person can change goes to a person. Whatever is not known is neither of the
forge's nor of ours to assume, and waits.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.candidate import Inspection, Waiting
from bot.policy.gatekeeping import Gatekeeping, Method
from bot.policy.pull import ReviewState
from bot.policy.radar import preflight
from bot.policy.radar.stage import Answer, person, waits
from bot.policy.state import State

_LANDABLE = frozenset({"CLEAN", "HAS_HOOKS", "UNSTABLE"})  # the last: a check that is not required did not pass


@dataclass(frozen=True, slots=True)
class Step:
    """What is done next, to this head. `method` is said of a merge only."""

    what: Literal["approve", "merge", "enqueue"]
    head_sha: str
    method: Method | None = None


def is_due(state: State, now: datetime) -> bool:
    """Its delay is over."""
    return state.waiting is not None and state.waiting.land_after <= now


def next_step(state: State, now: datetime, *, wanted: Waiting | None, held: bool) -> Step | Answer:
    """`wanted`: the place in the queue that it has by the passage that facts of now give; `held`: a rule holds it."""
    refusal = _unlike(state, now, wanted, held=held)
    if refusal is not None:
        return refusal
    gate = state.gatekeeping
    if not isinstance(gate, Gatekeeping):
        return waits("gatekeeping_unknown", "Nobody can tell yet what its branch asks for.")
    refusal = _gate(state, gate)
    if refusal is not None:
        return refusal
    if gate.queued:
        return waits("in_queue", "It is in the merge queue.")
    if gate.approval is None:
        return Step("approve", gate.head_sha)
    return _read_back(gate) or _last(gate)


def _unlike(state: State, now: datetime, wanted: Waiting | None, *, held: bool) -> Answer | None:
    """Whether it still is what was to land: head, base, policy, passage, nobody's objection, no window over it."""
    waiting, pull = state.waiting, state.pull
    if waiting is None or wanted is None:
        return person("not_waiting", "It does not wait to land by itself.")
    if waiting != wanted or (waiting.head_sha, waiting.base_ref) != (pull.head_sha, pull.base_ref):
        return waits("changed", "What it waits with is being renewed.")
    if now < waiting.land_after:
        return waits("delay", "Its delay is not over.")
    if pull.draft or not pull.open:
        return person("draft", "It is a draft, or not open.")
    if held:
        return waits("held", "It is held, by a window or by another rule.")
    if pull.auto_merge:
        return waits("auto_merge", "It is armed to merge by itself on the forge already.")
    if "changes_requested" in _last_words(state):
        return person("changes_requested", "A reviewer asks for changes.")
    return None


def _last_words(state: State) -> list[ReviewState]:
    """What each reviewer said last; a mere comment takes nothing back."""
    said = {review.author.id: review.state for review in state.pull.reviews if review.state != "commented"}
    return list(said.values())


def _gate(state: State, gate: Gatekeeping) -> Answer | None:
    if (gate.head_sha, gate.base_sha) != (state.pull.head_sha, state.pull.base_sha):
        return waits("moved", "Its head or its base moved while it was being looked at.")
    if gate.enqueued and not gate.queued:
        return person("left_queue", "It was in the merge queue, and left it without landing.")
    for obstacle in preflight.obstacles(gate, state.pull):
        answer = waits if obstacle.passing else person
        return answer(obstacle.rule, obstacle.words)
    return _result(state, gate)


def _result(state: State, gate: Gatekeeping) -> Answer | None:
    """A passage that rests on a proof rests on it again for what the merge would give."""
    if gate.merged is None:
        return waits("merge_unknown", "Nobody can tell yet what merging it would give.")
    inspection = state.inspection
    if isinstance(inspection, Inspection) and inspection.proven and gate.merged.proven is not True:
        return person(
            "proof_lost", "It is proved to change no behaviour by itself, but not merged into its base of now."
        )
    return None


def _read_back(gate: Gatekeeping) -> Answer | None:
    """What the forge makes of our approval is read, never assumed."""
    if gate.rules.reviewed and gate.decision != "APPROVED":
        return person(
            "approval_does_not_count", "The forge does not count our approval here: a person has to review it."
        )
    if not gate.rules.queue and gate.state not in _LANDABLE:
        return waits("blocked", "The forge says that it cannot be merged now.")
    return None


def _last(gate: Gatekeeping) -> Step | Answer:
    if gate.rules.queue:
        return Step("enqueue", gate.head_sha)
    return Step("merge", gate.head_sha, preflight.method(gate))
