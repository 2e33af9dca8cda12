"""What codechill needs of a forge. github.py provides it on GitHub, shadow.py on top of any other without writing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.policy.actions import AskReview, PutComment, React, RemoveComment, Reply, SetCheck, SetLabel
from bot.policy.candidate import Origin
from bot.policy.gatekeeping import Gatekeeping, Method
from bot.policy.pull import CheckRun, Person, PullRequest, Repository

ForgeAction = SetCheck | PutComment | RemoveComment | Reply | React | SetLabel | AskReview


class ForgeError(Exception):
    """The forge could not do it; the message is one sentence for the log. Trying again later may help."""


class Gone(ForgeError):
    """It does not exist any more, or the App may not see it: trying again does not help."""


class Refused(ForgeError):
    """The forge understood and said no: trying the same again does not help."""


class ReadOnly(Refused):
    """Nothing is written through this forge, whatever is wanted."""


class Misread(ForgeError):
    """The forge answered with something else than it documents: asked again, it would answer the same."""


class Unbelieved(ForgeError):
    """A person's token or code is good no longer: they have to sign in again."""


class Busy(ForgeError):
    """Nothing may be sent before `until`: a rate limit, or a write whose answer never came may still be under way."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


@dataclass(frozen=True, slots=True)
class Target:
    """Where a repository is reached: the installation that may, its number, and its present name."""

    installation_id: int
    repository_id: int
    full_name: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An open pull request as a list shows it: enough to see that it is not what was looked at last."""

    number: int
    head_sha: str
    base_ref: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A pull request as it ended. `sha` is the commit that its base branch got, "" where the forge names none."""

    number: int
    merged: bool
    sha: str
    head_sha: str
    head_ref: str
    base_ref: str
    title: str
    body: str
    author: Person
    by: Person | None = None  # who merged it


@dataclass(frozen=True, slots=True)
class Authors:
    """Accounts behind the commits of a pull request, the addresses that no account is known for (case folded), the ids
    of those commits, and where it comes from with each of them."""

    people: frozenset[int]
    unplaced: frozenset[str]
    commits: frozenset[str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Reactions:
    """👍 and 👎 on our comment: who, whether it is 👍, and when. `author` is the pull request's."""

    author: Person
    given: tuple[tuple[Person, bool, datetime], ...]


class Lander(Protocol):
    """What it takes to review, land and label by itself, and to keep issues. Needs the permissions of app.landing.yml.

    Every method may raise ForgeError or one of its kinds; Refused where the forge's own rules do not allow it. Doing it
    twice leaves what doing it once leaves.
    """

    def approve(self, target: Target, number: int, head_sha: str, words: str) -> int:
        """A review that approves exactly that commit; returns its number."""
        ...

    def dismiss(self, target: Target, number: int, review: int, words: str) -> None:
        """That review counts no longer."""
        ...

    def merge(self, target: Target, number: int, head_sha: str, method: Method) -> None:
        """Land it while its head is that commit. Raises Refused when it is another one by now."""
        ...

    def enqueue(self, target: Target, number: int, head_sha: str) -> None:
        """Put it into the merge queue while its head is that commit."""
        ...

    def label(self, target: Target, number: int, add: frozenset[str], remove: frozenset[str] = frozenset()) -> None:
        """Labels of a pull request or an issue; one that it does not bear is not missed."""
        ...

    def open_issue(self, target: Target, key: str, title: str, body: str, labels: frozenset[str]) -> int:
        """An issue, made once for each key; returns its number."""
        ...

    def close_issue(self, target: Target, number: int) -> None: ...


