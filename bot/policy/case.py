"""One pull request at one moment: what is known, the settings in force, what the rules think, and what follows.

Built once, in `decide`, and read by every response: none derives any of it again. What costs something is worked out
when it is first asked for, and then kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.policy import approval
from bot.policy.calendar import InForce, Scope
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import PullRequest
from bot.policy.show.views import Card
from bot.policy.standing import in_force, is_waiting, latest, scope
from bot.policy.state import State
from bot.policy.verdict import held_by, is_proven, strictest
from scoring.assessment import Assessment


@dataclass(frozen=True)
class Case:
    state: State
    config: Config
    now: datetime
    opinions: tuple[Opinion, ...]  # of every rule, in the order of RULES
    draw: Callable[["Case"], Card] = field(repr=False, compare=False)

    @property
    def pull(self) -> PullRequest:
        return self.state.pull

    @property
    def risk(self) -> Assessment | None:
        return self.state.risk

    @property
    def percentile(self) -> float | None:
        return self.state.risk.percentile if self.state.risk else None

    @property
    def waiting(self) -> bool:
        """The score is not there yet."""
        return is_waiting(self.state)

    @cached_property
    def scope(self) -> Scope:
        """What the windows of the calendar look at."""
        return scope(self.state)

    @cached_property
    def in_force(self) -> InForce:
        """The level now, and the strictest window that is open."""
        return in_force(self.state, self.config, self.now)

    @cached_property
    def proven(self) -> bool:
        """Proved harmless: what rests on risk alone does not hold it."""
        return is_proven(self.opinions)

    @cached_property
    def exception(self) -> Escalation | None:
        """The approval that lifts what holds now, if there is one."""
        return approval.approved(self.state, self.config, self.now)

    @cached_property
    def holding(self) -> tuple[Opinion, ...]:
        """The opinions that hold it after everything that caps them."""
        return held_by(self.opinions, self.exception)

    @cached_property
    def verdict(self) -> Verdict:
        return strictest(self.holding)

    @property
    def zone(self) -> str:
        """In which moments are shown."""
        return self.in_force.window.zone if self.in_force.window else self.config.timezone

    @cached_property
    def free_at(self) -> datetime | None:
        """When what is held lands again, in the zone; None when something that holds it has no end in sight."""
        ends = [opinion.until for opinion in self.holding]
        known = [end for end in ends if end is not None]
        last = latest(known) if known and len(known) == len(ends) else None
        free = approval.free_from(last, self.state, self.config, self.now) if self.holding else None
        return free.astimezone(ZoneInfo(self.zone)) if free else None

    @cached_property
    def card(self) -> Card:
        """What a person should see of it."""
        return self.draw(self)

    def repeatable(self, text: str) -> str:
        """What may be said again of what somebody wrote: in public nothing, a customer's name may be in it."""
        return text if self.pull.repository.private else ""
