"""Make actions true, on the forge and in the store, and say what became of each.

One handler a kind of action; the type checker proves that none is missing, so nothing is called done that nobody did.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.forge.port import Forge, ForgeAction, ReadOnly, Refused, Target
from bot.policy.actions import (
    Action,
    Ask,
    EndFreeze,
    PutComment,
    React,
    RemoveComment,
    Reply,
    Rescore,
    SaveAttestation,
    SaveEscalation,
    SaveFeedback,
    SetCheck,
    StartFreeze,
)
from bot.policy.pull import PullRequest
from bot.policy.state import Question
from bot.store import Store

DONE = "done"
NOBODY = "nobody here answers such a question"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action, for the audit log."""

    action: Action
    words: str  # DONE, or why not


class Performer:
    """`ask` has a question about a pull request answered by a job; asked twice it is answered once."""

    def __init__(
        self,
        forge: Forge,
        store: Store,
        clock: Callable[[], datetime],
        ask: Callable[[Target, int, Question], None] | None = None,
    ) -> None:
        self._forge = forge
        self._ask = ask
        self._store = store
        self._clock = clock

    def perform(self, target: Target, pull: PullRequest, actions: Iterable[Action]) -> Iterator[Outcome]:
        """One after the other, in the order of their phases; each outcome is there once its action is done.

        Raises ForgeError kinds other than Refused: what comes after is not done then.
        """
        for action in sorted(actions, key=lambda action: action.phase):
            yield Outcome(action, self._handle(target, pull, action))

    def all(self, target: Target, pull: PullRequest, actions: Iterable[Action]) -> tuple[Outcome, ...]:
        return tuple(self.perform(target, pull, actions))

    def on_commit(self, target: Target, check: SetCheck) -> Outcome:
        """On a commit that is no pull request's head: a merge group."""
        try:
            self._forge.check_commit(target, check)
        except ReadOnly as error:
            return Outcome(check, str(error))
        return Outcome(check, DONE)

    def _handle(self, target: Target, pull: PullRequest, action: Action) -> str:
        match action:
            case SetCheck() | PutComment() | RemoveComment() | React():
                return self._on_forge(target, pull, action)
            case Reply():
                words = self._on_forge(target, pull, action)
                self._store.notes.add(target.repository_id, pull.number, action.key, at=self._clock())
                return words
            case SaveEscalation() | SaveAttestation() | SaveFeedback() | Rescore() | StartFreeze() | EndFreeze():
                self._keep((target.repository_id, pull.number), action)
                return DONE
            case Ask():
                if self._ask is None:
                    return NOBODY
                self._ask(target, pull.number, action.question)
                return DONE
            case _:
                assert_never(action)

    def _keep(
        self,
        key: tuple[int, int],
        action: SaveEscalation | SaveAttestation | SaveFeedback | Rescore | StartFreeze | EndFreeze,
    ) -> None:
        now, repository = self._clock(), key[0]
        match action:
            case SaveEscalation():
                self._store.exceptions.save(*key, action.escalation, at=now)
            case SaveAttestation():
                self._store.exceptions.attest(*key, action.head_sha, action.by, at=now)
            case SaveFeedback():
                self._store.feedback.save(*key, action.head_sha, action.by, action.useful, action.text, at=now)
            case Rescore():
                self._store.assessments.forget(*key, action.head_sha)
            case StartFreeze():
                self._store.freezes.save(repository, action.freeze, at=now)
            case EndFreeze():
                for freeze in self._store.freezes.of(repository, action.at):
                    if freeze.id == action.id:
                        self._store.freezes.save(repository, replace(freeze, end=action.at), at=now)
            case _:
                assert_never(action)

    def _on_forge(self, target: Target, pull: PullRequest, action: ForgeAction) -> str:
        try:
            self._forge.perform(target, pull, action)
        except Refused as error:  # one refused action must not keep the others from being performed
            return str(error)
        return DONE