class Landing(Lander, Protocol):
    """The App that lands, and nothing else: another one than that which judges."""

    def account(self, target: Target) -> Person:
        """Its own account, by which its reviews are known. Raises Refused where it is not installed."""
        ...

    def gate(self, target: Target, number: int, base_ref: str) -> Gatekeeping:
        """What the branch asks of a landing, as far as the forge tells. Raises Refused where it is not installed."""
        ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """A token with which the App asks for a person, and for how many seconds it is good."""

    token: str = field(repr=False)
    lasts: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers of repositories that somebody may read, and of those of them to which they may write."""

    reads: frozenset[int]
    writes: frozenset[int] = frozenset()


class SigningIn(Protocol):
    """How people show who they are. Every method may raise ForgeError, Unbelieved among them."""

    def address(self, redirect: str, state: str, challenge: str) -> str:
        """Where a browser goes; it comes back to `redirect` with `state` and a code. `challenge`: PKCE, S256."""
        ...

    def exchange(self, code: str, verifier: str, redirect: str) -> SignIn: ...

    def person(self, token: str) -> Person: ...

    def reach(self, token: str) -> Reach:
        """Of the repositories that the App covers, as of now."""
        ...


class Words(Protocol):
    """Turns views into the forge's Markdown; given to the forge by the composition root."""

    def comment(self, action: PutComment) -> str: ...

    def reply(self, action: Reply) -> str: ...

    def check(self, action: SetCheck) -> tuple[str, str]:
        """Title (one line) and summary of a check run."""
        ...


class Forge(Protocol):
    """Every method may raise ForgeError or one of its kinds. Nothing is cached but clients and tokens."""

    def repository(self, target: Target) -> Repository: ...

    def pull(self, target: Target, number: int) -> PullRequest:
        """The facts now, with the repository's present name.

        Raises Gone when the name in `target` is another repository's now.
        """
        ...

    def listed(self, target: Target, number: int) -> Listed:
        """Where a pull request is now, by one request. Raises Gone as `pull` does."""
        ...

    def ended(self, target: Target, number: int) -> Ended:
        """How a pull request ended, by one request. Raises Gone as `pull` does."""
        ...

    def landed_with(self, target: Target, sha: str) -> tuple[int, ...]:
        """Merged pull requests that a commit belongs to; none for one that the forge does not know."""
        ...

    def open_pulls(self, target: Target) -> tuple[Listed, ...]: ...

    def file(self, target: Target, path: str, ref: str) -> str | None:
        """Text of a file at a commit, None when there is none. Raises Refused above one megabyte."""
        ...

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        """What a person may do: "write", "admin", and those of `teams` ("@org/team") they are an active member of."""
        ...

    def may_read(self, target: Target, person: Person) -> bool:
        """Whether a person may read the repository now; everybody may read a public one."""
        ...

    def reactions(self, target: Target, number: int) -> Reactions | None:
        """Those on our comment now; None when nobody reacted, or there is no comment."""
        ...

    def commit_authors(self, target: Target, number: int, also: frozenset[str]) -> Authors | None:
        """Whoever wrote, co-wrote or committed a commit of a pull request; `also` are addresses that git itself names.
        None when the forge does not list all of its commits."""
        ...

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        """The newest commits of the default branch, a hundred at most, that the forge lists as made by an account: by
        addresses that it confirmed as that account's. One request; none are listed of an account that made none."""
        ...

    def clone_url(self, target: Target) -> str:
        """Without credentials."""
        ...

    def token(self, target: Target) -> str:
        """An installation token for git, good for at least a minute."""
        ...

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> int | None:
        """Make it so. Doing it twice leaves one comment and one check run. Returning means done: raises Busy when it
        was sent and nobody can tell yet whether it was, ReadOnly when nothing is ever written.

        Returns the number of the check run or comment that shows it now; None for what has none.
        """
        ...

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        """Every pull request in a merge group, those queued before it included; empty when they cannot be told."""
        ...

    def tip(self, target: Target, ref: str) -> str:
        """The commit a branch points to."""
        ...

    def checks_of(self, target: Target, sha: str) -> dict[str, CheckRun]:
        """Our newest check run of each name on a commit."""
        ...

    def check_commit(self, target: Target, action: SetCheck) -> None:
        """Our check on a commit that is no pull request's head: a merge group."""
        ...
