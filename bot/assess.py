"""The bridge to scoring: a pull request becomes a change in a local mirror, and the change an assessment."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.forge.port import Target
from bot.mirror import Mirror
from bot.policy.pull import PullRequest
from scoring.assessment import Assessment
from scoring.change import Change
from scoring.history.read import read_change
from scoring.scorer import Scorer
from scoring.semantics.git import prove_range

MOST_FILES = 3_000  # GitHub itself lists no more; a change above it is reviewed by nobody


class Unscorable(Exception):
    """This change cannot be scored; the message completes "codechill could not score this change: ..."."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mirror knows of a pull request."""

    base: str  # merge base of head and base branch
    change: Change
    paths: tuple[str, ...]  # old names of renames included
    contributors: frozenset[str]  # e-mail addresses of authors, committers and co-authors, lower case
    content: str  # patch-id


class Assessor(Protocol):
    def facts(self, target: Target, pull: PullRequest, now: datetime) -> Facts: ...

    def assess(self, target: Target, facts: Facts, critical: Mapping[str, int]) -> Assessment: ...
