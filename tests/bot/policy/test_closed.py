"""What can be added is found everywhere: an action without its owner, its phase or its handler is an error."""

from collections.abc import Callable, Iterable
from typing import Any, get_args, get_type_hints

import pytest
from policy_world import ANA, BEN, HEAD, MIA, SATURDAY, pull, said, state, weekend

from bot.forge.port import ForgeAction
from bot.line.reconcile import CHANGES
from bot.policy.actions import Action, Ask, PutComment, Reply, SetCheck
from bot.policy.calendar import Scope
from bot.policy.decide import RESPONSES, decide
from bot.policy.events import Changed, Commented, Labelled, Pressed, Tick, commander
from bot.policy.phases import Owner, Phase
from bot.policy.pull import CHECK, CheckRun
from bot.policy.show.ticks import mark
from bot.policy.state import Question


def wanted_by(respond: Callable[..., Iterable[Any]]) -> set[type]:
    """The kinds that a response can yield, as its signature says and the type checker proves."""
    (kinds,) = get_args(get_type_hints(respond)["return"])
    return set(get_args(kinds)) or {kinds}


@pytest.mark.parametrize("owner", get_args(Owner))
def test_a_response_wants_just_the_actions_that_name_it_as_an_owner(owner: Owner) -> None:
    assert wanted_by(RESPONSES[owner]) == {kind for kind in get_args(Action) if owner in kind.owners}


def test_every_action_names_its_phase_and_only_a_reply_tells_it_by_what_it_answers() -> None:
    by_kind = {kind: kind.phase for kind in get_args(Action) if kind is not Reply}
    assert set(by_kind.values()) == {Phase.KEPT, Phase.SHOWN, Phase.SAID, Phase.LANDED}
    assert (Reply("k", "w").phase, Reply("k", "w", comment=7).phase) == (Phase.NOTED, Phase.SAID)


def test_every_action_that_is_kept_says_which_facts_it_changes() -> None:
    assert set(CHANGES) == {kind for kind in get_args(Action) if kind is not Reply and kind.phase is Phase.KEPT}


def test_whatever_a_forge_has_to_do_is_an_action() -> None:
    assert set(get_args(ForgeAction)) < set(get_args(Action))


def test_whose_word_an_event_carries() -> None:
    word, button = said("/chill why", BEN), Pressed("approve", MIA, HEAD)
    events = [Commented(word), button, Labelled("urgent", ANA, SATURDAY), Tick("edge"), Changed("opened"), None]
    assert [commander(event) for event in events] == [BEN, MIA, ANA, None, None, None]


def test_a_question_is_asked_while_it_stands_in_the_state() -> None:
    question = Question("language-model", "patch-1")
    assert [Ask(question).holds(state(questions=given)) for given in ((), (question,))] == [True, False]


def test_a_decision_tells_its_actions_by_their_phases() -> None:
    decision = decide(None, state(), weekend(), SATURDAY)
    assert {type(action) for action in decision.of(Phase.SHOWN)} == {SetCheck, PutComment}
    assert decision.of(Phase.KEPT, Phase.NOTED) == ()
    assert decision.mark == mark(weekend(), SATURDAY, Scope(base_ref="main"))


def test_the_checks_of_a_pull_request_are_told_by_their_names() -> None:
    ours, other = CheckRun(1, HEAD, "completed", "success", "a"), CheckRun(2, HEAD, "queued", None, None, name="other")
    shown = pull().showing({CHECK: ours, "other": other})
    assert (shown.check_named(CHECK), shown.check_named("other"), shown.check_named("none")) == (ours, other, None)
