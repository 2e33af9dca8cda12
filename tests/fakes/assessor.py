"""An assessor in memory: what a commit does to files and how risky it looks is what the test says of it."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.facts.assessor import Base, Unscorable
from bot.forge.port import Target
from bot.policy.content import Content
from bot.policy.gatekeeping import Merged
from bot.policy.pull import PullRequest
from scoring.assessment import Assessment, Proof, Reason
from scoring.facts.services import Sources
from scoring.history.diff import Diff
from scoring.inspection import Inspection
from tests.fakes.world import World

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LINES = Reason("added_lines", "Adds many lines of code", 0.6)


@dataclass
class Believed:
    """What is believed of one commit. `wrong`: it cannot be scored, and why."""

    percentile: float = 0.5
    proof: Proof | None = None
    reasons: tuple[Reason, ...] = (LINES,)
    wrong: Unscorable | None = None
    contributors: frozenset[str] = frozenset()
    inspection: Inspection | None = None  # None: nothing speaks against it, and it is as risky as it is said to be


@dataclass
class MemoryAssessor:
    """Files differ between base and head as their texts do. `read`, `scored`, `inspected` count what was done."""

    world: World
    believed: dict[str, Believed] = field(default_factory=dict)
    usual: Believed = field(default_factory=Believed)
    read: int = 0
    scored: int = 0
    inspected: int = 0

    def believe(self, sha: str, percentile: float = 0.5, **more: object) -> None:
        self.believed[sha] = Believed(percentile, **more)  # type: ignore[arg-type]

    def base(self, target: Target, pull: PullRequest) -> Base:
        believed, home = self._of(pull.head_sha), self.world.homes[target.full_name]
        if believed.wrong is not None:
            raise believed.wrong
        common = next(sha for sha in home.history(pull.head_sha) if sha in home.history(pull.base_sha))
        return Base(pull.base_sha, common)

    def diff(self, target: Target, base: Base, head: str) -> Diff:
        self.read += 1
        return Diff(base.sha, head, b"")

    def content(self, target: Target, base: Base, diff: Diff) -> Content:
        home = self.world.homes[target.full_name]
        before, after = home.files[diff.base], home.files[diff.head]
        paths = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
        return Content(
            hashlib.sha256(f"{[(path, after.get(path)) for path in paths]}".encode()).hexdigest(), tuple(paths)
        )

    def contributors(self, target: Target, base: Base, head: str) -> frozenset[str]:
        return self._of(head).contributors

    def assess(
        self, target: Target, pull: PullRequest, base: Base, diff: Diff, critical: Sources, now: datetime
    ) -> Assessment:
        self.scored += 1
        believed = self._of(pull.head_sha)
        return Assessment(
            sha=pull.head_sha,
            at=EPOCH,
            percentile=believed.percentile,
            probability=believed.percentile / 10,
            base_rate=0.02,
            reasons=believed.reasons,
            suggestions=(),
            model="memory-1",
            reference=500,
            labelled=40,
            proof=believed.proof,
            base=base.sha,
        )

    def merged(self, target: Target, pull: PullRequest, *, prove: bool) -> Merged:
        return Merged(f"{pull.head_sha} on {pull.base_sha}", proven=True if prove else None)

    def inspect(
        self, target: Target, pull: PullRequest, base: Base, diff: Diff, critical: Sources, now: datetime
    ) -> Inspection:
        self.inspected += 1
        believed = self._of(pull.head_sha)
        if believed.wrong is not None:
            raise believed.wrong
        proven = believed.proof is not None and believed.proof.level == "P"
        usual = Inspection(hazards=(), hunks=(), files=1, lines=2, proven=proven, percentile=believed.percentile)
        return believed.inspection or usual

    def _of(self, sha: str) -> Believed:
        return self.believed.get(sha, replace(self.usual))
