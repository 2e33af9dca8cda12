"""What is said of incidents becomes claims: each is resolved to the commits that landed, and kept.

Whatever way it came in, it takes this line. What cannot be resolved is kept as a candidate with the sentence why.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.forge.port import Target
from bot.jobs.kinds import Reports
from bot.policy.incidents.claim import Claim, Landed
from bot.policy.incidents.report import Cause, Report
from bot.store import Claims, Inbox, KnownRepository, Repositories

_log = structlog.get_logger(__name__)


class Resolves(Protocol):
    """Which landed commits a cause stands for; `bot.line.landed` is one."""

    def of(self, target: Target, cause: Cause) -> Landed: ...


class Incidents:
    def __init__(
        self,
        repositories: Repositories,
        claims: Claims,
        inbox: Inbox,
        landings: Resolves,
        clock: Callable[[], datetime],
    ) -> None:
        self._repositories, self._claims, self._inbox = repositories, claims, inbox
        self._landings, self._clock = landings, clock

    def take(self, reports: Reports) -> None:
        """The handler of the job. Raises what asking the forge and reading the mirror raise."""
        for report in reports.reports:
            self.report(reports.repository_id, report)
        self._inbox.settle(reports.delivery or None)

    def report(self, repository_id: int, report: Report) -> Claim | None:
        """Keep it with the repository that its cause is of. None: no repository of this server, or a flood."""
        home = self._home(repository_id, report)
        if home is None:
            _log.warning("incident.nowhere", source=report.source, incident=report.incident[:80])
            return None
        landed = self._landed(home, report)
        claim = self._claims.report(home.id, report, landed, at=self._clock())
        if claim is None:
            _log.warning("incident.flood", repository=home.full_name, source=report.source)
            return None
        _log.info(
            "incident.claim", repository=home.full_name, claim=claim.id, state=claim.state, level=int(claim.level)
        )
        return claim

    def _home(self, repository_id: int, report: Report) -> KnownRepository | None:
        if report.cause is not None and report.cause.repository:
            return self._repositories.named(report.cause.repository)
        return self._repositories.get(repository_id)

    def _landed(self, home: KnownRepository, report: Report) -> Landed:
        if report.cause is None:
            return Landed()
        target = Target(home.installation_id, home.id, home.full_name)
        return self._landings.of(target, replace(report.cause, repository=home.full_name))
