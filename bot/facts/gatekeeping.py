"""What keeps the gate of the base branch, for a change that waits to land by itself: read when that begins, when
something happens to it, and when it is due. Ticks of the clock in between ask nobody."""

from dataclasses import dataclass, replace

from bot.facts.assessor import Unscorable
from bot.facts.fact import Cost, Fact, Filled, Live, Look
from bot.facts.inspection import INSPECTION
from bot.facts.landing_queue import WAITING
from bot.facts.pull import PULL, TARGET
from bot.forge.port import Refused
from bot.policy.candidate import Inspection, Waiting
from bot.policy.events import Tick
from bot.policy.gatekeeping import Gatekeeping, Merged
from bot.policy.pull import Person, Unknown
from scoring.errors import ScoringError


def _read(live: Live, look: Look) -> Gatekeeping | Unknown:
    waiting = look[WAITING].waiting
    if live.landing is None or waiting is None:
        return Unknown("nothing waits to land by itself")
    due = waiting.land_after <= look.now
    if isinstance(look.event, Tick) and not due:
        return Unknown("nothing is due to land")
    try:
        gate = live.landing.gate(look[TARGET], look.number, look[PULL].base_ref)
    except Refused as refusal:
        return Unknown(str(refusal))
    gate = replace(gate, merged=_merged(live, look) if due else None)
    landings, here = live.store.automatic_landings, look.target.repository_id
    tried, stopped = landings.get(here, look.number, look[PULL].head_sha), landings.stopped(here)
    enqueued = tried is not None and tried.state == "queued"
    return replace(gate, enqueued=enqueued, stopped=stopped.because if stopped else "")


def _merged(live: Live, look: Look) -> Merged | None:
    """None: nobody can tell."""
    inspection = look[INSPECTION]
    prove = isinstance(inspection, Inspection) and inspection.proven
    try:
        return live.assessor.merged(look[TARGET], look[PULL], prove=prove)
    except (Unscorable, ScoringError):
        return None


@dataclass(frozen=True, slots=True)
class Lander:
    """The account that lands. Not `there`: something waits for it, and it is not set up here."""

    account: Person | None = None
    there: bool = True


def _lander(live: Live, look: Look) -> Lander:
    """Asked for once a process, and only where something may have been approved."""
    waits: Waiting | None = look[WAITING].waiting
    approved = any(review.author.bot and review.state == "approved" for review in look[PULL].reviews)
    if live.landing is None:
        return Lander(there=waits is None)
    if waits is None and not approved:
        return Lander()
    try:
        return Lander(live.landing.account(look[TARGET]))
    except Refused:  # it is not installed here
        return Lander(there=waits is None)


def _fills(lander: Lander) -> Filled:
    return {"lander": lander.account, "lands": lander.there}


GATEKEEPING = Fact(
    "gatekeeping",
    _read,
    lambda: Unknown("nobody looked"),
    needs=(PULL, TARGET, WAITING, INSPECTION),
    cost=Cost(requests=12, git=6),
)
LANDER = Fact("lander", _lander, Lander, needs=(PULL, TARGET, WAITING), cost=Cost(requests=2), fills=_fills)
