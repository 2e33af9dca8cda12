"""What a webhook brings, as far as it is read: a shape for each kind of delivery."""

from typing import Any

from bot.forge.envelope import Envelope
from bot.forge.github.shapes import Id, Label, Moment, RepositoryName, Sha, Shape, Small, User, Words


class Delivery(Shape):
    action: str = ""
    installation: Id | None = None

    def envelope(self, repository: RepositoryName, number: int | None, event: Any) -> Envelope:
        installation = self.installation.id if self.installation else 0
        return Envelope(installation, repository.id, repository.full_name, number, event)


class Head(Shape):
    sha: Sha


class Pull(Shape):
    number: Small
    head: Head
    updated_at: Moment | None = None


class PullRequest(Delivery):
    repository: RepositoryName
    pull_request: Pull
    label: Label | None = None
    sender: User | None = None


class Thread(Shape):
    number: Small
    pull_request: dict[str, object] | None = None


class Issued(Shape):
    number: Small
    title: str
    body: str | None = None
    user: User | None = None
    labels: tuple[Label, ...] = ()
    updated_at: Moment
    html_url: str = ""
    pull_request: dict[str, object] | None = None


class Issues(Delivery):
    repository: RepositoryName
    issue: Issued
    sender: User
    changes: dict[str, object] | None = None


class IssueComment(Delivery):
    repository: RepositoryName
    issue: Thread
    comment: Words
    sender: User | None = None


class Base(Shape):
    repo: Id


class Named(Shape):
    number: Small
    base: Base


class Checked(Shape):
    head_sha: Sha
    external_id: str | None = None
    pull_requests: tuple[Named, ...] | None = ()

    def numbers(self, repository: RepositoryName) -> tuple[int | None, ...]:
        """Pull requests of this repository only: GitHub also names those into a fork's parent. (None,) when unknown."""
        here = (pull.number for pull in self.pull_requests or () if pull.base.repo.id == repository.id)
        return tuple(sorted(set(here))) or (None,)


class RequestedAction(Shape):
    identifier: str


class CheckRun(Delivery):
    repository: RepositoryName
    check_run: Checked
    requested_action: RequestedAction | None = None
    sender: User | None = None


class CheckSuite(Delivery):
    repository: RepositoryName
    check_suite: Checked


class Group(Shape):
    head_sha: Sha
    head_ref: str
    base_ref: str


class MergeGroup(Delivery):
    repository: RepositoryName
    merge_group: Group


class Commit(Shape):
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def paths(self) -> tuple[str, ...]:
        return (*self.added, *self.modified, *self.removed)


class Push(Delivery):
    repository: RepositoryName
    ref: str
    after: Sha
    deleted: bool = False
    forced: bool = False
    commits: tuple[Commit, ...] = ()
    sender: User | None = None


class RepositoryNews(Delivery):
    repository: RepositoryName


class Account(Shape):
    login: str = ""


class Installed(Id):
    account: Account | None = None


class Installation(Shape):
    action: str
    installation: Installed
    repositories: tuple[RepositoryName, ...] = ()
    repositories_added: tuple[RepositoryName, ...] = ()
    repositories_removed: tuple[RepositoryName, ...] = ()
