"""What can be added is found everywhere: an action without its owner, its phase or its handler is an error."""

from collections.abc import Callable, Iterable
from typing import Any, get_args, get_type_hints

import pytest

from bot.forge.port import ForgeAction
from bot.line.reconcile import CHANGES
from bot.policy.actions import Action, Owner, Phase, Reply
from bot.policy.decide import RESPONSES


def wanted_by(respond: Callable[..., Iterable[Any]]) -> set[type]:
    """The kinds that a response can yield, as its signature says and the type checker proves."""
    (kinds,) = get_args(get_type_hints(respond)["return"])
    return set(get_args(kinds)) or {kinds}


@pytest.mark.parametrize("owner", get_args(Owner))
def test_a_response_wants_just_the_actions_that_name_it_as_an_owner(owner: Owner) -> None:
    assert wanted_by(RESPONSES[owner]) == {kind for kind in get_args(Action) if owner in kind.owners}


def test_every_action_names_its_phase_and_only_a_reply_tells_it_by_what_it_answers() -> None:
    by_kind = {kind: kind.phase for kind in get_args(Action) if kind is not Reply}
    assert set(by_kind.values()) == {Phase.KEPT, Phase.SHOWN, Phase.SAID}
    assert (Reply("k", "w").phase, Reply("k", "w", comment=7).phase) == (Phase.NOTED, Phase.SAID)


def test_every_action_that_is_kept_says_which_facts_it_changes() -> None:
    assert set(CHANGES) == {kind for kind in get_args(Action) if kind is not Reply and kind.phase is Phase.KEPT}


def test_whatever_a_forge_has_to_do_is_an_action() -> None:
    assert set(get_args(ForgeAction)) < set(get_args(Action))
