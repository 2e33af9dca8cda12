"""The straight line for one pull request: fetch facts, assess, decide, perform. Run it again and nothing changes.

A run has up to three rounds, each the same line over the facts as they then are: the first shows that scoring has
begun, the second decides on the event, and when that changed what is known (a justification was approved, say) a third
shows the result.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.config.repository import Configurations
from bot.facts.configuration import CONFIGURATION, Configured
from bot.facts.content import CONTENT, Assessor
from bot.facts.exceptions import ATTESTED, ESCALATIONS
from bot.facts.fact import Live, Look
from bot.facts.gather import gather
from bot.facts.notes import NOTES
from bot.facts.people import GRANTED
from bot.facts.pull import PULL, TARGET
from bot.facts.risk import RISK, Risk, known
from bot.facts.table import AT_ONCE, FAILED, LOOK, MEMBER, Facts
from bot.facts.twins import TWINS
from bot.forge.port import Forge, ForgeError, Gone, Target
from bot.line.perform import Outcome, Performer
from bot.policy.actions import Action, EndFreeze, Phase, Rescore, SaveAttestation, SaveEscalation, StartFreeze
from bot.policy.decide import Decision, decide
from bot.policy.events import Changed, Event, Queued
from bot.policy.group import decide_group
from bot.policy.responses.commands import noticed
from bot.policy.standing import is_ready
from bot.policy.state import Cause, Failure, State
from bot.store import KnownRepository, Store
from scoring.assessment import Assessment

_log = structlog.get_logger(__name__)
STALE_LOOKS = 5


class Stale(Exception):
    """The forge still answers with facts older than the event: look again a little later."""


class Reconciler:
    """Drives one pull request to the state it should be in. Call it for one pull request at a time."""

    def __init__(
        self,
        *,
        forge: Forge,
        store: Store,
        assessor: Assessor,
        configurations: Configurations,
        clock: Callable[[], datetime],
    ) -> None:
        self._forge = forge
        self._store = store
        self._performer = Performer(forge, store, clock)
        self._live = Live(forge, store, assessor, configurations)
        self._clock = clock
        self._stale: dict[tuple[int, int], int] = {}  # looks at facts that were too old; one job at a time for each key

    def pull(self, target: Target, number: int, event: Event) -> Decision | None:
        """None when there is nothing to decide: the pull request is closed. Raises ForgeError kinds and Stale."""
        look = Look(self._live, target, number, self._clock(), event)
        self._require_fresh(look)
        pull = look[PULL]
        if not pull.open:
            self._store.pulls.close(target.repository_id, number)
            return None
        self._follow_name(look)
        state, config = gather(look, AT_ONCE), look[CONFIGURATION].config
        self._performer.all(look[TARGET], pull, noticed(event, state, config))
        known = self._store.assessments.get(target.repository_id, number, pull.head_sha)
        if known is None and pull.check is None:  # a verdict that is shown stays until there is another
            self._performer.all(look[TARGET], pull, decide(None, state, config, look.now).actions)
            look.tell(PULL, replace(pull, check=self._forge.check_of(look[TARGET], pull.head_sha)))
        return self._settled(look)

    def failed(self, target: Target, number: int, words: str, cause: Cause = "us") -> None:
        """Show on the check that looking was given up, and what happens next. A score that is known stands."""
        look = Look(self._live, target, number, self._clock())
        pull, failure = look[PULL], Failure(words, cause=cause)
        if not pull.open:
            return
        self._follow_name(look)
        look.tell(CONTENT, failure)
        look.tell(RISK, Risk(self._known_risk(look), failure))
        look.tell(GRANTED, {})
        state = gather(look, FAILED)
        decision = decide(None, state, look[CONFIGURATION].config, look.now)
        shown = tuple(action for action in decision.actions if action.phase is Phase.SHOWN)
        outcomes = self._performer.all(look[TARGET], state.pull, shown)
        # not final, so that the next sweep looks again
        self._record(look[TARGET], state, None, decision, outcomes, final=False)

    def group(self, target: Target, event: Queued) -> None:
        """Answer for the commit that a merge queue built, on that commit. What cannot be resolved fails closed.

        A commit that is gone is no group any more; the queue gives up on what is not answered.
        """
        try:
            self._answer_group(target, event)
        except Gone:
            self._store.groups.close(target.repository_id, event.head_sha)

    def _answer_group(self, target: Target, event: Queued) -> None:
        now = self._clock()
        numbers = self._forge.group_members(target, event.head_sha, event.head_ref, event.base_ref)
        base_ref = event.base_ref.removeprefix("refs/heads/")
        tip = self._forge.tip(target, base_ref)
        configured = Configured(*self._live.configurations.of(target, tip, base_ref))
        config = configured.config
        states = tuple(self._member(Look(self._live, target, number, now), configured) for number in numbers)
        decision = decide_group(event, states, config, now, self._forge.check_of(target, event.head_sha))
        outcomes = [self._performer.on_commit(target, check) for check in decision.actions]
        self._store.groups.save(
            target.repository_id,
            head_sha=event.head_sha,
            head_ref=event.head_ref,
            base_ref=base_ref,
            verdict=int(decision.verdict),
            at=now,
            mark=decision.mark,
        )
        self._store.audit.add(
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

    # --- the rounds

    def _settled(self, look: Look) -> Decision:
        target = look[TARGET]
        state, config = gather(look, LOOK), look[CONFIGURATION].config
        event, decision = look.event, decide(look.event, state, config, look.now)
        self._require_unmoved(look, decision)
        changing = tuple(action for action in decision.actions if action.phase is not Phase.SHOWN)
        if any(action.phase is Phase.KEPT for action in changing):
            self._carry_out(target, state, event, decision, changing)
            look.forget(NOTES, TWINS, *(fact for action in changing for fact in _CHANGES.get(type(action), ())))
            state, config = gather(look, LOOK), look[CONFIGURATION].config
            event, decision = None, decide(None, state, config, look.now)
            self._require_unmoved(look, decision)
        self._save(target, state, decision, final=False)  # before the check shows it, so that a twin cannot miss it
        self._carry_out(target, state, event, decision, decision.actions)
        look.forget(TWINS)
        if look[TWINS] - state.held_twins:
            raise Stale("another pull request of the same commits was held meanwhile")
        _log.info("decided", **_in_a_line(target, state, event, decision))
        return decision

    def _require_unmoved(self, look: Look, decision: Decision) -> None:
        """Nothing is written on what was true before a push, or for another base."""
        if not decision.actions:
            return
        pull, now = look[PULL], self._forge.listed(look[TARGET], look.number)
        if (now.head_sha, now.base_ref) != (pull.head_sha, pull.base_ref):
            raise Stale("the pull request changed while it was being looked at")

    def _known_risk(self, look: Look) -> Assessment | None:
        """What was found out about this head, as long as it goes into the branch that it was found out for."""
        pulls = self._store.pulls.all_open(look.target.repository_id, look[PULL].base_ref)
        return known(self._live, look) if any(pull.number == look.number for pull in pulls) else None

    def _require_fresh(self, look: Look) -> None:
        key = (look.target.repository_id, look.number)
        newest = [look.event.as_of] if isinstance(look.event, Changed) else []
        newest.append(self._store.pulls.newest(*key))
        seen = self._stale.pop(key, 0)
        # a forge is behind itself for seconds; what it still says after some looks is how it is, whatever was told
        if seen < STALE_LOOKS and any(as_of is not None and look[PULL].updated_at < as_of for as_of in newest):
            self._stale[key] = seen + 1
            raise Stale("the forge answered with facts older than what a delivery told")

    def _follow_name(self, look: Look) -> None:
        before, now = look.target, look[TARGET]
        if now.full_name != before.full_name:
            self._store.repositories.saw(KnownRepository(now.repository_id, now.installation_id, now.full_name))

    def _record(
        self,
        target: Target,
        state: State,
        event: Event | None,
        decision: Decision,
        outcomes: tuple[Outcome, ...],
        *,
        final: bool = True,
    ) -> None:
        pull, risk = state.pull, state.risk
        now = self._clock()
        self._save(target, state, decision, final=final)
        if outcomes:  # a look that changes nothing leaves no record
            self._store.audit.add(
                "decision",
                at=now,
                repository_id=target.repository_id,
                number=pull.number,
                event=event,
                head_sha=pull.head_sha,
                base_sha=pull.base_sha,
                content=state.content,
                risk=risk,
                failure=state.failure,
                problems=state.problems,
                verdict=decision.verdict,
                opinions=decision.opinions,
                outcomes=outcomes,
            )

    def _save(self, target: Target, state: State, decision: Decision, *, final: bool) -> None:
        pull, risk = state.pull, state.risk
        self._store.pulls.save(
            target.repository_id,
            pull.number,
            head_sha=pull.head_sha,
            base_ref=pull.base_ref,
            open=pull.open,
            ready=is_ready(pull),
            verdict=int(decision.alone),
            percentile=risk.percentile if risk else None,
            decided_at=self._clock() if final else None,
            mark=decision.mark,
        )

    def _carry_out(
        self, target: Target, state: State, event: Event | None, decision: Decision, actions: Iterable[Action]
    ) -> None:
        """What was done is recorded even when the forge stops answering in the middle of it."""
        outcomes: list[Outcome] = []
        try:
            outcomes.extend(self._performer.perform(target, state.pull, actions))
        except ForgeError:
            if outcomes:
                self._record(target, state, event, decision, tuple(outcomes), final=False)
            raise
        self._record(target, state, event, decision, tuple(outcomes))


_CHANGES: dict[type[Action], Facts] = {  # the facts that an action changes
    SaveEscalation: (ESCALATIONS,),
    SaveAttestation: (ATTESTED,),
    Rescore: (RISK,),
    StartFreeze: (CONFIGURATION,),
    EndFreeze: (CONFIGURATION,),
}


def _in_a_line(target: Target, state: State, event: Event | None, decision: Decision) -> dict[str, object]:
    """What was decided and why, for the log."""
    return {
        "repository": target.full_name,
        "number": state.pull.number,
        "head": state.pull.head_sha,
        "cause": type(event).__name__.lower() if event else "settled",
        "verdict": decision.verdict.name.lower(),
        "percentile": state.risk.percentile if state.risk else None,
        "why": [f"{opinion.rule}: {opinion.words}" for opinion in decision.opinions if opinion.words],
        "did": [type(action).__name__ for action in decision.actions],
    }
