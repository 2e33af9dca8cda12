"""Sweeps: what the forge shows is compared with what is known, so that nothing depends on a delivery that was lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.clock.redelivery import Redelivery
from bot.forge.envelope import Envelope
from bot.forge.port import Forge, Gone, Listed, Target
from bot.jobs.intake import look
from bot.jobs.kinds import SWEEP_ONE, Nothing, OfRepository
from bot.jobs.port import JobQueue
from bot.policy.events import Tick
from bot.store import KnownPull, KnownRepository, Pulls, Repositories, Ticks

_log = structlog.get_logger(__name__)

ROTATION = timedelta(days=1)  # an open pull request is looked at again at least this often
BACK = timedelta(hours=2)  # how far a usual redelivery sweep looks
EVERYTHING_H = 6  # the first of so many hours looks at all that is kept
SKEW = timedelta(minutes=1)


class Sweeps:
    """Its methods are handlers of jobs. Each raises ForgeError when the forge must be asked and does not answer."""

    def __init__(
        self,
        *,
        repositories: Repositories,
        pulls: Pulls,
        ticks: Ticks,
        queue: JobQueue,
        forge: Forge,
        clock: Callable[[], datetime],
        redelivery: Redelivery,
    ) -> None:
        self._repositories, self._pulls, self._ticks = repositories, pulls, ticks
        self._queue, self._forge, self._clock, self._redelivery = queue, forge, clock, redelivery

    def everything(self, _: Nothing) -> None:
        """One job for each repository, so that one that cannot be reached does not hold up the others."""
        for one in self._repositories.all():
            self._queue.add(SWEEP_ONE.new(OfRepository(one.id), self._clock()))

    def repository(self, job: OfRepository) -> None:
        repository = self._repositories.get(job.repository_id)
        if repository is None or repository.gone:
            return
        known = {pull.number: pull for pull in self._pulls.all_open(repository.id)}
        try:
            shown = self._forge.open_pulls(Target(repository.installation_id, repository.id, repository.full_name))
        except Gone as error:
            # an event of the installation brings it back
            self._repositories.mark_gone(repository.id, "not found")
            _log.warning("sweep.repository_gone", repository=repository.full_name, words=str(error))
            return
        for number in known.keys() - {one.number for one in shown}:
            self._pulls.close(repository.id, number)
            self._look(repository, number)  # how it ended
        for one in shown:
            if _due(known.get(one.number), one, self._clock()):
                self._look(repository, one.number)

    def _look(self, repository: KnownRepository, number: int) -> None:
        tick = Envelope(repository.installation_id, repository.id, repository.full_name, number, Tick("sweep"))
        look(self._queue, tick, self._clock())

    def deliveries(self, _: Nothing) -> None:
        """Have the forge send again what did not arrive."""
        now = self._clock()
        first = self._ticks.once(f"redeliver everything {now.date().isoformat()} {now.hour // EVERYTHING_H}", now)
        count = self._redelivery.sweep(None if first else now - BACK)
        if count:
            _log.warning("redelivery.asked", count=count)


def _due(pull: KnownPull | None, listed: Listed, now: datetime) -> bool:
    if pull is None or pull.decided_at is None or pull.decided_at < now - ROTATION:
        return True
    if pull.decided_at > now + SKEW:  # by a clock that was ahead, perhaps in a window that is not open yet
        return True
    if (pull.head_sha, pull.base_ref) != (listed.head_sha, listed.base_ref):  # a push that no delivery told of
        return True
    return pull.as_of is not None and pull.as_of > pull.decided_at
