"""Answer for the commit that a merge queue built, on that commit. What cannot be resolved fails closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import store
from bot.facts.configuration import CONFIGURATION, Configured
from bot.facts.fact import Live, Look
from bot.facts.gather import gather
from bot.facts.table import MEMBER
from bot.forge.port import Gone, Target
from bot.line.perform import Performer
from bot.policy.events import Queued
from bot.policy.group import decide_group
from bot.policy.state import State


@dataclass(frozen=True, slots=True)
class Groups:
    live: Live
    performer: Performer
    groups: store.Groups
    audit: store.AuditLog
    clock: Callable[[], datetime]

    def answer(self, target: Target, event: Queued) -> None:
        """A commit that is gone is no group any more; the queue gives up on what is not answered."""
        try:
            self._answer(target, event)
        except Gone:
            self.groups.close(target.repository_id, event.head_sha)

    def _answer(self, target: Target, event: Queued) -> None:
        now, forge = self.clock(), self.live.forge
        numbers = forge.group_members(target, event.head_sha, event.head_ref, event.base_ref)
        base_ref = event.base_ref.removeprefix("refs/heads/")
        configured = Configured(*self.live.configurations.of(target, forge.tip(target, base_ref), base_ref))
        states = tuple(self._member(Look(self.live, target, number, now), configured) for number in numbers)
        there = forge.checks_of(target, event.head_sha).values()
        decision = decide_group(event, states, configured.config, now, *there)
        outcomes = [self.performer.on_commit(target, check) for check in decision.actions]
        self.groups.save(
            target.repository_id,
            head_sha=event.head_sha,
            head_ref=event.head_ref,
            base_ref=base_ref,
            verdict=int(decision.verdict),
            at=now,
            mark=decision.mark,
        )
        self.audit.add(
            "merge_group",
            at=now,
            repository_id=target.repository_id,
            event=event,
            pulls=numbers,
            verdict=decision.verdict,
            opinions=decision.opinions,
            outcomes=outcomes,
        )

    def _member(self, look: Look, configured: Configured) -> State | None:
        """None: it cannot be resolved."""
        look.tell(CONFIGURATION, configured)
        try:
            return gather(look, MEMBER)
        except Gone:
            return None
