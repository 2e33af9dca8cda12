"""What the sandbox's forge knows: plain values in memory behind one lock, named as GitHub names them."""

import dataclasses
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.owners import Account, App, Installation, InstallationToken, Installed, Team, UserToken
from bot.sandbox.reports import CheckRun, CheckSuite, Protection, Status

ROLES = ("none", "read", "triage", "write", "maintain", "admin")  # ascending, GitHub's names for people's rights


@dataclass
class Label:
    """A label of a repository."""

    id: int
    name: str
    colour: str = "ededed"
    description: str = ""


@dataclass
class Reaction:
    """One person's reaction to a comment or a pull request."""

    id: int
    login: str
    content: str
    created_at: datetime


@dataclass
class Comment:
    """A comment in a pull request's conversation. `by_app` says whether the App wrote it."""

    id: int
    number: int
    login: str
    body: str
    by_app: bool
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list)


@dataclass
class Review:
    """A review; `sha` is the head it was given on. One that is PENDING is seen by who writes it only."""

    id: int
    login: str
    state: str  # PENDING, APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
    body: str
    sha: str
    submitted_at: datetime


@dataclass
class Conversation:
    """A review thread: somebody said something of a line, and it is resolved or not."""

    id: int
    login: str
    resolved: bool = False


@dataclass
class AutoMerge:
    """Somebody's wish that a pull request be merged once nothing holds it."""

    login: str
    method: str


@dataclass
class Pull:
    """A pull request. `head_repository_id` is None once its fork is gone; `earlier` is what a stale read shows."""

    id: int
    number: int
    repository_id: int
    login: str
    title: str
    body: str | None
    base_ref: str
    base_sha: str
    head_repository_id: int | None
    head_owner: str
    head_ref: str
    head_sha: str
    created_at: datetime
    updated_at: datetime
    draft: bool = False
    state: str = "open"
    merged_at: datetime | None = None
    merged_by: str | None = None
    merge_commit_sha: str | None = None
    closed_at: datetime | None = None
    labels: tuple[str, ...] = ()
    requested_reviewers: tuple[str, ...] = ()
    requested_teams: tuple[str, ...] = ()
    auto_merge: AutoMerge | None = None
    reviews: list[Review] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    pushed_by: str = ""  # who pushed last; empty: its author
    earlier: "Pull | None" = None

    def changed(self, now: datetime, **values: Any) -> None:
        """Set values and remember what was there before, for stale reads."""
        self.earlier = dataclasses.replace(self, earlier=None)
        for name, value in {**values, "updated_at": now}.items():
            setattr(self, name, value)


@dataclass
class Issue:
    """An issue that is no pull request."""

    id: int
    number: int
    login: str
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    labels: tuple[str, ...] = ()
    reactions: list[Reaction] = field(default_factory=list)

    def changed(self, now: datetime, **values: Any) -> None:
        """Set values."""
        for name, value in {**values, "updated_at": now}.items():
            setattr(self, name, value)


@dataclass
class QueueEntry:
    """A pull request in a merge queue and the merge commit that is being checked."""

    number: int
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    pull_head_sha: str
    login: str


@dataclass
class Repository:
    """A repository and everything in it; the git data are a bare repository in `folder`."""

    id: int
    owner: str
    name: str
    folder: Path
    default_branch: str
    private: bool
    created_at: datetime
    pushed_at: datetime
    fork_of: int | None = None
    archived: bool = False
    methods: frozenset[str] = frozenset({"merge", "squash", "rebase"})  # ways to merge that its settings allow
    code_owners: frozenset[str] = frozenset()  # logins that own everything
    signed: set[str] = field(default_factory=set)  # commits whose signature the forge verified
    next_number: int = 1
    roles: dict[str, str] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    suites: dict[int, CheckSuite] = field(default_factory=dict)
    runs: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    queue: list[QueueEntry] = field(default_factory=list)

    @property
    def threads(self) -> "list[Thread]":
        """Everything with a conversation: pull requests and issues."""
        return [*self.pulls.values(), *self.issues.values()]

    @property
    def full_name(self) -> str:
        """OWNER/NAME."""
        return f"{self.owner}/{self.name}"


