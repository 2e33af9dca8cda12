"""Who wrote a pull request, by the forge's word: landed commits that it lists as made by the account that opened it.

No address in a commit says so: that is whatever was typed. What the forge lists is asked for once a day for each
account and repository, when a change is scored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import store
from bot.forge.port import Forge, Target
from bot.policy.pull import Person

FRESH = timedelta(days=1)  # how long what the forge listed is used


@dataclass(frozen=True, slots=True)
class Accounts:
    """Commits by account, asked of the forge and kept for a day."""

    forge: Forge
    stored: store.Accounts
    clock: Callable[[], datetime]

    def landed(self, target: Target, person: Person) -> tuple[str, ...]:
        """Landed commits of an account; none of a program's or a stranger's. Raises ForgeError."""
        if person.bot:
            return ()
        now = self.clock()
        known = self.stored.commits(target.repository_id, person.id, since=now - FRESH)
        if known is None:
            known = self.forge.landed_by(target, person)
            self.stored.save(target.repository_id, person.id, known, at=now)
        return known
