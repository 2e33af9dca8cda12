"""Which landed commits a cause stands for: a number, an id or a title becomes what its base branch got.

A squashed pull request landed as one commit, a rebased one as copies of its own, a merged one as its own: GitHub names
the last one only, so git tells which it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.forge.port import Ended, Forge, Gone, Target
from bot.git.fetch import Missing
from bot.git.mirror import Mirror
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause
from scoring.incidents import bare_title

MOST = 50  # commits of one pull request: of more than these nobody knows which one was at fault
_LOOKED = 20_000  # of the newest commits are looked through for a title
_FORMAT, _FIELDS = "--format=%H%x00%an%x00%ae%x00%at%x00%s", 5


@dataclass(frozen=True, slots=True)
class LandedCommits:
    """Asks the forge, and reads the mirror, which is fetched where it lacks what is named."""

    forge: Forge
    mirror: Mirror

    def of(self, target: Target, cause: Cause) -> Landed:
        """Raises ForgeError kinds but Gone, and GitError, when nobody can tell now."""
        if cause.number:
            return self._numbered(target, cause.number)
        if cause.sha:
            return self._named(target, cause.sha)
        return self._titled(target, cause.title)

    def _numbered(self, target: Target, number: int) -> Landed:
        try:
            ended = self.forge.ended(target, number)
        except Gone:
            return Landed(words=f"{target.full_name} has no pull request #{number}")
        if not ended.merged:
            return Landed(words=f"#{number} of {target.full_name} was not merged, so it caused nothing yet")
        if not ended.sha:
            return Landed(words=f"the forge does not name the commit that #{number} of {target.full_name} landed as")
        self._fetch(target, [f"refs/heads/{ended.base_ref}", f"refs/pull/{number}/head"], ended.sha)
        commits = self._brought(target.repository_id, ended)
        if len(commits) > MOST:
            return Landed(words=f"#{number} landed as more than {MOST} commits: name the one that caused it")
        return Landed(commits, title=ended.title, at=self._at(target.repository_id, ended.sha), author=ended.author.id)

    def _brought(self, repository: int, ended: Ended) -> tuple[str, ...]:
        if len(self._parents(repository, ended.sha)) > 1:
            return self._merged(repository, ended.sha)
        if not self.mirror.has(repository, ended.head_sha):
            return (ended.sha,)
        base = self.mirror.merge_base(repository, ended.sha, ended.head_sha)
        if base is None or base == ended.head_sha:  # a fast forward: nothing tells which commits were its own
            return (ended.sha,)
        its_own = self._log(repository, "--no-merges", f"{base}..{ended.head_sha}")
        copies = self._log(repository, "--first-parent", f"--max-count={len(its_own) or 1}", ended.sha)
        if [rest for _, rest in its_own] == [rest for _, rest in copies]:
            return tuple(sha for sha, _ in reversed(copies))
        return (ended.sha,)

    def _merged(self, repository: int, sha: str) -> tuple[str, ...]:
        """What a merge brought, oldest first."""
        brought = self._log(repository, "--no-merges", f"--max-count={MOST + 1}", f"{sha}^1..{sha}")
        return tuple(each for each, _ in reversed(brought))

    def _named(self, target: Target, prefix: str) -> Landed:
        repository = target.repository_id
        full = self._full(repository, prefix)
        if not full:
            self._fetch_default(target)
            full = self._full(repository, prefix)
        if len(full) > 1:
            return Landed(words=f"{prefix[:12]} is the beginning of {len(full)} commits: name more of its digits")
        if full and self._is_landed(repository, full[0]):
            return self._whose(target, full[0])
        numbers = self.forge.landed_with(target, full[0] if full else prefix)
        if numbers:
            return self._numbered(target, numbers[0])
        if full:
            return Landed(words=f"{prefix[:12]} has not landed in {target.full_name}")
        return Landed(words=f"{target.full_name} has no commit {prefix[:12]}")

    def _whose(self, target: Target, sha: str) -> Landed:
        """A commit that landed, or what it brought where it is a merge, with whose pull request it was."""
        repository = target.repository_id
        commits = self._merged(repository, sha)[:MOST] if len(self._parents(repository, sha)) > 1 else (sha,)
        ((_, rest), *_) = self._log(repository, "--max-count=1", sha)
        landed = Landed(commits, title=rest.rpartition("\0")[2], at=self._at(repository, sha))
        numbers = self.forge.landed_with(target, sha)
        return replace(landed, author=self.forge.ended(target, numbers[0]).author.id) if numbers else landed

    def _titled(self, target: Target, title: str) -> Landed:
        """The only commit of the default branch that is called so."""
        tip = self._fetch_default(target)
        newest = self._log(target.repository_id, "--no-merges", f"--max-count={_LOOKED}", tip)
        called = [sha for sha, rest in newest if bare_title(rest.rpartition("\0")[2]) == bare_title(title)]
        if len(called) == 1:
            return self._whose(target, called[0])
        how_many = f"{len(called)} landed changes" if called else "no landed change"
        has = "have" if called else "has"
        return Landed(words=f"{how_many} of {target.full_name} {has} the title that is taken back")

    def _full(self, repository: int, prefix: str) -> tuple[str, ...]:
        """Commits here whose id begins so."""
        try:
            git = self.mirror.git(repository)
        except Missing:
            return ()
        every = git.run("rev-parse", f"--disambiguate={prefix}").decode().split()
        kinds = ((sha, git.run("cat-file", "-t", sha).decode().strip()) for sha in every[:20])
        return tuple(sha for sha, kind in kinds if kind == "commit")

    def _is_landed(self, repository: int, sha: str) -> bool:
        """Whether a branch that changes land in has it, as far as it was fetched."""
        git = self.mirror.git(repository)
        tips = git.names("for-each-ref", "--format=%(objectname)", "refs/heads/").decode().split()
        return bool(tips) and not git.run("rev-list", "--max-count=1", sha, "--not", *tips).strip()

    def _parents(self, repository: int, sha: str) -> list[str]:
        return self.mirror.git(repository).run("rev-list", "--parents", "--max-count=1", sha).decode().split()[1:]

    def _at(self, repository: int, sha: str) -> datetime:
        seconds = self.mirror.git(repository).run("log", "--max-count=1", "--format=%ct", sha)
        return datetime.fromtimestamp(int(seconds), UTC)

    def _log(self, repository: int, *which: str) -> list[tuple[str, str]]:
        """Ids, each with who made it when and, at the end, its title; the newest first."""
        text = self.mirror.git(repository).run("log", "-z", _FORMAT, *which).decode("utf-8", "replace")
        fields = text.rstrip("\0").split("\0") if text else []
        rows = (fields[at : at + _FIELDS] for at in range(0, len(fields), _FIELDS))
        return [(row[0], "\0".join(row[1:])) for row in rows]

    def _fetch_default(self, target: Target) -> str:
        """The tip of the default branch, which is here then."""
        ref = f"refs/heads/{self.forge.repository(target).default_branch}"
        return self._fetched(target, [ref])[ref]

    def _fetch(self, target: Target, refs: Sequence[str], wanted: str) -> None:
        if self.mirror.has(target.repository_id, wanted):
            return
        try:
            self._fetched(target, refs)
        except Missing:  # the ref of a pull request that is gone: its base alone may be there
            self._fetched(target, refs[:1])

    def _fetched(self, target: Target, refs: Sequence[str]) -> dict[str, str]:
        url, token = self.forge.clone_url(target), lambda: self.forge.token(target)
        return self.mirror.fetch(target.repository_id, url, list(refs), token=token)
