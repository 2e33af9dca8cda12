"""From facts to the state that a decision rests on."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from bot.facts.fact import Fact, Filled, Look
from bot.facts.pull import PULL
from bot.policy.state import State

_FIELDS = frozenset(field.name for field in fields(State))


def gather(look: Look, wanted: Iterable[Fact[Any]]) -> State:
    """Everything wanted, each asked for once; what only some of it needs is asked for only then."""
    filled: dict[str, Any] = {}
    for fact in wanted:
        filled |= fills(fact, look[fact])
    return State(**{**filled, "pull": look[PULL], "questions": tuple(look.questions)})


def fills(fact: Fact[Any], value: Any) -> Filled:
    """Which fields of State show it, and what they hold then."""
    if fact.fills is not None:
        return fact.fills(value)
    return {fact.name: value} if fact.name in _FIELDS else {}
