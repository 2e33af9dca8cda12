"""What has to know a repository's files and history: where a change starts, what it does, and how risky it looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.forge.port import Target
from bot.policy.content import Content
from bot.policy.gatekeeping import Merged
from bot.policy.pull import PullRequest
from bot.policy.state import Cause, Failure
from scoring.assessment import Assessment
from scoring.facts.services import Sources
from scoring.history.diff import Diff
from scoring.inspection import Inspection


class Unscorable(Exception):
    """This change cannot be scored; the message completes "codechill could not score this change: ..."."""

    def __init__(self, words: str, cause: Cause = "change") -> None:
        super().__init__(words)
        self.cause = cause

    def failure(self) -> Failure:
        return Failure(str(self), cause=self.cause)


@dataclass(frozen=True, slots=True)
class Base:
    """Where a pull request starts."""

    tip: str  # of the base branch: what the history is read up to
    sha: str  # the best common ancestor of tip and head


class Assessor(Protocol):
    """All raise Unscorable for a change that cannot be scored, and GitError when the mirror cannot be reached."""

    def base(self, target: Target, pull: PullRequest) -> Base:
        """Both ends are in the mirror afterwards."""
        ...

    def diff(self, target: Target, base: Base, head: str) -> Diff:
        """Read once, for all that looks at the change."""
        ...

    def content(self, target: Target, base: Base, diff: Diff) -> Content: ...

    def contributors(self, target: Target, base: Base, head: str) -> frozenset[str]:
        """Addresses of authors, committers and co-authors, lower case."""
        ...

    def assess(
        self, target: Target, pull: PullRequest, base: Base, diff: Diff, critical: Sources, now: datetime
    ) -> Assessment: ...

    def inspect(
        self, target: Target, pull: PullRequest, base: Base, diff: Diff, critical: Sources, now: datetime
    ) -> Inspection:
        """What its contents themselves say; nothing that its author typed beside them counts."""
        ...

    def merged(self, target: Target, pull: PullRequest, *, prove: bool) -> Merged:
        """What merging it into its base as that is now gives; with `prove`, whether that changes no behaviour."""
        ...
