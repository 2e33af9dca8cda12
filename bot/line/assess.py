"""The bridge to scoring: a pull request becomes a change in a local mirror, and the change an assessment."""

import hashlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog

from bot.facts.assessor import Base, Unscorable
from bot.forge.port import Forge, Target
from bot.git.contributors import contributors
from bot.git.fetch import Corrupt, GitError, Refused, TooLarge, TooMuch
from bot.git.mirror import Mirror, valid_sha
from bot.policy.content import Content
from bot.policy.gatekeeping import Merged
from bot.policy.pull import Person, PullRequest
from bot.policy.state import Cause
from scoring.assessment import Assessment
from scoring.change import Change
from scoring.errors import DamagedIndex, ScoringError
from scoring.facts.services import Services, Sources
from scoring.git import Git
from scoring.git.merging import merged, scratch
from scoring.history.criticality import read_services
from scoring.history.diff import Diff
from scoring.history.diff import read as read_diff
from scoring.history.index import History
from scoring.history.read import change_of
from scoring.incidents import Incident
from scoring.inspection import Inspection
from scoring.inspector import inspect
from scoring.scorer import SHIPPED, Scorer
from scoring.semantics import ChangeVerdict
from scoring.semantics.git import prove, read_change

_log = structlog.get_logger(__name__)
MOST_INSPECTIONS = 2_000
MOST_FILES = 3_000  # GitHub lists no more, and nobody reviews them


@dataclass(frozen=True, slots=True)
class Served:
    """The folder of the model that scores a repository, and of those that are only asked beside it."""

    folder: Path = SHIPPED
    tried: tuple[Path, ...] = ()


