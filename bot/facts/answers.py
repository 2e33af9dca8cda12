"""Where the answers are kept of what takes long to be answered."""

from typing import Any, Protocol

from bot.policy.state import Question


class Answers(Protocol):
    """Where answers are kept, by repository and question."""

    def get(self, repository_id: int, question: Question) -> Any | None: ...

    def awaited(self, repository_id: int, question: Question) -> bool:
        """It was asked, and its answer is still to come."""
        ...
