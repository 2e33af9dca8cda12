"""Decide about every landing at the moment it landed, through the decision core that serves pull requests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.backtest.contents import files_of, paths_of, proofs
from bot.backtest.landings import Landing, Past
from bot.backtest.scores import Scores
from bot.facts.content import CONTENT
from bot.facts.fact import Fact, Look, Recorded
from bot.facts.gather import gather
from bot.facts.pull import PULL
from bot.facts.risk import RISK, Risk
from bot.facts.table import LANDING
from bot.forge.port import Target
from bot.policy.case import Case
from bot.policy.config import Config
from bot.policy.content import Content
from bot.policy.decide import case_of
from bot.policy.opinion import Verdict
from bot.policy.pull import Person, PullRequest, Repository
from bot.policy.state import State
from scoring.assessment import Assessment, Proof
from scoring.git import Git

CHUNK = 400  # landings decided between two reports of progress
_NOWHERE = Target(0, 0, "")
Progress = Callable[[int, int], None]
Proofs = Mapping[int, Proof | None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What would have become of one landing. Window and level are those in force when it landed."""

    landing: Landing
    percentile: float
    held: bool
    until: datetime | None = None  # when it would have been free; None: not held, or no end in sight
    window: str = ""  # "" while none was open
    level: str = "green"
    share: float = 0.0
    opened: datetime | None = None  # when this stretch of the calendar began: tells one weekend from the next
    rules: tuple[str, ...] = ()  # which rules held it
    proven: Proof | None = None  # it would have been held, had it not been proved harmless

    @property
    def in_window(self) -> bool:
        """A hard freeze would have stopped it."""
        return self.share > 0 or self.held or self.proven is not None

    @property
    def hours(self) -> float | None:
        """How long it would have waited from the moment it landed."""
        return (self.until - self.landing.at).total_seconds() / 3600 if self.until else None


@dataclass
class Contents:
    """What is read from git on demand and kept between replays under several configurations."""

    git: Git
    repository: Path
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)  # paths by sha
    proved: dict[int, Proof | None] = field(default_factory=dict)

    def paths(self, landings: Sequence[Landing]) -> None:
        """Know the old names of what these landings renamed."""
        missing = [landing.sha for landing in landings if landing.sha not in self.files]
        self.files |= {sha: paths_of(files) for sha, files in files_of(self.git, missing).items()}

    def prove(self, landings: Sequence[Landing]) -> Proofs:
        """What is certain of these landings, by row."""
        missing = [landing for landing in landings if landing.row not in self.proved]
        if missing:
            files = files_of(self.git, [landing.sha for landing in missing])
            proved = proofs(self.repository, missing, files)
            self.proved |= {landing.row: proved.get(landing.row) for landing in missing}
        return self.proved


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything that deciding needs beside a configuration."""

    past: Past
    scores: Scores
    contents: Contents
    branch: str
    name: str

    def run(
        self, config: Config, rows: Sequence[int], progress: Progress | None = None, *, proved: Proofs | None = None
    ) -> Iterator[Replayed]:
        """Decide about `rows`, oldest first. Stopping early leaves what was decided so far valid.

        `proved` are the proofs that count, by row; left out, what would be held is looked at.
        """
        named = _names_paths(config)
        for start in range(0, len(rows), CHUNK):
            landings = [self.past.landings[row] for row in rows[start : start + CHUNK]]
            if named:
                self.contents.paths(landings)
            yield from self._decided(landings, config, proved)
            if progress:
                progress(min(start + CHUNK, len(rows)), len(rows))

    def state(self, landing: Landing, proof: Proof | None = None) -> State:
        """The pull request that would have brought this landing, as the decision core sees one."""
        content = Content(landing.sha, self.contents.files.get(landing.sha, landing.paths))
        values: dict[Fact[Any], object] = {
            PULL: self._pull(landing),
            CONTENT: content,
            RISK: Risk(self.risk(landing, proof)),
        }
        return gather(Look(Recorded(values), _NOWHERE, 0, landing.at), LANDING)

    def risk(self, landing: Landing, proof: Proof | None = None) -> Assessment:
        scores, row = self.scores, landing.row
        return Assessment(
            sha=landing.sha,
            at=landing.at,
            percentile=float(scores.percentile[row]),
            probability=float(scores.probability[row]),
            base_rate=float(scores.base_rate[row]),
            reasons=(),
            suggestions=(),
            model="backtest",
            reference=min(row, 2000),
            labelled=int(scores.labelled[row]),
            proof=proof,
        )

    def _decided(self, landings: Sequence[Landing], config: Config, known: Proofs | None) -> Iterator[Replayed]:
        first = [(landing, self.case(landing, config)) for landing in landings]
        held = [landing for landing, case in first if case.verdict is Verdict.BLOCK]
        proved = self.contents.prove(held) if known is None else known
        for landing, case in first:
            proof = proved.get(landing.row) if case.verdict is Verdict.BLOCK else None
            yield self._replayed(landing, self.case(landing, config, proof) if proof else case, proof)

    def case(self, landing: Landing, config: Config, proof: Proof | None = None) -> Case:
        """What the core makes of it at the moment of landing."""
        return case_of(self.state(landing, proof), config, landing.at)

    def _replayed(self, landing: Landing, case: Case, proof: Proof | None) -> Replayed:
        stretch, held = case.in_force, case.verdict is Verdict.BLOCK
        return Replayed(
            landing=landing,
            percentile=float(self.scores.percentile[landing.row]),
            held=held,
            until=case.free_at,
            window=stretch.window.name if stretch.window else "",
            level=stretch.level,
            share=stretch.share,
            opened=stretch.since,
            rules=tuple(opinion.rule for opinion in case.holding),
            proven=proof if not held and proof is not None and case.proven else None,
        )

    def _pull(self, landing: Landing) -> PullRequest:
        return PullRequest(
            repository=Repository(0, self.name, self.branch),
            number=0,
            title=landing.title,
            author=Person(landing.author, ""),
            head_sha=landing.sha,
            head_ref="",
            base_sha="",
            base_ref=self.branch,
            draft=False,
            open=True,
            auto_merge=False,
            protected=True,
            updated_at=landing.at,
        )


def _names_paths(config: Config) -> bool:
    return bool(config.frozen_paths or config.exempt_paths or any(window.paths for window in config.calendar.windows))


def rows_since(past: Past, scores: Scores, since: datetime | None) -> list[int]:
    """The rows that can be replayed: scored by then, and not before `since`."""
    return [
        landing.row
        for landing in past.landings[scores.first :]
        if (since is None or landing.at >= since) and not np.isnan(scores.percentile[landing.row])
    ]
