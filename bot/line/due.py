"""Every change that has waited long enough to land by itself is looked at, the one that waited longest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.forge.envelope import Envelope
from bot.jobs.kinds import PULL, Events, Nothing, pull_key
from bot.jobs.port import JobQueue
from bot.policy.events import Due
from bot.store import LandingQueue, Repositories


@dataclass(frozen=True, slots=True)
class DueLandings:
    repositories: Repositories
    queue: LandingQueue
    jobs: JobQueue
    clock: Callable[[], datetime]

    def take(self, _: Nothing) -> None:
        """One that is about to be looked at already is not looked at twice."""
        now = self.clock()
        for repository_id, number in self.queue.due(now):
            home = self.repositories.get(repository_id)
            if home is None or home.gone:
                continue
            envelope = Envelope(home.installation_id, repository_id, home.full_name, number, Due())
            self.jobs.add(PULL.new(Events("", (envelope,)), now, same=f"due {pull_key(repository_id, number)}"))
