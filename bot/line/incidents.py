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
from bot.policy.incidents.landing import judged
from bot.policy.incidents.report import Cause, Report
from bot.policy.pull import Person
from bot.store import Claims, Inbox, KnownRepository, Repositories

_log = structlog.get_logger(__name__)


class Resolves(Protocol):
    """Which landed commits a cause stands for; `bot.line.landed` is one."""

    def of(self, target: Target, cause: Cause) -> Landed: ...


class Admits(Protocol):
    """Asks the forge what a person may do; every forge does."""

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]: ...


class Incidents:
    def __init__(
        self,
        repositories: Repositories,
        claims: Claims,
        inbox: Inbox,
        landings: Resolves,
        admits: Admits,
        clock: Callable[[], datetime],
    ) -> None:
        self._repositories, self._claims, self._inbox = repositories, claims, inbox
        self._landings, self._admits, self._clock = landings, admits, clock

    def take(self, reports: Reports) -> None:
        """The handler of the job. Raises what asking the forge and reading the mirror raise."""
        for report in reports.reports:
            self.report(reports.repository_id, report)
        self._inbox.settle(reports.delivery or None)

    def report(self, repository_id: int, report: Report) -> Claim | None:
        """Keep it with the repository that its cause is of. None: no repository of this server, a flood, or nothing."""
        home = self._home(repository_id, report)
        if home is None:
            _log.warning("incident.nowhere", source=report.source, incident=report.incident[:80])
            return None
        landed = self._landed(home, report)
        if report.cause is not None and report.cause.title and landed.commits:
            report = replace(report, cause=Cause(sha=landed.commits[0]))
        taken = judged(self._at_home(repository_id, home, report), landed)
        claim = self._claims.report(home.id, taken, landed, at=self._clock()) if taken else None
        if claim is None:
            _log.warning("incident.not_kept", repository=home.full_name, source=report.source, again=taken is None)
            return None
        _log.info(
            "incident.claim", repository=home.full_name, claim=claim.id, state=claim.state, level=int(claim.level)
        )
        return claim

    def _home(self, repository_id: int, report: Report) -> KnownRepository | None:
        if report.cause is not None and report.cause.repository:
            return self._repositories.named(report.cause.repository)
        return self._repositories.get(repository_id)

    def _at_home(self, repository_id: int, home: KnownRepository, report: Report) -> Report:
        """Whoever may write where it was said may not write everywhere: of another repository they only guess."""
        if not report.by_id or home.id == repository_id:
            return report
        rights = self._admits.access(_target(home), Person(report.by_id, report.by), frozenset())
        if rights & {"write", "admin"}:
            return report
        return report.doubted(f"said in another repository by {report.by}, who may not write to {home.full_name}")

    def _landed(self, home: KnownRepository, report: Report) -> Landed:
        if report.cause is None:
            return Landed()
        return self._landings.of(_target(home), replace(report.cause, repository=home.full_name))


def _target(home: KnownRepository) -> Target:
    return Target(home.installation_id, home.id, home.full_name)
