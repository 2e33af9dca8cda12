"""Issues that are incidents: what happened to one is taken in where the people who did it may say so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.config.repository import Configurations
from bot.forge.port import Forge, Target
from bot.policy.config.sections.incidents import IncidentPolicy
from bot.policy.incidents.claim import Claim, Ruling
from bot.policy.incidents.issue import NOT_SAYING, SAYING, Issue, said_in
from bot.policy.incidents.report import Report
from bot.policy.pull import Person
from bot.store import Claims


@dataclass(frozen=True, slots=True)
class Issues:
    forge: Forge
    configurations: Configurations
    claims: Claims
    report: Callable[[Target, Report], None]
    clock: Callable[[], datetime]

    def take(self, target: Target, issue: Issue) -> None:
        """Raises ForgeError kinds. What is done by somebody who may not write changes nothing."""
        if issue.by.bot or issue.moved or issue.what not in SAYING | NOT_SAYING:
            return
        policy = self._policy(target)
        if policy.is_incident(issue.labels) == (issue.what in NOT_SAYING) or not self._may(target, issue.by):
            return
        if issue.what in NOT_SAYING:
            self._withdraw(target, issue, lambda _: True, "its label was taken off")
            return
        author_may = issue.author == issue.by or self._may(target, issue.author)
        said = said_in(issue, target.full_name, policy.severity(issue.labels), author_may=author_may)
        why = f"the issue names {said.cause} now" if said.cause else "the issue names no cause any more"
        self._withdraw(target, issue, lambda claim: claim.cause not in (None, said.cause), why)
        self.report(target, said)

    def _withdraw(self, target: Target, issue: Issue, unsaid: Callable[[Claim], bool], why: str) -> None:
        """What only the issue said is withdrawn by whoever changed it, where it does not say that still."""
        now = self.clock()

        def withdrawn(claim: Claim) -> Claim:
            return Ruling.WITHDRAW.on(claim, by=issue.by.login, reason=why, at=now)

        for claim in self.claims.of(target.repository_id):
            alone = claim.incident == issue.name(target.full_name) and claim.sources == ("issue",)
            stands = claim.state in ("candidate", "confirmed")
            if alone and stands and unsaid(claim):
                self.claims.rule(claim.id, withdrawn, at=now)

    def _policy(self, target: Target) -> IncidentPolicy:
        """As the default branch says."""
        branch = self.forge.repository(target).default_branch
        tip = self.forge.tip(target, f"refs/heads/{branch}")
        return self.configurations.of(target, tip, branch)[0].incidents

    def _may(self, target: Target, person: Person) -> bool:
        """Asked of the forge: what a payload says of somebody's place in the repository counts for nothing."""
        return bool(self.forge.access(target, person, frozenset()) & {"write", "admin"})
