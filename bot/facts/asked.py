"""Facts that take long: a language model, a test of behaviour, a person. They are asked for, and answered by a job.

Reading one never waits: until its answer is kept it is Unknown, and the question stands in the state, from where the
decision asks it. Whoever answers keeps the answer and has the pull request looked at again.
"""

from collections.abc import Callable
from typing import Any

from bot.facts.fact import Fact, Live, Look
from bot.policy.pull import AWAITED, Unknown
from bot.policy.state import Question


def asked(name: str, about: Callable[[Look], str], needs: tuple[Fact[Any], ...]) -> Fact[Any | Unknown]:
    """A row of the table. `about` names what the answer holds for: the content of a change, say."""

    def read(live: Live, look: Look) -> Any | Unknown:
        question, repository = Question(name, about(look)), look.target.repository_id
        if live.answers is None:
            return Unknown("nobody here answers such a question")
        answer = live.answers.get(repository, question)
        if answer is not None:
            return answer
        if not live.answers.awaited(repository, question):
            look.questions[question] = None
        return AWAITED

    return Fact(name, read, lambda: Unknown("nobody was asked"), needs=needs)
