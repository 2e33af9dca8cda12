"""The straight line for one pull request: fetch facts, assess, decide, perform. Run it again and nothing changes.

A run has up to three rounds, each the same line over the facts as they then are: the first shows that scoring has
begun, the second decides on the event, and when that changed what is known (a justification was approved, say) a third
shows the result.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

import structlog

from bot.config.repository import ORGANISATION_FILE, Configurations
from bot.doctor.rounds import REQUIRED
from bot.forge.port import Forge, ForgeError, Gone, Target
from bot.line.assess import Assessor, Facts, Unscorable
from bot.line.perform import Outcome, Performer
from bot.policy.actions import Action, EndFreeze, Phase, StartFreeze
from bot.policy.config import FILE, Config
from bot.policy.decide import Decision, decide
from bot.policy.events import Changed, Commented, Event, Labelled, Pressed, Queued
from bot.policy.group import decide_group
from bot.policy.proposal import compare, sentence
from bot.policy.pull import Hands, Person, PullRequest
from bot.policy.responses.commands import noticed
from bot.policy.standing import is_ready
from bot.policy.state import Cause, ConfigProblem, Failure, State
from bot.store import KnownRepository, Store
from scoring.assessment import Assessment

_log = structlog.get_logger(__name__)
MOST_COMPARED = 20  # open pull requests that a change of the configuration is tried on
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
        self._assessor = assessor
        self._configurations = configurations
        self._performer = Performer(forge, store, clock)
        self._clock = clock
        self._stale: dict[tuple[int, int], int] = {}  # looks at facts that were too old; one job at a time for each key

    def pull(self, target: Target, number: int, event: Event) -> Decision | None:
        """None when there is nothing to decide: the pull request is closed. Raises ForgeError kinds and Stale."""
        now = self._clock()
        pull = self._fresh(target, number, event)
        if not pull.open:
            self._store.close_pull(target.repository_id, number)
            return None
        target = self._named(target, pull)
        config, problems = self._configurations.of(target, pull.base_sha, pull.base_ref)
        state = State(
            pull=pull,
            problems=problems,
            granted=self._granted(target, pull, event, config),
            warnings=self._warnings(pull),
            page=self._forge.clone_url(target).removesuffix(".git"),
        )
        self._performer.all(target, pull, noticed(event, state, config))
        known = self._store.assessment(target.repository_id, number, pull.head_sha)
        if known is None and pull.check is None:  # a verdict that is shown stays until there is another
            self._performer.all(target, pull, decide(None, state, config, now).actions)
        state = self._informed(target, state, config, now)
        return self._settled(target, state, config, event, now)

    def failed(self, target: Target, number: int, words: str, cause: Cause = "us") -> None:
        """Show on the check that looking was given up, and what happens next. A score that is known stands."""
        now = self._clock()
        pull = self._forge.pull(target, number)
        if not pull.open:
            return
        target, key = self._named(target, pull), (target.repository_id, number)
        config, problems = self._configurations.of(target, pull.base_sha, pull.base_ref)
        attested = self._store.attested(*key)
        if pull.head_sha in attested:
            pull = replace(pull, hands=self._hands(target, pull, frozenset()))
        state = State(
            pull=pull,
            risk=self._known_risk(target, pull),
            failure=Failure(words, cause=cause),
            problems=problems,
            escalations=self._store.escalations(*key),
            attested=attested,
            notes=self._store.notes(*key),
            warnings=self._warnings(pull),
        )
        decision = decide(None, state, config, now)
        shown = (action for action in decision.actions if action.phase is Phase.SHOWN)
        outcomes = self._performer.all(target, pull, shown)
        self._record(target, state, None, decision, outcomes, final=False)  # so that the next sweep looks again

    def group(self, target: Target, event: Queued) -> None:
        """Answer for the commit that a merge queue built, on that commit. What cannot be resolved fails closed.

        A commit that is gone is no group any more; the queue gives up on what is not answered.
        """
        try:
            self._answer_group(target, event)
        except Gone:
            self._store.close_group(target.repository_id, event.head_sha)

    def _answer_group(self, target: Target, event: Queued) -> None:
        now = self._clock()
        numbers = self._forge.group_members(target, event.head_sha, event.head_ref, event.base_ref)
        base_ref = event.base_ref.removeprefix("refs/heads/")
        config, problems = self._configurations.of(target, self._forge.tip(target, base_ref), base_ref)
        states = tuple(self._member(target, number, problems, config, now) for number in numbers)
        decision = decide_group(event, states, config, now, self._forge.check_of(target, event.head_sha))
        outcomes = [self._performer.on_commit(target, check) for check in decision.actions]
        self._store.save_group(
            target.repository_id,
            head_sha=event.head_sha,
            head_ref=event.head_ref,
            base_ref=base_ref,
            verdict=int(decision.verdict),
            at=now,
            mark=decision.mark,
        )
        self._store.audit(
            "merge_group",
            at=now,
            repository_id=target.repository_id,
            event=event,
            pulls=numbers,
            verdict=decision.verdict,
            opinions=decision.opinions,
            outcomes=outcomes,
        )

    def _member(
        self, target: Target, number: int, problems: tuple[ConfigProblem, ...], config: Config, now: datetime
    ) -> State | None:
        """None: it cannot be resolved."""
        try:
            pull = self._forge.pull(target, number)
            granted = self._granted(target, pull, None, config)
            return self._informed(target, State(pull, problems=problems, granted=granted), config, now)
        except Gone:
            return None

    # --- the rounds

    def _settled(self, target: Target, state: State, config: Config, event: Event, now: datetime) -> Decision:
        cause: Event | None = event
        decision = decide(cause, state, config, now)
        changing = tuple(action for action in decision.actions if action.phase is not Phase.SHOWN)
        if any(action.phase is Phase.KEPT for action in changing):
            self._carry_out(target, state, cause, decision, changing)
            if any(isinstance(action, StartFreeze | EndFreeze) for action in changing):
                config, _ = self._configurations.of(target, state.pull.base_sha, state.pull.base_ref)
            state = self._informed(target, state, config, now)
            cause, decision = None, decide(None, state, config, now)
        self._save(target, state, decision, final=False)  # before the check shows it, so that a twin cannot miss it
        self._carry_out(target, state, cause, decision, decision.actions)
        if self._store.held_at(target.repository_id, state.pull.head_sha) - state.held_twins - {state.pull.number}:
            raise Stale("another pull request of the same commits was held meanwhile")
        _log.info("decided", **_in_a_line(target, state, cause, decision))
        return decision

    def _informed(self, target: Target, state: State, config: Config, now: datetime) -> State:
        """The state with everything known now: what the forge shows, the score, escalations."""
        pull = self._forge.pull(target, state.pull.number)
        if pull.head_sha != state.pull.head_sha or pull.base_ref != state.pull.base_ref:
            raise Stale("the pull request changed while it was being looked at")
        key = (target.repository_id, pull.number)
        failure, risk = None, None
        facts: Facts | None = None
        try:
            facts = self._assessor.facts(target, pull, now)
            risk = self._store.assessment(*key, pull.head_sha)
            if risk is None or risk.base != facts.change.base:  # another base is another change
                risk = self._assessor.assess(target, facts, config.criticality())
                self._store.save_assessment(*key, pull.head_sha, risk)
        except Unscorable as error:
            failure = Failure(str(error), cause=error.cause)
        if facts is not None:
            pull = replace(pull, paths=facts.paths)
            state = self._proposing(target, replace(state, pull=pull), config, now)
        attested = self._store.attested(*key)
        if state.granted or pull.head_sha in attested:  # somebody's word counts: had they a hand in it?
            pull = replace(pull, hands=self._hands(target, pull, facts.contributors if facts else frozenset()))
        return replace(
            state,
            pull=pull,
            risk=risk,
            failure=failure,
            content=facts.content if facts else "",
            escalations=self._store.escalations(*key),
            attested=attested,
            notes=self._store.notes(*key),
            held_twins=self._store.held_at(target.repository_id, pull.head_sha) - {pull.number},
        )

    def _hands(self, target: Target, pull: PullRequest, addresses: frozenset[str]) -> Hands | None:
        """Everybody who wrote, co-wrote, committed or pushed a part of it; None: the forge does not list all of it."""
        authors = self._forge.commit_authors(target, pull.number, addresses)
        if authors is None:
            return None
        pushers = self._store.pushers(target.repository_id, authors.commits | {pull.head_sha})
        return Hands(authors.people | pushers, authors.unplaced)

    def _known_risk(self, target: Target, pull: PullRequest) -> Assessment | None:
        """What was found out about this head, as long as it goes into the branch that it was found out for."""
        known = self._store.open_pulls(target.repository_id, pull.base_ref)
        if all(each.number != pull.number for each in known):
            return None
        return self._store.assessment(target.repository_id, pull.number, pull.head_sha)

    def _proposing(self, target: Target, state: State, config: Config, now: datetime) -> State:
        """A pull request that edits the configuration is told what that would change, by a dry run."""
        paths, head = set(state.pull.paths), state.pull.head_sha
        of_default = target.full_name.endswith("/.github") and ORGANISATION_FILE in paths
        wrong = self._configurations.proposed_default(target, head) if of_default else ()
        if paths.isdisjoint({FILE, *config.feeds()}):
            return replace(state, proposed=wrong)
        proposed, problems = self._configurations.proposed(target, head)
        if proposed is None:
            return replace(state, proposed=(*wrong, *problems))
        broken = tuple(problem for problem in proposed.problems if problem not in config.problems)
        found = compare(config, proposed, self._others(target, state.pull, config, now), now)
        return replace(state, proposed=(*wrong, *broken), proposal=sentence(found), changes=found.changes)

    def _others(self, target: Target, pull: PullRequest, config: Config, now: datetime) -> Iterator[State]:
        """Other open pull requests into that branch, as far as they are known and scored."""
        known = (one.number for one in self._store.open_pulls(target.repository_id, pull.base_ref))
        for number in islice((one for one in known if one != pull.number), MOST_COMPARED):
            other = self._forge.pull(target, number)
            risk = self._store.assessment(target.repository_id, number, other.head_sha)
            if risk is None:
                continue
            granted = self._granted(target, other, None, config)
            try:
                facts = self._assessor.facts(target, other, now)
                other = replace(other, paths=facts.paths)
            except Unscorable:
                continue
            escalations = self._store.escalations(target.repository_id, number)
            yield State(other, risk=risk, content=facts.content, granted=granted, escalations=escalations)

    def _fresh(self, target: Target, number: int, event: Event) -> PullRequest:
        pull = self._forge.pull(target, number)
        told = [event.as_of] if isinstance(event, Changed) else []
        told.append(self._store.newest(target.repository_id, number))
        key = (target.repository_id, number)
        seen = self._stale.pop(key, 0)
        # a forge is behind itself for seconds; what it still says after some looks is how it is, whatever was told
        if seen < STALE_LOOKS and any(as_of is not None and pull.updated_at < as_of for as_of in told):
            self._stale[key] = seen + 1
            raise Stale("the forge answered with facts older than what a delivery told")
        return pull

    def _named(self, target: Target, pull: PullRequest) -> Target:
        """By its present name: GitHub's redirect from an old one loses parameters and writes."""
        if target.full_name == pull.repository.full_name:
            return target
        target = replace(target, full_name=pull.repository.full_name)
        known = KnownRepository(target.repository_id, target.installation_id, target.full_name)
        self._store.saw_repository(known)
        return target

    def _warnings(self, pull: PullRequest) -> tuple[str, ...]:
        """What the doctor found about this base branch: a check that is not required holds nothing."""
        found = self._store.findings(f"{pull.repository.full_name} {pull.base_ref}")
        return tuple(f"{each.found} {each.fix}" for each in found if each.check == REQUIRED)

    def _granted(
        self, target: Target, pull: PullRequest, event: Event | None, config: Config
    ) -> dict[int, frozenset[str]]:
        """What the people whose word counts here may do: who gave the command, and who approved this head."""
        asked = [person for person in (_commander(event),) if person is not None]
        if any(window.authors for window in config.calendar.windows):
            asked.append(pull.author)  # some windows hold only what some people wrote
        asked += [r.author for r in pull.reviews if r.state == "approved" and r.head_sha == pull.head_sha]
        teams = config.teams()
        return {person.id: self._forge.access(target, person, teams) for person in {p.id: p for p in asked}.values()}

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
            self._store.audit(
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
        self._store.save_pull(
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


def _commander(event: Event | None) -> Person | None:
    match event:
        case Commented(comment):
            return comment.author
        case Pressed(_, by, _) | Labelled(_, by, _):
            return by
        case _:
            return None