@dataclass
class World:
    """Everything, with the lock that guards it. `address` has no trailing slash."""

    folder: Path
    clock: Callable[[], datetime]
    app: App
    installation: Installation
    others: list[Installed] = field(default_factory=list)  # Apps beside it, each with its one installation
    app_reviews: str = "contents"  # whose count: of Apps that may write contents, "always" any App's, or "never" one's
    address: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    teams: dict[tuple[str, str], Team] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, InstallationToken] = field(default_factory=dict)
    user_tokens: dict[str, UserToken] = field(default_factory=dict)
    long_tokens: bool = True
    signed_by_github: set[str] = field(default_factory=set)  # commits that the forge made and signed itself
    newest: bool = False  # leave out what GitHub has announced to leave out
    send: Callable[[str, dict[str, Any], int | None], None] = lambda event, payload, repository_id: None
    lock: threading.RLock = field(default_factory=threading.RLock)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    trusted: Callable[[], datetime] | None = None  # by which tokens and signatures end, where it is not `clock`

    @property
    def api(self) -> str:
        """Where the REST interface is, the way GitHub Enterprise Server places it."""
        return f"{self.address}/api/v3"

    def now(self) -> datetime:
        """The clock, to the second as GitHub tells time."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def valid_at(self) -> datetime:
        """The moment at which a token or a signature is judged."""
        return (self.trusted or self.clock)().astimezone(UTC).replace(microsecond=0)

    def new_id(self) -> int:
        """A number nothing else here has."""
        return next(self.ids)

    @property
    def bot(self) -> Account:
        return self.accounts[f"{self.app.slug}[bot]"]

    @property
    def apps(self) -> list[Installed]:
        """All Apps, the first one first."""
        return [Installed(self.app, self.installation), *self.others]

    def installed(self, app_id: int) -> Installed:
        """An App by its number. Raises Refusal (404)."""
        for each in self.apps:
            if each.app.id == app_id:
                return each
        raise not_found()

    def app_of(self, login: str) -> Installed | None:
        """The App behind a bot's login."""
        return next((each for each in self.apps if f"{each.app.slug}[bot]" == login), None)

    def account(self, login: str) -> Account:
        """An account by login, whatever its case. Raises Refusal (404)."""
        for known, account in self.accounts.items():
            if known.lower() == login.lower():
                return account
        raise not_found()

    def find(self, full_name: str) -> Repository | None:
        wanted = full_name.lower()
        return next((each for each in self.repositories.values() if each.full_name.lower() == wanted), None)

    def repository(self, full_name: str) -> Repository:
        """The repository of that name. Raises Refusal (404)."""
        repository = self.find(full_name)
        if repository is None:
            raise not_found()
        return repository

    def role(self, repository: Repository, login: str) -> str:
        """What a person may do in a repository: the highest of being its owner, their own role and their teams'."""
        return max(self.given_role(repository, login), "none" if repository.private else "read", key=ROLES.index)

    def given_role(self, repository: Repository, login: str) -> str:
        """The same without what everybody may in a public repository."""
        if login == repository.owner:
            return "admin"
        roles = [repository.roles.get(login, "none")]
        roles += [team.roles.get(repository.id, "none") for team in self.teams.values() if login in team.members]
        return max(roles, key=ROLES.index)

    def covered(self, repository: Repository, app_id: int = 0) -> bool:
        """Whether an App, the first one if none is named, is installed on a repository."""
        installation = self.installed(app_id).installation if app_id else self.installation
        here = repository.owner == installation.account and not installation.deleted
        chosen = installation.repository_ids
        return here and (chosen is None or repository.id in chosen)


def pull_of(repository: Repository, number: int) -> Pull:
    """A pull request by number. Raises Refusal (404)."""
    if number not in repository.pulls:
        raise not_found()
    return repository.pulls[number]


Thread = Pull | Issue  # what has a conversation


def thread_of(repository: Repository, number: int) -> Thread:
    """A pull request or issue by number. Raises Refusal (404)."""
    if number in repository.issues:
        return repository.issues[number]
    return pull_of(repository, number)


def writable(repository: Repository) -> None:
    """Raises Refusal (403) where a repository is archived."""
    if repository.archived:
        raise Refusal(403, "Repository was archived so is read-only.")
