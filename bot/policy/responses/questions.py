"""What is to be known and takes long is asked for, once; its answer is a fact at the next look."""

from collections.abc import Iterable

from bot.policy.actions import Ask
from bot.policy.case import Case
from bot.policy.events import Event


def respond(case: Case, event: Event | None) -> Iterable[Ask]:
    return (Ask(question) for question in case.state.questions)
