"""Actions are performed in the order of their phases, and what is called done was done."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.forge.port import Busy, Forge, ForgeAction, Refused, Target
from bot.forge.shadow import NOTHING_WRITTEN, ShadowForge
from bot.line.perform import DONE, Changeable, Outcome, Performer
from bot.policy.actions import Action, PutComment, React, Reply, SaveAttestation, SetCheck
from bot.policy.pull import PullRequest
from bot.policy.views import Card
from bot.store import Store
from tests.bot.policy.policy_world import ANA, HEAD, SATURDAY, pull

TARGET = Target(1, 7, "acme/shop")
CHECK = SetCheck(HEAD, "success", Card("quiet", "Free"))
CARD = PutComment(Card("free", "Free"))
NOTE, ANSWER = Reply("crossed", "Held now."), Reply("comment:5", "Noted.", comment=5)
ATTESTED = SaveAttestation(ANA, HEAD)


class Board:
    """A forge that remembers what it was made to do, and refuses or puts off one kind of it."""

    def __init__(self, odd: tuple[type, ...] = (), error: Callable[[], Exception] = RuntimeError) -> None:
        self.done: list[object] = []
        self._odd, self._error = odd, error

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> None:
        if isinstance(action, self._odd):
            raise self._error()
        self.done.append(action)

    def check_commit(self, target: Target, action: SetCheck) -> None:
        self.done.append(action)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path}/codechill.db")) as opened:
        yield opened


def performed(forge: object, store: Store, *actions: Action) -> list[Outcome]:
    """As far as it came."""
    outcomes: list[Outcome] = []
    performer = Performer(cast(Forge, forge), store.only(Changeable), lambda: SATURDAY)
    try:
        outcomes.extend(performer.perform(TARGET, pull(), actions))
    except Busy:
        outcomes.append(Outcome(CHECK, "busy"))
    return outcomes


def test_a_note_comes_first_then_what_is_kept_then_the_verdict_and_answers_last(store: Store) -> None:
    outcomes = performed(Board(), store, CHECK, CARD, ANSWER, ATTESTED, NOTE)
    assert [outcome.action for outcome in outcomes] == [NOTE, ATTESTED, CHECK, CARD, ANSWER]
    assert {outcome.words for outcome in outcomes} == {DONE}


def test_what_the_forge_refuses_keeps_nothing_else_from_being_done(store: Store) -> None:
    board = Board((PutComment,), lambda: Refused("the conversation is locked"))
    outcomes = performed(board, store, CHECK, CARD, ANSWER)
    assert [outcome.words for outcome in outcomes] == [DONE, "the conversation is locked", DONE]
    assert board.done == [CHECK, ANSWER]


def test_what_comes_after_a_forge_that_stops_answering_is_not_done(store: Store) -> None:
    board = Board((PutComment,), lambda: Busy("wait", SATURDAY + timedelta(hours=1)))
    assert [outcome.action for outcome in performed(board, store, ANSWER, CHECK, CARD)][:-1] == [CHECK]
    assert board.done == [CHECK]


@pytest.mark.parametrize("action", [CHECK, CARD, NOTE, ANSWER, React(5, "+1")])
def test_in_shadow_nothing_is_called_done(store: Store, action: Any) -> None:
    board = Board()
    forge = ShadowForge(cast(Forge, board))
    assert performed(forge, store, action) == [Outcome(action, NOTHING_WRITTEN)]
    assert Performer(forge, store.only(Changeable), lambda: SATURDAY).on_commit(TARGET, CHECK) == Outcome(
        CHECK, NOTHING_WRITTEN
    )
    assert board.done == []
