"""The straight line for one pull request: gather facts, decide, perform. Run it again and nothing changes.

A look has up to three rounds, each the same line over the facts as they then are: the first shows that scoring has
begun, the second decides on the event, and when that changed what is known (a justification was approved, say) a third
shows the result. The first rests on what the forge says at once: a fetch, a diff and a score may take minutes, and a
check that is not there is taken for an App that is down.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.config.repository import Configurations
from bot.facts.answers import Answers
from bot.facts.assessor import Assessor
from bot.facts.configuration import CONFIGURATION
from bot.facts.content import BASE, CONTENT
from bot.facts.exceptions import ATTESTED, ESCALATIONS
from bot.facts.fact import Known, Live, Look
from bot.facts.gatekeeping import GATEKEEPING
from bot.facts.gather import gather
from bot.facts.landing_queue import RECORDED, WAITING
from bot.facts.notes import NOTES
from bot.facts.people import GRANTED
from bot.facts.pull import PULL, TARGET
from bot.facts.risk import RISK, Risk, last, scored
from bot.facts.table import AT_ONCE, FAILED, LOOK, Facts
from bot.facts.twins import HELD_TWINS
from bot.forge.port import Forge, ForgeError, Landing, Target
from bot.line.afterwards import Afterwards
from bot.line.deferred_reviews import put_off
from bot.line.groups import Groups
from bot.line.landing import Steps
from bot.line.perform import Changeable, Outcome, Performer, checks_after
from bot.line.records import Records, Round, Written
from bot.line.stale import Stale, Staleness
from bot.policy.actions import Action, EndFreeze, Rescore, SaveAttestation, SaveEscalation, StartFreeze
from bot.policy.decide import Decision, decide
from bot.policy.events import Event, Queued
from bot.policy.incidents.report import Report
from bot.policy.landing_actions import Approve, CancelLanding, QueueLanding, ReleaseLanding, StopLanding
from bot.policy.phases import Phase
from bot.policy.responses.commands import noticed
from bot.policy.state import Cause, Failure, Question
from bot.store import Groups as MergeGroups

CHANGES: dict[type[Action], Facts] = {  # the facts that an action of the phase KEPT changes
    SaveEscalation: (ESCALATIONS,),
    SaveAttestation: (ATTESTED,),
    Rescore: (RISK,),
    StartFreeze: (CONFIGURATION,),
    EndFreeze: (CONFIGURATION,),
    QueueLanding: (WAITING,),
    CancelLanding: (WAITING,),
    StopLanding: (WAITING,),
    ReleaseLanding: (WAITING,),
    Approve: (GATEKEEPING, WAITING),
}
MOST_ROUNDS = 3  # of what is kept: what a person says, what follows from it for the queue, and no more
_BEFORE = tuple(phase for phase in Phase if phase not in (Phase.SHOWN, Phase.LANDED))


class Reconciler:
    """Drives one pull request to the state it should be in. Call it for one pull request at a time."""

    def __init__(
        self,
        *,
        forge: Forge,
        known: Known,
        changeable: Changeable,
        written: Written,
        groups: MergeGroups,
        assessor: Assessor,
        configurations: Configurations,
        clock: Callable[[], datetime],
        facts: Facts = LOOK,
        answers: Answers | None = None,
        ask: Callable[[Target, int, Question], None] | None = None,
        report: Callable[[Target, Report], None] = lambda target, report: None,
        landing: Landing | None = None,
    ) -> None:
        """`facts` are those that are decided on; with some that are asked for, `ask` and `answers` as well. `report`
        has what somebody says of an incident taken in by a job. `landing`: the App that lands; None: nothing does."""
        self._facts = facts
        self._live = Live(forge, known, assessor, configurations, answers, landing)
        steps = Steps(landing, known.automatic_landings, known.landing_queue, known.slots, forge.tip, clock)
        self._performer = Performer(forge, changeable, clock, ask, report, steps)
        self._staleness = Staleness(forge, known.pulls)
        self._records = Records(written, clock)
        self._afterwards = Afterwards(forge, self._performer, self._records, report, clock)
        self._groups = Groups(self._live, self._performer, groups, written.audit, clock)
        self._clock = clock

    def pull(self, target: Target, number: int, event: Event) -> Decision | None:
        """None when there is nothing to decide: the pull request is closed. Raises ForgeError kinds and Stale."""
        look = Look(self._live, target, number, self._clock(), event)
        self._staleness.require_news(look)
        if not look[PULL].open:
            self._records.landed(look)
            self._live.store.pulls.close(target.repository_id, number, look[PULL].life, look[PULL].head_sha)
            put_off(look, self._live.store)
            if look[WAITING].waiting is not None:
                self._live.store.landing_queue.cancel(target.repository_id, number, "closed", at=look.now)
            self._afterwards.take(look)
            return None
        self._records.follow_name(look)
        self._begin(look)
        decided = self._decide_unmoved(look, event)
        for _ in range(MOST_ROUNDS):
            kept = decided.actions(Phase.KEPT)
            if not kept:
                break
            self._perform(decided, decided.actions(*_BEFORE))
            look.forget(NOTES, HELD_TWINS, RECORDED, *(fact for action in kept for fact in CHANGES[type(action)]))
            look.questions.clear()  # they are asked now
            decided = self._decide_unmoved(look)
        self._show(decided)
        return decided.decision

    def failed(self, target: Target, number: int, words: str, cause: Cause = "us") -> None:
        """Show on the check that looking was given up, and what happens next. A score that is known stands."""
        look = Look(self._live, target, number, self._clock())
        if not look[PULL].open:
            return
        self._records.follow_name(look)
        failure = Failure(words, cause=cause)
        look.tell(BASE, failure)
        look.tell(CONTENT, failure)
        look.tell(RISK, Risk(last(self._live, look), failure))
        look.tell(GRANTED, {})
        decided = self._decide(look, FAILED)
        outcomes = self._performer.all(look[TARGET], decided.state.pull, decided.actions(Phase.SHOWN))
        self._records.record(decided, outcomes, final=False)

    def group(self, target: Target, event: Queued) -> None:
        """Answer for a commit of a merge queue."""
        self._groups.answer(target, event)

    def _begin(self, look: Look) -> None:
        """Show that a command was seen, and that scoring has begun; a verdict that is shown stays until the next."""
        pull, target, state = look[PULL], look[TARGET], gather(look, AT_ONCE)
        config = look[CONFIGURATION].config
        self._performer.all(target, pull, noticed(look.event, state, config) if look.event else ())
        if pull.check is None and scored(self._live, look) is None:
            shown = self._performer.all(target, pull, decide(None, state, config, look.now).of(Phase.SHOWN))
            look.tell(PULL, pull.showing(checks_after(pull, shown)))

    def _decide(self, look: Look, wanted: Facts, event: Event | None = None) -> Round:
        state = gather(look, wanted)
        return Round(look, event, state, decide(event, state, look[CONFIGURATION].config, look.now))

    def _decide_unmoved(self, look: Look, event: Event | None = None) -> Round:
        decided = self._decide(look, self._facts, event)
        if decided.decision.actions:  # gathering may have taken long
            self._staleness.require_unmoved(look)
        return decided

    def _show(self, decided: Round) -> None:
        look = decided.look
        self._records.save(decided, final=False)  # before the check shows it, so that a twin cannot miss it
        self._perform(decided, decided.decision.actions)
        look.forget(HELD_TWINS)
        if look[HELD_TWINS] - decided.state.held_twins:
            raise Stale("another pull request of the same commits was held meanwhile")
        self._records.log(decided)

    def _perform(self, decided: Round, actions: Iterable[Action]) -> None:
        """What was done is recorded even when the forge stops answering in the middle of it."""
        outcomes: list[Outcome] = []
        try:
            outcomes.extend(self._performer.perform(decided.look[TARGET], decided.state.pull, actions))
        except ForgeError:
            if outcomes:
                self._records.record(decided, tuple(outcomes), final=False)
            raise
        self._records.record(decided, tuple(outcomes))
