"""One pull request at one moment: what is known, the settings in force, what the rules think, and what follows.

Built once, in `decide`, and read by every response: none derives any of it again. What costs something is worked out
when it is first asked for, and then kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from zoneinfo import ZoneInfo

from bot.policy.calendar import InForce, Scope
from bot.policy.candidate import Waiting
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.opinion import Opinion, Verdict, held_by, is_proven, strictest
from bot.policy.pull import PullRequest
from bot.policy.radar import funnel, queue
from bot.policy.radar.funnel import Passage
from bot.policy.radar.queue import Not
from bot.policy.standing import approval
from bot.policy.standing.level import in_force, is_waiting, latest, scope
from bot.policy.state import State
from bot.policy.views import Card
from scoring.assessment import Assessment

SIGHT = timedelta(days=400)
MOST_EDGES = 500  # a calendar may have thousands; an exception rarely outlives a few
Rule = Callable[[State, Config, datetime], Opinion]  # a rule sees no opinion of another


@dataclass(frozen=True)
class Case:
    state: State
    config: Config
    now: datetime
    rules: tuple[Rule, ...] = field(repr=False)
    draw: Callable[["Case"], Card] = field(repr=False)

    def at(self, moment: datetime) -> "Case":
        """The same, at another moment."""
        return replace(self, now=moment)

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
    def opinions(self) -> tuple[Opinion, ...]:
        """Of every rule, in their order."""
        return tuple(rule(self.state, self.config, self.now) for rule in self.rules)

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

    @property
    def firm(self) -> Opinion | None:
        """The first that holds it whatever is proved or approved."""
        return next((opinion for opinion in self.holding if opinion.firm), None)

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
        if not self.holding:
            return None
        ends = [opinion.until for opinion in self.holding]
        known = [end for end in ends if end is not None]
        last = latest(known) if len(known) == len(ends) else None
        counts = (edge for edge in self.edges(self._last_approval(last)) if self.at(edge).exception)
        free = next(counts, last)
        return free.astimezone(ZoneInfo(self.zone)) if free else None

    @cached_property
    def lifted_until(self) -> datetime | None:
        """When the exception that counts now ends to help: with its window, or once something holds it first."""
        ends = self.exception.expires if self.exception else None
        held = (edge for edge in self.edges(ends or self.now + SIGHT) if self.at(edge).verdict is Verdict.BLOCK)
        return next(held, ends)

    def edges(self, last: datetime) -> Iterator[datetime]:
        """When a window that applies opens or closes until then, as far as anybody looks."""
        return islice(self.config.calendar.edges(self.now, last, self.scope), MOST_EDGES)

    def _last_approval(self, until: datetime | None) -> datetime:
        """After this no approval counts that does not count before."""
        ends = [each.expires for each in self.state.escalations if each.state == "approved"]
        known = [end for end in ends if end is not None]
        last = max(known, default=self.now) if len(known) == len(ends) else self.now + SIGHT
        return last if until is None else min(last, until)

    @cached_property
    def passage(self) -> Passage:
        """How far it comes through automatic review."""
        return funnel.passage(self.state, self.config, self.now, funnel.STAGES)

    @cached_property
    def landing(self) -> Waiting | Not:
        """Whether it should wait to land by itself."""
        return queue.wanted(self.state, self.config, self.now, self.passage)

    @cached_property
    def card(self) -> Card:
        """What a person should see of it."""
        return self.draw(self)

    def repeatable(self, text: str) -> str:
        """What may be said again of what somebody wrote: in public nothing, a customer's name may be in it."""
        return text if self.pull.repository.private else ""
