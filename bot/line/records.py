"""What a look leaves behind in the store and in the log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.facts.configuration import CONFIGURATION
from bot.facts.fact import Look
from bot.facts.pull import PULL, TARGET
from bot.line.perform import Outcome
from bot.policy.actions import Action
from bot.policy.calendar import Scope
from bot.policy.case import Case
from bot.policy.decide import Decision
from bot.policy.events import Changed, Event
from bot.policy.landing_actions import SavePassage
from bot.policy.managers import managers
from bot.policy.opinion import Verdict
from bot.policy.phases import Phase
from bot.policy.pull import PullRequest
from bot.policy.standing.level import is_ready
from bot.policy.state import State
from bot.store import (
    AuditLog,
    AutomaticLandings,
    Exhibits,
    KnownRepository,
    Landing,
    Landings,
    Lived,
    Passages,
    Pulls,
    Reads,
    Repositories,
    Shown,
    ShownPull,
    Slots,
    Sourced,
)
from bot.store.shown import MOST_PATHS

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """One decision on the facts as they then were. `event` None: nothing happened, it is a look."""

    look: Look
    event: Event | None
    state: State
    decision: Decision

    def actions(self, *phases: Phase) -> tuple[Action, ...]:
        return self.decision.of(*phases)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a look leaves what it saw and decided."""

    repositories: Repositories
    pulls: Pulls
    shown: Shown
    landings: Landings
    audit: AuditLog
    reads: Reads
    exhibits: Exhibits
    sourced: Sourced
    passages: Passages
    slots: Slots
    automatic_landings: AutomaticLandings


