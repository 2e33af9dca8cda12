"""GitHub's JSON as we read it: a shape for each thing, the same in a webhook, an answer and the doctor's look.

Only fields that are read are named; others may hold anything. What lacks one, or has another kind in it, is refused
with the place of it, and never retried: asking again would bring the same.
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.policy.pull import Person

GHOST = Person(10137, "ghost")  # whom GitHub shows in the place of an account that was deleted
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")


class Unreadable(ValueError):
    """What GitHub sent lacks what it always has; the message names the place."""


def _written(given: object) -> object:
    """A moment is a text: a number would be taken for seconds since 1970."""
    if not isinstance(given, datetime) and not (isinstance(given, str) and _DATE.match(given)):
        raise ValueError("no moment")
    return given


def _in_utc(given: datetime) -> datetime:
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


# what does not fit a column, or is no object id, is refused at the door
Number = Annotated[int, Field(ge=0, lt=2**63)]
Small = Annotated[int, Field(ge=1, lt=2**31)]
Sha = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})\z")]
Name = Annotated[str, Field(max_length=255)]
# owner and name become parts of addresses: neither may be a step up in a path
FullName = Annotated[str, Field(max_length=255, pattern=r"^[\w.-]*[\w-][\w.-]*/[\w.-]*[\w-][\w.-]*\z")]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


S = TypeVar("S", bound=Shape)


def shaped(shape: type[S], answer: object) -> S:
    """Raises Unreadable."""
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise Unreadable(f"{where}: {first['msg']}") from None


class Id(Shape):
    id: Number


class User(Shape):
    id: Number
    login: Name
    type: str = "User"

    def person(self) -> Person:
        return Person(self.id, self.login, self.type == "Bot")


def person(user: User | None) -> Person:
    return GHOST if user is None else user.person()


class RepositoryName(Shape):
    """A repository as every webhook names it."""

    id: Number
    full_name: FullName


class RepositoryFacts(RepositoryName):
    """A repository as an answer shows it."""

    default_branch: str
    archived: bool = False
    private: bool = False
    disabled: bool = False


class Commit(Shape):
    sha: Sha


class LandedCommit(Commit):
    author: Id | None = None


class Label(Shape):
    name: Name


class Side(Shape):
    """Head or base of a pull request. A fork that was deleted has no repository."""

    sha: Sha
    ref: str
    repo: RepositoryFacts | None


class Base(Side):
    repo: RepositoryFacts


class ListedPull(Shape):
    number: Small
    head: Side
    base: Base


class Slug(Shape):
    slug: str


class PullFacts(ListedPull):
    node_id: str = ""  # its name in GraphQL
    merged: bool = False
    merged_at: Moment | None = None
    merged_by: User | None = None
    title: str
    user: User | None
    state: str
    draft: bool = False
    auto_merge: Mapping[str, Any] | None = None
    mergeable: bool | None = None
    updated_at: Moment
    body: str | None = None
    labels: tuple[Label, ...] = ()
    created_at: Moment | None = None
    closed_at: Moment | None = None
    requested_reviewers: tuple[User, ...] = ()
    requested_teams: tuple[Slug, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """Whose review was asked for. Teams are those of the owner: no others can be asked."""
        owner = self.base.repo.full_name.partition("/")[0].lower()
        teams = (f"@{owner}/{each.slug.lower()}" for each in self.requested_teams)
        return (*(each.login for each in self.requested_reviewers), *teams)


class Merge(Shape):
    oid: Sha


class Merged(Shape):
    """A pull request as GraphQL shows it. REST will not name the commit any more."""

    mergeCommit: Merge | None = None


class PullOfCommit(Shape):
    """A pull request as the list of a commit's shows it."""

    number: Small
    base: Base
    merged_at: Moment | None = None


class BranchFacts(Shape):
    commit: Commit
    protected: bool = False


class ReviewFacts(Shape):
    id: Number = 0
    state: str
    user: User | None = None
    commit_id: str | None = None
    submitted_at: Moment | None = None  # a review that is being written has none


class ReactionCounts(Shape):
    plus: int = Field(0, alias="+1")
    minus: int = Field(0, alias="-1")


class Words(Shape):
    """A comment as a webhook brings it."""

    id: Number
    user: User | None
    body: str | None = None
    created_at: Moment


class CommentFacts(Words):
    """A comment as a list shows it."""

    updated_at: Moment
    performed_via_github_app: Id | None = None
    reactions: ReactionCounts | None = None

    def by_app(self, app_id: int) -> bool:
        """Ours by the App that wrote it: a marker alone could be anybody's."""
        return self.performed_via_github_app is not None and self.performed_via_github_app.id == app_id


class ReactionFacts(Shape):
    content: str
    user: User | None = None
    created_at: Moment


class ReportingApp(Id):
    slug: str = ""


class StatusFacts(Shape):
    """A commit status: whoever may write can set one."""

    context: str
    state: str


class CheckRunFacts(Shape):
    id: Number
    name: str
    head_sha: Sha
    status: str
    conclusion: str | None = None
    external_id: str | None = None
    app: ReportingApp | None = None


class FileFacts(Shape):
    type: str
    size: int = 0
    content: str = ""

    def text(self) -> str:
        return base64.b64decode(self.content).decode("utf-8", "replace")


class Permission(Shape):
    permission: str | None = None
    user: User | None = None


class Membership(Shape):
    state: str | None = None


class IssueFacts(Shape):
    user: User | None = None


class Pointer(Shape):
    ref: str
    object: Commit


class Comparison(Shape):
    commits: tuple[Commit, ...]


class DeliveryFacts(Shape):
    """One attempt to deliver; `delivered_at` None: it is on its way at this moment."""

    id: Number
    guid: str
    delivered_at: Moment | None
    event: str
    status_code: int
    status: str = ""


class Account(Shape):
    login: str = ""
    type: str = "User"


class AppFacts(Id):
    slug: str = ""
    owner: Account | None = None
    permissions: Mapping[str, str]
    events: frozenset[str]


class MadeApp(Id):
    """What GitHub hands out once, for the code of a manifest."""

    slug: str
    owner: Account
    client_id: str
    pem: str
    webhook_secret: str
    client_secret: str


class HookFacts(Shape):
    """Where webhooks go. GitHub says "0" or 0 where it verifies certificates."""

    url: str | None = None
    content_type: str | None = None
    insecure_ssl: str | int = "0"
    secret: str | None = None


class InstallationFacts(Id):
    account: Account | None = None
    permissions: Mapping[str, str]
    events: frozenset[str]
    html_url: str
    suspended_at: Moment | None = None
