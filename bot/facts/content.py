"""What a pull request does to the repository's files, read from the mirror by the diff that scoring reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.facts.fact import Cost, Fact, Filled, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.forge.port import Target
from bot.policy.pull import Person, PullRequest
from bot.policy.state import Cause, Failure
from scoring.assessment import Assessment
from scoring.change import Change
from scoring.facts.services import Sources


class Unscorable(Exception):
    """This change cannot be scored; the message completes "codechill could not score this change: ..."."""

    def __init__(self, words: str, cause: Cause = "change") -> None:
        super().__init__(words)
        self.cause = cause

    def failure(self) -> Failure:
        return Failure(str(self), cause=self.cause)


@dataclass(frozen=True, slots=True)
class Content:
    """What the mirror knows of a pull request."""

    tip: str  # of the base branch: what the history is read up to
    change: Change
    paths: tuple[str, ...]  # old names of renames included
    author: Person  # who opened it
    contributors: frozenset[str]  # addresses of authors, committers and co-authors, lower case
    name: str  # for what base..head does to its files: see Mirror.content


class Assessor(Protocol):
    """Both raise Unscorable for a change that cannot be scored, and GitError when the mirror cannot be reached."""

    def content(self, target: Target, pull: PullRequest, now: datetime) -> Content: ...

    def assess(self, target: Target, content: Content, critical: Sources) -> Assessment: ...


def _read(live: Live, look: Look) -> Content | Failure:
    try:
        return live.assessor.content(look[TARGET], look[PULL], look.now)
    except Unscorable as error:
        return error.failure()


def _fills(found: Content | Failure) -> Filled:
    return {"content": found.name, "paths": found.paths} if isinstance(found, Content) else {}


CONTENT = Fact("content", _read, lambda: Failure("nobody looked"), needs=(PULL, TARGET), cost=Cost(git=9), fills=_fills)
