"""Where outcomes are read from: the mirror tells what a pull request brought, the index what was at fault."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bot.git.fetch import GitError
from bot.learning.faults import Faults, read_faults
from bot.learning.landed import brought
from bot.store import Followed
from scoring.git import Git
from scoring.history.index import History
from scoring.incidents import Incident


@dataclass(frozen=True, slots=True)
class Evidence:
    """`history` opens the index of a repository, None where there is none."""

    git: Callable[[int], Git]
    history: Callable[[int], AbstractContextManager[History | None]]
    incidents: Callable[[int], Sequence[Incident]]

    def commits(self, repository_id: int, each: Followed) -> tuple[str, ...]:
        """What a pull request brought to its base branch; none while it is not here."""
        if not each.landed_as:
            return ()
        try:
            return brought(self.git(repository_id), each.base_sha, each.head_sha, each.landed_as)
        except GitError:  # no mirror of it here
            return ()

    def faults(self, repository_id: int) -> Faults | None:
        """None where there is no index: then what was known before stays."""
        with self.history(repository_id) as history:
            return None if history is None else read_faults(history, self.incidents(repository_id))
