"""What follows from an upload of differences and from an answer: suggestions, and another look at whom it concerns.

A build is the head of open pull requests, which are looked at again, or a commit or tag that was released, whose commit
gets the check itself.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.config.repository import Configurations
from bot.facts.differences import standing
from bot.forge.envelope import Envelope
from bot.forge.port import Forge, ForgeError, Refused, Target
from bot.git.fetch import Missing
from bot.git.mirror import Mirror
from bot.jobs.intake import look
from bot.jobs.kinds import RELEASE, REPORT, WEIGH, Build, Reports
from bot.jobs.port import JobQueue
from bot.policy.config import Config
from bot.policy.events import Tick
from bot.policy.incidents import report
from bot.policy.incidents.report import Report
from bot.policy.pull import DIFFERENTIAL_TEST
from bot.policy.responses.difftest import check
from bot.store import (
    AuditLog,
    Cause,
    Claims,
    DifferenceUploads,
    DifferenceWeighings,
    Landings,
    Pulls,
    Repositories,
    Upload,
    Weighed,
    Weighing,
)
from bot.store import Differences as Kept
from scoring.difftest.answers import OPEN, Standing, State
from scoring.difftest.between import between
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.intent import Intent, Link
from scoring.difftest.labeller import Labelled, train
from scoring.difftest.labels import Label
from scoring.difftest.settings import TeamSettings
from scoring.difftest.shelf import desk_of
from scoring.difftest.snapshots import frozen
from scoring.git import SHA, GitError

_log = structlog.get_logger(__name__)
SOURCE = "difftest"
DOUBT = "which change brought it is told by the words and files that both have in common: a person has to confirm it"


@dataclass(frozen=True, slots=True)
class Tested:
    """What is kept of differences, and of whom they concern."""

    repositories: Repositories
    pulls: Pulls
    landings: Landings
    claims: Claims
    audit: AuditLog
    difference_uploads: DifferenceUploads
    differences: Kept
    difference_weighings: DifferenceWeighings


@dataclass(frozen=True, slots=True)
class Builds:
    """`weigh` and `release` are the handlers of their jobs; `read` and `answered` are told what happened."""

    store: Tested
    forge: Forge
    mirror: Mirror
    configurations: Configurations
    queue: JobQueue
    clock: Callable[[], datetime]

    def read(self, upload: Upload) -> None:
        """An upload was read, or could not be."""
        self.answered(upload.repository_id, upload.origin.team, upload.release)

    def answered(self, repository_id: int, team: str, release: str) -> None:
        """Somebody said something of a group, or took it back: whom it concerns is looked at at once, and what is
        suggested of the rest is worked out again behind that."""
        build = Build(repository_id, team, release)
        self._look(build)
        self.queue.add(WEIGH.new(build, self.clock()))

    def weigh(self, build: Build) -> None:
        """Work out what is suggested of each group of a build, and of which changes it may be."""
        target = self._target(build)
        if target is None:
            return
        shelf = self.store.differences.shelf(build.repository_id, self._config(target).difftest.settings())
        desk = desk_of(shelf, build.team)
        if build.release not in desk.releases:
            return
        here = (build.repository_id, build.team, build.release)
        before = self.store.difference_weighings.get(*here)
        after = self._weighed(desk, build, before)
        open_ = [each for each in desk.of_release(build.release) if each.id not in desk.standing]
        shelf.freeze(frozen(open_, after.suggestions(), after.at))  # the first of each group stays, to be measured
        named = self._named(target, desk, build, after, before)
        self.store.difference_weighings.save(*here, named)
        if before is None or before.groups != named.groups:
            self._look(build)

    def release(self, build: Build) -> None:
        """The check on the commit that was released, and candidates for the incidents that it brought."""
        target = self._target(build)
        sha = self._commit(target, build.release) if target else None
        if target is None or sha is None:
            _log.info("difftest.no_commit", repository=build.repository_id, release=build.release[:80])
            return
        config = self._config(target)
        settings = config.difftest.settings()
        self._show(target, build, sha, config, settings)
        self._report(build, settings)

    def branch(self, repository_id: int) -> str:
        """The default branch, its configuration read now; "" of what cannot be reached. Raises ForgeError."""
        home = self.store.repositories.get(repository_id)
        if home is None or home.gone:
            return ""
        target = Target(home.installation_id, home.id, home.full_name)
        name = self.forge.repository(target).default_branch
        self.configurations.of(target, self.forge.tip(target, name), name)
        return name

    def known_branch(self, repository_id: int) -> str | None:
        """The same; None where the forge does not say."""
        try:
            return self.branch(repository_id)
        except ForgeError as error:
            _log.warning("difftest.no_branch", repository=repository_id, words=str(error))
            return None

    # --- suggestions

    def _weighed(self, desk: Desk, build: Build, before: Weighing | None) -> Weighing:
        teaching = desk.teaching(build.release)
        others = _digest(each for each in teaching if each.group.key.release != build.release)
        # labels of this build leave the calibration on those before it as it was
        kept = before.temperature if before and before.calibrated_on == others else None
        local = train(teaching, temperature=kept)
        groups = {
            name: Weighed(each.label or "", each.confidence, each.by)
            for name, each in desk.by(local, build.release).items()
        }
        return Weighing(self.clock(), groups, local.temperature if local else None, others)

    def _named(self, target: Target, desk: Desk, build: Build, after: Weighing, before: Weighing | None) -> Weighing:
        """With the likeliest changes of each group; what is between two builds does not change."""
        known = {name: each.causes for name, each in before.groups.items()} if before else {}
        new = [each for each in desk.of_release(build.release) if each.id not in known]
        causes = {**known, **self._causes(target, build, new)} if new else known
        groups = {name: replace(each, causes=causes.get(name, ())) for name, each in after.groups.items()}
        return replace(after, groups=groups)

    def _causes(self, target: Target, build: Build, groups: list[Group]) -> dict[str, tuple[Cause, ...]]:
        baseline = groups[0].examples[0].origin.baseline
        first, last = (self._commit(target, name) for name in (baseline, build.release))
        if first is None or last is None:
            return {}
        try:
            changes = between(self.mirror.path(build.repository_id), first, last)
        except GitError:  # a commit that is in no branch, and nobody's pull request
            return {}
        numbers = self.store.landings.numbers(build.repository_id, [each.id for each in changes])
        of_head = self.store.pulls.at(build.repository_id, last)
        intent = Intent(changes)

        def cause(link: Link) -> Cause:
            number = numbers.get(link.change.id) or (of_head[0] if of_head else 0)
            title = link.change.words.partition("\n")[0][:200]
            return Cause(link.change.id, number, title, link.common, link.files)

        return {each.id: tuple(cause(link) for link in intent.of(each)) for each in groups}

    # --- whom it concerns

    def _look(self, build: Build) -> None:
        """Every open pull request whose head it is; else its commit."""
        home, now = self.store.repositories.get(build.repository_id), self.clock()
        if home is None or home.gone:
            return
        numbers = self.store.pulls.at(build.repository_id, build.release)
        for number in numbers:
            event = Tick("differences")
            look(self.queue, Envelope(home.installation_id, home.id, home.full_name, number, event), now)
        if not numbers:
            self.queue.add(RELEASE.new(build, now))

    def _show(
        self, target: Target, build: Build, sha: str, config: Config, settings: Mapping[str, TeamSettings]
    ) -> None:
        differences = standing(self.store, build.repository_id, build.release, settings)
        there = self.forge.checks_of(target, sha).get(DIFFERENTIAL_TEST)
        if config.mode == "shadow" or (differences.outcome == "nothing" and there is None):
            return
        wanted = check(differences, sha, config.mode)
        if there is not None and there.digest == wanted.digest:
            return
        try:
            self.forge.check_commit(target, wanted)
        except Refused as error:  # nothing is ever written here, or the forge knows no such commit
            _log.warning("difftest.check_refused", repository=target.full_name, words=str(error))
            return
        self.store.audit.add(
            "release_check", at=self.clock(), repository_id=build.repository_id, release=build.release, sha=sha,
            conclusion=wanted.conclusion, regressions=differences.regressions, waiting=differences.waiting,
        )  # fmt: skip

    def _report(self, build: Build, settings: Mapping[str, TeamSettings]) -> None:
        """Each group that people called a regression, once, as an incident that its likeliest change may have had."""
        shelf = self.store.differences.shelf(build.repository_id, settings)
        desk = desk_of(shelf, build.team)
        weighing = self.store.difference_weighings.get(build.repository_id, build.team, build.release)
        if weighing is None or build.release not in desk.releases:
            return
        told = {claim.incident for claim in self.store.claims.of(build.repository_id)}
        reports = tuple(each for each in _reports(desk, build, weighing, self.clock()) if each.incident not in told)
        if reports:
            self.queue.add(REPORT.new(Reports("", build.repository_id, reports), self.clock()))

    # --- commits

    def _target(self, build: Build) -> Target | None:
        home = self.store.repositories.get(build.repository_id)
        return None if home is None or home.gone else Target(home.installation_id, home.id, home.full_name)

    def _config(self, target: Target) -> Config:
        """What is in force on the default branch: a build is of the repository, not of a pull request."""
        branch = self.forge.repository(target).default_branch
        config, _ = self.configurations.of(target, self.forge.tip(target, branch), branch)
        return config

    def _commit(self, target: Target, build: str) -> str | None:
        """A full id, or the commit of a tag; None for what is neither here."""
        if not SHA.fullmatch(build):
            return self._fetched(target, f"refs/tags/{build}")
        if not self.mirror.has(target.repository_id, build):
            self._fetched(target)
        return build

    def _fetched(self, target: Target, *refs: str) -> str | None:
        """Where the first of these is. The default branch is fetched with them: what landed has to be known as such."""
        wanted = [*refs, f"refs/heads/{self.forge.repository(target).default_branch}"]
        url, token = self.forge.clone_url(target), lambda: self.forge.token(target)
        try:
            return self.mirror.fetch(target.repository_id, url, wanted, token=token)[wanted[0]]
        except (ValueError, Missing):  # no name of a tag, or none that is there
            return None


def _reports(desk: Desk, build: Build, weighing: Weighing, at: datetime) -> list[Report]:
    made = []
    for each in desk.of_release(build.release):
        stands, weighed = desk.standing.get(each.id, OPEN), weighing.groups.get(each.id)
        new = stands.label is Label.REGRESSION and stands.state is not State.AGAIN  # of the build that showed it first
        if new and weighed is not None and weighed.causes:
            made.append(_reported(each, stands, weighed.causes[0], at))
    return made


def _reported(group: Group, stands: Standing, cause: Cause, at: datetime) -> Report:
    signature = group.key.signature
    said = Report(
        source=SOURCE,
        incident=f"{SOURCE} {group.id} {group.key.release}"[:200],
        at=stands.at or at,
        by=stands.by[0] if stands.by else SOURCE,
        cause=report.Cause(sha=cause.sha),
        evidence=f"both speak of {', '.join(cause.common)}",
        title=f"{signature.endpoint} {signature.field}: {signature.kind}",
    )
    return said.doubted(DOUBT).trimmed()


def _digest(labelled: Iterable[Labelled]) -> str:
    rows = sorted(f"{each.group.id}={each.label}" for each in labelled)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]