class MirrorAssessor:
    """Fetches what it lacks, keeps one index for each repository id, and scores one change at a time in each."""

    def __init__(
        self, forge: Forge, mirror: Mirror, indexes: Path, *,
        models: Callable[[int], Served] = lambda repository: Served(),
        incidents: Callable[[int], Sequence[Incident]] = lambda repository: (),
        landed: Callable[[Target, Person], tuple[str, ...]] = lambda target, person: (),
        fit_due: Callable[[int], None] = lambda repository: None,
        relabel_due: Callable[[int], None] = lambda repository: None,
    ) -> None:  # fmt: skip
        self._forge, self._mirror, self._indexes = forge, mirror, indexes
        self._models, self._incidents, self._landed = models, incidents, landed
        self._fit_due, self._relabel_due = fit_due, relabel_due  # what takes long is a job, which these ask for
        self._guard = threading.Lock()
        self._locks: dict[int, threading.Lock] = {}
        self._scorers: dict[int, tuple[Served, Scorer]] = {}
        self._inspections: dict[tuple[int, str, str, int], tuple[Sources, Inspection]] = {}
        self._critical: dict[int, tuple[str, Sources, Services]] = {}  # what each base branch tells at its tip

    def base(self, target: Target, pull: PullRequest) -> Base:
        base = self._parting(target, pull, fetched=False)
        if base is None:
            self._fetch(target, pull)
            base = self._parting(target, pull, fetched=True)
        if base is None:
            raise Unscorable("it shares no history with its base branch")
        return base

    def _parting(self, target: Target, pull: PullRequest, *, fetched: bool) -> Base | None:
        """Where head and base branch parted; None when they never met, or an end is not here yet."""
        tip = valid_sha(pull.base_sha)
        try:
            common = self._mirror.merge_base(target.repository_id, tip, pull.head_sha)
        except GitError as error:  # before a fetch: nothing is here, an end is lacking, the mirror is damaged
            if fetched or isinstance(error, TooMuch):
                raise
            return None
        return Base(tip, common) if common else None

    def diff(self, target: Target, base: Base, head: str) -> Diff:
        repository = target.repository_id
        with self._refusing(repository):
            return read_diff(self._mirror.git(repository), base.sha, head, most=MOST_FILES)

    def content(self, target: Target, base: Base, diff: Diff) -> Content:
        """Named by every changed path with mode and object before and after: a merge of a base that left those files
        alone, or a rebase that gives the same files, keeps the name; anything else has another.
        """
        self.contributors(target, base, diff.head)  # who made it must be readable
        listing = diff.listing()
        paths = tuple(os.fsdecode(path) for path in listing.split(b"\0")[1::2])
        if len(paths) > MOST_FILES:
            raise Unscorable(f"the diff has {len(paths):,} files")
        return Content(hashlib.sha256(listing).hexdigest(), paths)

    def contributors(self, target: Target, base: Base, head: str) -> frozenset[str]:
        with self._refusing(target.repository_id):
            return contributors(self._mirror.git(target.repository_id), base.sha, head)

    def assess(
        self, target: Target, pull: PullRequest, base: Base, diff: Diff, critical: Sources, now: datetime
    ) -> Assessment:
        repository = target.repository_id
        with self._refusing(repository):
            # an address in a commit is whatever its author typed: nobody's experience is looked up by it
            change = change_of(diff, at=now, title=pull.title, message=pull.body)
            verdict = prove(self._mirror.git(repository), change)
        change = replace(change, attested=self._landed(target, pull.author))
        with self._refusing(repository, cause="us"):
            return self._assessed(repository, base.tip, change, critical, verdict)

    def inspect(
        self, target: Target, pull: PullRequest, base: Base, diff: Diff, critical: Sources, now: datetime
    ) -> Inspection:
        """Kept in memory, for the newest changes that were asked about."""
        repository = target.repository_id
        key = (repository, base.sha, diff.head, pull.author.id)
        before = self._inspections.get(key)
        if before is not None and before[0] == critical:
            return before[1]
        with self._refusing(repository):
            change, git = change_of(diff, at=now, title="", message=""), self._mirror.git(repository)
            verdict = prove(git, change)
            known = replace(change, attested=self._landed(target, pull.author))
            rank = self._highest(repository, base.tip, known, critical, verdict)
            inspection = inspect(git, diff, change, verdict, rank)
        with self._guard:
            self._inspections[key] = (critical, inspection)
            if len(self._inspections) > MOST_INSPECTIONS:
                del self._inspections[next(iter(self._inspections))]
        return inspection

    def _highest(
        self, repository: int, tip: str, change: Change, critical: Sources, verdict: ChangeVerdict
    ) -> float | None:
        """None where a model that serves cannot be asked of parts, or the history cannot be read."""
        with self._lock(repository):
            scorer = self._scorer(repository)
            scorer.report(self._incidents(repository))
            try:
                scorer.refresh(tip, relabel=False)
                services = self._services(repository, tip, critical)
                return scorer.highest(change, critical=services, proof=verdict.proof())
            except (ScoringError, sqlite3.DatabaseError) as error:
                _log.warning("assess.not_ranked", repository=repository, words=str(error))
                return None

    def merged(self, target: Target, pull: PullRequest, *, prove: bool) -> Merged:
        base, repository = self.base(target, pull), target.repository_id
        with self._refusing(repository), scratch(self._mirror.git(repository)) as work:
            tree = merged(work, base.tip, pull.head_sha)
            if tree is None:
                return Merged("")
            proven = _is_proven(work, base.tip, tree) if prove else None
            return Merged(tree, proven)

    @contextmanager
    def _refusing(self, repository: int, cause: Cause = "change") -> Iterator[None]:
        """What cannot be read is told as what it is: a damaged mirror is mended, too much of a change is its own fault.

        `cause`: of git that is asked too much; a long history is not the change's.
        """
        try:
            yield
        except Corrupt:
            self._mirror.damaged(repository)
            raise
        except ScoringError as error:
            if isinstance(error, GitError) and not isinstance(error, TooMuch):
                raise
            raise Unscorable(_why(error), cause if isinstance(error, GitError) else "change") from error

    def forget(self, repository_id: int) -> None:
        """Remove the mirror and the index of a repository that may not be seen any more. Doing it twice is fine."""
        with self._guard:
            self._scorers.pop(repository_id, None)
            self._critical.pop(repository_id, None)
        if self._mirror.path(repository_id).exists():
            self._mirror.remove(repository_id)
        shutil.rmtree(self._indexes / str(repository_id), ignore_errors=True)

    def _services(self, repository: int, tip: str, sources: Sources) -> Services:
        """As the base branch tells; whoever opens a pull request must not decide how critical it is."""
        known = self._critical.get(repository)
        if known is None or known[:2] != (tip, sources):
            declared = read_services(self._mirror.git(repository), tip, sources)
            for problem in declared.problems:
                _log.warning("assess.criticality", repository=repository, words=problem)
            known = self._critical[repository] = (tip, sources, declared.services)
        return known[2]

    def _fetch(self, target: Target, pull: PullRequest) -> None:
        """Both ends into the mirror."""
        # a pull request's own ref serves forks too, even deleted ones
        refs = [f"refs/heads/{pull.base_ref}", f"refs/pull/{pull.number}/head"]
        url, repository = self._forge.clone_url(target), target.repository_id
        try:
            self._mirror.fetch(repository, url, refs, token=lambda: self._forge.token(target))
        except (Refused, TooMuch) as error:
            # when the base alone can be had, it is the change that cannot
            self._mirror.fetch(repository, url, refs[:1], token=lambda: self._forge.token(target))
            raise Unscorable(_why(error)) from error
        if not self._mirror.has(repository, pull.head_sha):
            raise Unscorable("its head was replaced while it was being fetched")

    def _assessed(
        self, repository: int, tip: str, change: Change, critical: Sources, verdict: ChangeVerdict
    ) -> Assessment:
        try:
            return self._scored(repository, tip, change, critical, verdict)
        except (DamagedIndex, sqlite3.DatabaseError) as error:
            if isinstance(
                error, sqlite3.OperationalError
            ):  # a full disk, another writer: it passes, the index is whole
                raise
        _log.warning("assess.index_damaged", repository=repository, words="it is built again")
        with self._guard:
            self._scorers.pop(repository, None)
            shutil.rmtree(self._indexes / str(repository), ignore_errors=True)
        return self._scored(repository, tip, change, critical, verdict)

    def _scored(
        self, repository: int, tip: str, change: Change, critical: Sources, verdict: ChangeVerdict
    ) -> Assessment:
        with self._lock(repository):
            scorer = self._scorer(repository)
            scorer.report(self._incidents(repository))
            scorer.refresh(tip, relabel=False)
            services = self._services(repository, tip, critical)
            if scorer.late():
                self._relabel_due(repository)
            if scorer.due():
                self._fit_due(repository)
            return scorer.assess(change, critical=services, proof=verdict.proof(), parts=verdict.parts())

    def fit(self, repository: int) -> None:
        """Fit a repository's own regression if that is due; nobody who assesses waits for it."""
        if (self._indexes / str(repository)).exists():
            scorer = self._new_scorer(repository, self._models(repository))
            try:
                scorer.fit()
            finally:
                scorer.history.close()

    def git(self, repository: int) -> Git:
        """To read its mirror with. Raises GitError."""
        return self._mirror.git(repository)

    @contextmanager
    def history(self, repository: int) -> Iterator[History | None]:
        """Its index as it stands, None where there is none. It may grow meanwhile."""
        if not (self._indexes / str(repository)).exists() or not self._mirror.path(repository).exists():
            yield None
            return
        history = History(
            self._mirror.path(repository), self._indexes / str(repository), incidents=self._incidents(repository)
        )
        try:
            yield history
        finally:
            history.close()

    def relabel(self, repository: int) -> None:
        """Count incidents in that became known late. Assessments go on, but for the moment in which it takes effect."""
        with self.history(repository) as history:
            if history is not None:
                history.relabel(alone=self._lock(repository))

    def _lock(self, repository: int) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(repository, threading.Lock())

    def _scorer(self, repository: int) -> Scorer:
        served = self._models(repository)
        with self._guard:
            before = self._scorers.get(repository)
            if before is None or before[0] != served:  # another model serves now, or another is tried
                before = self._scorers[repository] = (served, self._new_scorer(repository, served))
            return before[1]

    def _new_scorer(self, repository: int, served: Served) -> Scorer:
        folder, state = self._mirror.path(repository), self._indexes / str(repository)
        return Scorer(folder, state, shipped=served.folder, tried=served.tried, incidents=self._incidents(repository))


def _why(error: ScoringError) -> str:
    return "its diff is too large to read" if isinstance(error, TooLarge) else str(error).rstrip(".")


def _is_proven(git: Git, base: str, tree: str) -> bool:
    return prove(git, read_change(git, base, tree)).level == "P"