@dataclass(frozen=True, slots=True)
class Records:
    store: Written
    clock: Callable[[], datetime]

    def follow_name(self, look: Look) -> None:
        """Keep the repository's present name."""
        before, now = look.target, look[TARGET]
        if now.full_name != before.full_name:
            self.store.repositories.saw(KnownRepository(now.repository_id, now.installation_id, now.full_name))

    def record(self, made: Round, outcomes: tuple[Outcome, ...], *, final: bool = True) -> None:
        """A look that changes nothing leaves no record in the audit log. In shadow mode, where nothing is ever written
        to the forge, another state does: what would have been held is counted by these records."""
        state, decision, now = made.state, made.decision, self.clock()
        self.save(made, final=final)
        self._keep_for_review(made, outcomes)
        turned = self.store.shown.save(made.look.target.repository_id, state.pull.number, shown(decision.case), at=now)
        if outcomes or (turned and decision.case.config.mode == "shadow"):
            self.store.audit.add(
                "decision",
                at=now,
                repository_id=made.look.target.repository_id,
                number=state.pull.number,
                event=made.event,
                head_sha=state.pull.head_sha,
                base_sha=state.pull.base_sha,
                content=state.content_name,
                risk=state.risk,
                failure=state.failure,
                problems=state.problems,
                verdict=decision.verdict,
                opinions=decision.opinions,
                outcomes=outcomes,
            )

    def landed(self, look: Look) -> None:
        """A merged pull request, with what was in force on its base branch then."""
        self._ended(look)
        pull = look[PULL]
        if pull.life is None or pull.life.landed_at is None:
            return
        landed_at = pull.life.landed_at
        sight = self.store.shown.get(look.target.repository_id, pull.number)
        paths = sight.pull.paths if sight else None
        force = look[CONFIGURATION].config.calendar.level_at(landed_at, Scope(pull.base_ref, paths, pull.protected))
        self.store.landings.add(
            Landing(
                look.target.repository_id,
                pull.number,
                at=landed_at,
                sha=pull.life.landed_as,
                head_sha=pull.head_sha,
                base_ref=pull.base_ref,
                window=force.window.name if force.window else "",
                level=force.level,
                share=force.share,
                checked=pull.check is not None and pull.check.conclusion is not None,
            )
        )

    def _keep_for_review(self, made: Round, outcomes: tuple[Outcome, ...]) -> None:
        """Who has read it, and the facts of a decision of automatic review that is another one than the last."""
        if made.decision.case.config.auto_review.on:
            repository_id = made.look.target.repository_id
            self.store.reads.save(repository_id, made.state.pull)
            if any(isinstance(each.action, SavePassage) for each in outcomes):
                self.store.exhibits.save(repository_id, made.state, at=self.clock())

    def _ended(self, look: Look) -> None:
        """Who had read it when it landed. Where a source closed its own change, nobody said no to it; and what did not
        land by itself gives its place in the day back."""
        pull, by = look[PULL], look.event.by if isinstance(look.event, Changed) else None
        landed = pull.life is not None and pull.life.landed_at is not None
        here = (look.target.repository_id, pull.number)
        if landed and look[CONFIGURATION].config.auto_review.on:
            self.store.reads.save(look.target.repository_id, pull)
        withdrawn = by is not None and by == pull.author and not landed
        if withdrawn or (landed and not self._is_of_a_source(here, pull.head_sha)):
            self.store.sourced.drop(*here, at=self.clock())
        tried = self.store.automatic_landings.get(*here, pull.head_sha)
        if not landed or tried is None or tried.state == "refused":
            self.store.slots.release(*here)  # a person landed it, or nobody

    def _is_of_a_source(self, here: tuple[int, int], head: str) -> bool:
        """Whether what landed was a source's alone, by what was decided of that very head last."""
        of_head = [row.decided for row in self.store.passages.of(*here) if row.decided.head_sha == head]
        return bool(of_head) and of_head[-1].source != ""

    def answer(self, made: Round, outcomes: tuple[Outcome, ...]) -> None:
        """What was answered about a pull request that is closed: nothing is decided about it."""
        self.store.audit.add(
            "answer",
            at=self.clock(),
            repository_id=made.look.target.repository_id,
            number=made.state.pull.number,
            event=made.event,
            outcomes=outcomes,
        )

    def save(self, made: Round, *, final: bool) -> None:
        """What was fetched and decided last. Not final: the next sweep looks again."""
        pull, risk = made.state.pull, made.state.risk
        self.store.pulls.save(
            made.look.target.repository_id,
            pull.number,
            head_sha=pull.head_sha,
            base_ref=pull.base_ref,
            open=pull.open,
            ready=is_ready(pull),
            verdict=int(made.decision.alone),
            percentile=risk.percentile if risk else None,
            decided_at=self.clock() if final else None,
            mark=made.decision.mark,
            lived=_lived(pull, made.event),
        )

    def log(self, made: Round) -> None:
        """What was decided and why, in a line."""
        state, decision = made.state, made.decision
        _log.info(
            "decided",
            repository=made.look[TARGET].full_name,
            number=state.pull.number,
            head=state.pull.head_sha,
            cause=type(made.event).__name__.lower() if made.event else "settled",
            verdict=decision.verdict.name.lower(),
            percentile=state.risk.percentile if state.risk else None,
            why=[f"{opinion.rule}: {opinion.words}" for opinion in decision.opinions if opinion.words],
            did=[type(action).__name__ for action in decision.actions],
        )


def shown(case: Case) -> ShownPull:
    """What pages show of a decision."""
    pull, force = case.pull, case.in_force
    return ShownPull(
        title=pull.title,
        author=pull.author,
        head_sha=pull.head_sha,
        head_ref=pull.head_ref,
        base_ref=pull.base_ref,
        draft=pull.draft,
        private=pull.repository.private,
        mode=case.config.mode,
        held=case.verdict is Verdict.BLOCK,
        excepted=case.exception is not None and any(opinion.verdict is Verdict.BLOCK for opinion in case.opinions),
        until=case.free_at,
        zone=case.zone,
        window=force.window.name if force.window else "",
        level=force.level,
        share=force.share,
        opinions=case.opinions,
        may_answer=managers(case),
        paths=None if case.state.paths is None else case.state.paths[:MOST_PATHS],
        card=case.card,
        digest=case.card.digest(),
    )


def _lived(pull: PullRequest, event: Event | None) -> Lived | None:
    if pull.life is None:
        return None
    ready_at = event.as_of if isinstance(event, Changed) and event.what == "ready_for_review" else None
    return Lived(pull.life.opened_at, pull.updated_at, pull.draft, ready_at)
