"""What landed by itself is compared with what was approved: `git merge-tree` of what it landed on, and its head.

A forge has been seen to land other trees than those that were checked. A difference stops everything that lands by
itself in that repository, and somebody is told; only a person resumes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.forge.port import Forge, ForgeError, Gone, Target
from bot.git.fetch import GitError
from bot.git.mirror import Mirror
from bot.jobs.kinds import Nothing
from bot.store import AutomaticLanding, AutomaticLandings, LandingStop, Repositories
from scoring.git.merging import difference

_log = structlog.get_logger(__name__)
GIVEN_UP = timedelta(days=7)  # a queue keeps a change no longer
US = "codechill"


@dataclass(frozen=True, slots=True)
class Integrity:
    forge: Forge
    mirror: Mirror
    landings: AutomaticLandings
    repositories: Repositories
    clock: Callable[[], datetime]

    def take(self, _: Nothing) -> None:
        """One that cannot be compared now is compared later; it keeps no other from it."""
        for landing in self.landings.unverified():
            home = self.repositories.get(landing.repository_id)
            if home is None or home.gone:
                continue
            try:
                self._look(Target(home.installation_id, home.id, home.full_name), landing)
            except Gone as gone:
                self.landings.end(replace(landing, state="refused", words=str(gone)), at=self.clock())
            except (ForgeError, GitError) as error:
                _log.warning("landed.not_compared", repository=home.full_name, number=landing.number, words=str(error))

    def _look(self, target: Target, landing: AutomaticLanding) -> None:
        ended = self.forge.ended(target, landing.number)
        if not ended.merged:
            if self.clock() > landing.at + GIVEN_UP:
                self.landings.end(replace(landing, state="refused", words="it did not land"), at=self.clock())
            return
        if not ended.sha:
            return  # the forge names it a moment later
        landed = replace(landing, state="landed", sha=ended.sha)
        words = self._words(target, landed, ended.head_sha)
        verified = replace(landed, verified="different" if words else "same", words=words)
        if words:
            because = f"#{landing.number} landed as something else than was approved. {words}"
            self.landings.stop(LandingStop(target.repository_id, self.clock(), because, US))
        self.landings.end(verified, at=self.clock())

    def _words(self, target: Target, landing: AutomaticLanding, head_sha: str) -> str:
        """What is different; "": nothing. Raises ForgeError kinds, GitError."""
        if head_sha != landing.head_sha:
            return "It landed with another head than the one that was approved."
        refs = [f"refs/heads/{landing.base_ref}", f"refs/pull/{landing.number}/head"]
        url = self.forge.clone_url(target)
        self.mirror.fetch(target.repository_id, url, refs, token=lambda: self.forge.token(target))
        git = self.mirror.git(target.repository_id)
        unlike = difference(git, landing.sha, landing.head_sha, landing.base_sha)
        return unlike.words if unlike else ""
