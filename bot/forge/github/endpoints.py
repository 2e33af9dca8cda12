"""Every address of GitHub's that is read, once: where it is, what is asked, and the shape of the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.forge.github import protection, shapes
from bot.forge.github.shapes import S, shaped
from bot.forge.github.wire import GitHubWire, NotFound, path_of
from bot.forge.port import Misread, Refused, Target

_LANDED_AS = "query($pull: ID!) { node(id: $pull) { ... on PullRequest { mergeCommit { oid } } } }"
MOST_LANDED = 100  # commits of an account that are asked for: one page


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every method raises ForgeError or one of its kinds; Misread where the answer lacks what it always has."""

    wire: GitHubWire

    def repository(self, target: Target) -> shapes.RepositoryFacts:
        return self._one(target, path_of(target), shapes.RepositoryFacts)

    def pull(self, target: Target, number: int) -> shapes.PullFacts:
        return self._one(target, f"{path_of(target)}/pulls/{int(number)}", shapes.PullFacts)

    def landed_as(self, target: Target, pull: shapes.PullFacts) -> str:
        """The commit on its base branch of one that was merged; "": GitHub does not name it."""
        answer = self.wire.query(target, _LANDED_AS, {"pull": pull.node_id})["node"] or {}
        merge = self._shaped("graphql", answer, shapes.Merged).mergeCommit
        return merge.oid if merge else ""

    def open_pulls(self, target: Target) -> Iterator[shapes.ListedPull]:
        return self._rows(target, f"{path_of(target)}/pulls", shapes.ListedPull, state="open")

    def reviews(self, target: Target, number: int) -> Iterator[shapes.ReviewFacts]:
        return self._rows(target, f"{path_of(target)}/pulls/{int(number)}/reviews", shapes.ReviewFacts)

    def branch(self, target: Target, name: str) -> shapes.BranchFacts | None:
        """None: there is none of that name."""
        return self._one_or_none(target, f"{path_of(target)}/branches/{_part(name)}", shapes.BranchFacts)

    def comments(self, target: Target, number: int) -> Iterator[shapes.CommentFacts]:
        return self._rows(target, f"{path_of(target)}/issues/{int(number)}/comments", shapes.CommentFacts)

    def issue(self, target: Target, number: int) -> shapes.IssueFacts:
        return self._one(target, f"{path_of(target)}/issues/{int(number)}", shapes.IssueFacts)

    def reactions(self, target: Target, comment: int) -> Iterator[shapes.ReactionFacts]:
        path = f"{path_of(target)}/issues/comments/{int(comment)}/reactions"
        return self._rows(target, path, shapes.ReactionFacts)

    def check_runs(self, target: Target, sha: str, app_id: int) -> Iterator[shapes.CheckRunFacts]:
        """Those of an App, the outdated ones too."""
        path = f"{path_of(target)}/commits/{_part(sha)}/check-runs"
        asked: dict[str, Any] = {"filter": "all", "app_id": app_id}
        runs = self._rows(target, path, shapes.CheckRunFacts, "check_runs", **asked)
        return (run for run in runs if run.app is not None and run.app.id == app_id)

    def latest_runs(self, target: Target, sha: str) -> Iterator[shapes.CheckRunFacts]:
        """The newest of each name of every App."""
        path = f"{path_of(target)}/commits/{_part(sha)}/check-runs"
        return self._rows(target, path, shapes.CheckRunFacts, "check_runs", filter="latest")

    def statuses(self, target: Target, sha: str) -> Iterator[shapes.StatusFacts]:
        """All of them, the newest first."""
        return self._rows(target, f"{path_of(target)}/commits/{_part(sha)}/statuses", shapes.StatusFacts)

    def protected(self, target: Target, name: str) -> protection.ListedBranch | None:
        """A branch with what of its classic protection everybody is shown."""
        return self._one_or_none(target, f"{path_of(target)}/branches/{_part(name)}", protection.ListedBranch)

    def rules(self, target: Target, branch: str) -> Iterator[protection.Rule]:
        """Those that rulesets bring, of the organisation too; none where a server knows no rulesets."""
        path = f"{path_of(target)}/rules/branches/{_part(branch)}"
        try:
            yield from self._rows(target, path, protection.Rule)
        except NotFound:
            return

    def ruleset(self, target: Target, number: int) -> protection.Ruleset | None:
        """None: it is not shown."""
        return self._one_or_none(target, f"{path_of(target)}/rulesets/{int(number)}", protection.Ruleset)

    def file(self, target: Target, path: str, ref: str) -> shapes.FileFacts | None:
        """None: there is none, or what is there is no file."""
        where = f"{path_of(target)}/contents/{quote(path)}"
        answer = self.wire.get(target, where, missing={}, ref=ref)
        return self._shaped(where, answer, shapes.FileFacts) if isinstance(answer, dict) and answer else None

    def permission(self, target: Target, login: str) -> shapes.Permission:
        """Of nobody whose name that is, nothing is said."""
        path = f"{path_of(target)}/collaborators/{_part(login)}/permission"
        return self._one_or_none(target, path, shapes.Permission) or shapes.Permission()

    def membership(self, target: Target, organisation: str, team: str, login: str) -> shapes.Membership:
        path = f"/orgs/{_part(organisation)}/teams/{_part(team)}/memberships/{_part(login)}"
        return self._one_or_none(target, path, shapes.Membership) or shapes.Membership()

    def landed_by(self, target: Target, login: str) -> tuple[shapes.LandedCommit, ...]:
        """The newest commits of the default branch, one page, of an account; none where it may not be asked about."""
        path = f"{path_of(target)}/commits"
        try:
            rows = self.wire.get(target, path, missing=[], author=login, per_page=MOST_LANDED)
        except Refused:  # an empty repository, or an account that may not be asked about
            return ()
        return tuple(self._shaped(path, row, shapes.LandedCommit) for row in rows)

    def pulls_of(self, target: Target, sha: str) -> tuple[shapes.PullOfCommit, ...]:
        """Those that a commit belongs to, one page; none for a commit that is not there."""
        path = f"{path_of(target)}/commits/{_part(sha)}/pulls"
        try:
            rows = self.wire.get(target, path, missing=[], per_page=100)
        except Refused:  # no commit of that name
            return ()
        return tuple(self._shaped(path, row, shapes.PullOfCommit) for row in rows)

    def ahead(self, target: Target, base: str, sha: str) -> frozenset[str]:
        """Commits that are on `sha` and not on `base`, 250 at most."""
        path = f"{path_of(target)}/compare/{_part(base)}...{_part(sha)}"
        compared = self._shaped(path, self.wire.get(target, path, per_page=250), shapes.Comparison)
        return frozenset(commit.sha for commit in compared.commits)

    def queued(self, target: Target, base: str) -> Iterator[shapes.Pointer]:
        """Branches that a merge queue of `base` made."""
        path = f"{path_of(target)}/git/matching-refs/heads/gh-readonly-queue/{quote(base)}/"
        return self._rows(target, path, shapes.Pointer)

    def _one(self, target: Target, path: str, shape: type[S]) -> S:
        return self._shaped(path, self.wire.get(target, path), shape)

    def _one_or_none(self, target: Target, path: str, shape: type[S]) -> S | None:
        answer = self.wire.get(target, path, missing={})
        return self._shaped(path, answer, shape) if answer else None

    def _rows(self, target: Target, path: str, shape: type[S], key: str = "", **query: Any) -> Iterator[S]:
        return (self._shaped(path, row, shape) for row in self.wire.pages(target, path, key, **query))

    def _shaped(self, path: str, answer: object, shape: type[S]) -> S:
        try:
            return shaped(shape, answer)
        except shapes.Unreadable as error:
            raise Misread(f"GitHub's answer to {path} cannot be read: {error}") from None


def _part(text: str) -> str:
    """One step of a path, whatever it holds."""
    return quote(text, safe="")
