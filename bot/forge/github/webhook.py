"""The only reader of GitHub's JSON: a delivery in, envelopes out. Fields that are not read may hold anything."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.forge.envelope import Envelope, Pushed, Reachable, Ungrouped, Unreachable
from bot.policy.events import Changed, Commented, Labelled, Pressed, Queued
from bot.policy.pull import Comment, Person


class Unreadable(ValueError):
    """A delivery of a known event that lacks what every such delivery has."""


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")


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


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Id(_Read):
    id: Number


class _User(_Read):
    id: Number
    login: Name
    type: str = "User"

    def person(self) -> Person:
        return Person(self.id, self.login, self.type == "Bot")


class _Repository(_Read):
    id: Number
    full_name: FullName


class _Delivery(_Read):
    action: str = ""
    installation: _Id | None = None

    def envelope(self, repository: _Repository, number: int | None, event: Any) -> Envelope:
        installation = self.installation.id if self.installation else 0
        return Envelope(installation, repository.id, repository.full_name, number, event)


class _Head(_Read):
    sha: Sha


class _Pull(_Read):
    number: Small
    head: _Head
    updated_at: Moment | None = None


class _Label(_Read):
    name: Name


class _PullRequest(_Delivery):
    repository: _Repository
    pull_request: _Pull
    label: _Label | None = None
    sender: _User | None = None


class _Issue(_Read):
    number: Small
    pull_request: dict[str, object] | None = None


class _Comment(_Read):
    id: Number
    user: _User | None
    body: str | None = None
    created_at: Moment


class _IssueComment(_Delivery):
    repository: _Repository
    issue: _Issue
    comment: _Comment
    sender: _User | None = None


class _Base(_Read):
    repo: _Id


class _Named(_Read):
    number: Small
    base: _Base


class _Checked(_Read):
    head_sha: Sha
    external_id: str | None = None
    pull_requests: tuple[_Named, ...] | None = ()

    def numbers(self, repository: _Repository) -> tuple[int | None, ...]:
        """Pull requests of this repository only: GitHub also names those into a fork's parent. (None,) when unknown."""
        here = (pull.number for pull in self.pull_requests or () if pull.base.repo.id == repository.id)
        return tuple(sorted(set(here))) or (None,)


class _Action(_Read):
    identifier: str


class _CheckRun(_Delivery):
    repository: _Repository
    check_run: _Checked
    requested_action: _Action | None = None
    sender: _User | None = None


class _CheckSuite(_Delivery):
    repository: _Repository
    check_suite: _Checked


class _Group(_Read):
    head_sha: Sha
    head_ref: str
    base_ref: str


class _MergeGroup(_Delivery):
    repository: _Repository
    merge_group: _Group


class _Commit(_Read):
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def paths(self) -> tuple[str, ...]:
        return (*self.added, *self.modified, *self.removed)


class _Push(_Delivery):
    repository: _Repository
    ref: str
    after: Sha
    deleted: bool = False
    forced: bool = False
    commits: tuple[_Commit, ...] = ()
    sender: _User | None = None


class _RepositoryNews(_Delivery):
    repository: _Repository


class _Account(_Read):
    login: str = ""


class _Installed(_Id):
    account: _Account | None = None


class _Installation(_Read):
    action: str
    installation: _Installed
    repositories: tuple[_Repository, ...] = ()
    repositories_added: tuple[_Repository, ...] = ()
    repositories_removed: tuple[_Repository, ...] = ()


_PULL_ACTIONS = frozenset(
    {
        "opened",
        "reopened",
        "synchronize",
        "edited",
        "closed",
        "ready_for_review",
        "converted_to_draft",
        "labeled",
        "unlabeled",
        "enqueued",
        "dequeued",
        "auto_merge_enabled",
        "auto_merge_disabled",
    }
)
_COMMITS_NAMED = 20  # a push names the files of no more commits than GitHub's limit; from there on, look for oneself

Model = TypeVar("Model", bound=BaseModel)
Payload = Mapping[str, Any]


def _as(model: type[Model], payload: Payload) -> Model:
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"{where}: {first['msg']}") from None


def _action(payload: Payload) -> str:
    action = payload.get("action")
    return action if isinstance(action, str) else ""


def _pull_request(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in _PULL_ACTIONS:
        return ()
    news = _as(_PullRequest, payload)
    pull, label, sender = news.pull_request, news.label, news.sender
    by = sender.person() if sender else None
    if news.action == "labeled" and label is not None and by and not by.bot and pull.updated_at is not None:
        return (news.envelope(news.repository, pull.number, Labelled(label.name, by, pull.updated_at)),)
    return _changed(news, news.action)


def _review(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in ("submitted", "dismissed"):
        return ()
    return _changed(_as(_PullRequest, payload), "review")


def _changed(news: _PullRequest, what: str) -> tuple[Envelope, ...]:
    pull = news.pull_request
    by = news.sender.person() if news.sender else None
    return (news.envelope(news.repository, pull.number, Changed(what, pull.updated_at, pull.head.sha, by)),)


def _issue_comment(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) != "created":
        return ()
    news = _as(_IssueComment, payload)
    author = news.comment.user
    by_bot = any(user is not None and user.person().bot for user in (author, news.sender))
    if news.issue.pull_request is None or author is None or by_bot:
        return ()
    said = Comment(news.comment.id, author.person(), news.comment.body or "", news.comment.created_at)
    return (news.envelope(news.repository, news.issue.number, Commented(said)),)


def _check_run(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in ("rerequested", "requested_action"):
        return ()
    news = _as(_CheckRun, payload)
    event = _check_event(news)
    if event is None:
        return ()
    return tuple(news.envelope(news.repository, number, event) for number in news.check_run.numbers(news.repository))


def _check_event(news: _CheckRun) -> Changed | Pressed | None:
    if news.action == "rerequested":
        return Changed("rerequested", None, news.check_run.head_sha)
    if news.requested_action is None or news.sender is None:
        return None
    run = news.check_run
    return Pressed(news.requested_action.identifier, news.sender.person(), run.head_sha, run.external_id or "")


def _check_suite(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) != "rerequested":
        return ()
    news = _as(_CheckSuite, payload)
    event = Changed("rerequested", None, news.check_suite.head_sha)
    return tuple(news.envelope(news.repository, number, event) for number in news.check_suite.numbers(news.repository))


def _merge_group(payload: Payload) -> tuple[Envelope, ...]:
    if _action(payload) not in ("checks_requested", "destroyed"):
        return ()
    news = _as(_MergeGroup, payload)
    group = news.merge_group
    asked = Queued(group.head_sha, group.head_ref, group.base_ref)
    event = asked if news.action == "checks_requested" else Ungrouped(group.head_sha)
    return (news.envelope(news.repository, None, event),)


def _push(payload: Payload) -> tuple[Envelope, ...]:
    news = _as(_Push, payload)
    if news.deleted or not news.ref.startswith("refs/heads/") or news.ref.startswith("refs/heads/gh-readonly-queue/"):
        return ()
    paths = tuple(sorted({path for commit in news.commits for path in commit.paths()}))
    complete = not news.forced and 0 < len(news.commits) < _COMMITS_NAMED
    by = news.sender.person() if news.sender else None
    return (news.envelope(news.repository, None, Pushed(news.ref, news.after, paths, complete, by)),)


def _repository(payload: Payload) -> tuple[Envelope, ...]:
    event: Reachable | Unreachable
    match _action(payload):
        case "renamed" | "transferred" | "unarchived" | "edited" as why:
            event = Reachable(why)
        case "deleted" | "archived" as why:
            event = Unreachable(why)
        case _:
            return ()
    news = _as(_RepositoryNews, payload)
    return (news.envelope(news.repository, None, event),)


def _installation(payload: Payload) -> tuple[Envelope, ...]:
    news = _as(_Installation, payload)
    match news.action:
        case "created" | "unsuspend" | "new_permissions_accepted":
            return _each(news, news.repositories, Reachable(news.action))
        case "deleted" | "suspend":
            return (_whole(news, Unreachable(news.action)),)
        case _:
            return ()


def _installation_repositories(payload: Payload) -> tuple[Envelope, ...]:
    news = _as(_Installation, payload)
    added = tuple(_one(news, repository, Reachable("added")) for repository in news.repositories_added)
    return added + tuple(_one(news, repository, Unreachable("removed")) for repository in news.repositories_removed)


def _each(news: _Installation, repositories: tuple[_Repository, ...], event: Reachable) -> tuple[Envelope, ...]:
    return tuple(_one(news, repository, event) for repository in repositories) or (_whole(news, event),)


def _one(news: _Installation, repository: _Repository, event: Reachable | Unreachable) -> Envelope:
    return Envelope(news.installation.id, repository.id, repository.full_name, None, event)


def _whole(news: _Installation, event: Reachable | Unreachable) -> Envelope:
    return Envelope(
        news.installation.id, 0, news.installation.account.login if news.installation.account else "", None, event
    )


def _nothing(payload: Payload) -> tuple[Envelope, ...]:
    return ()


_READERS: Mapping[str, Callable[[Payload], tuple[Envelope, ...]]] = {
    "check_run": _check_run,
    "check_suite": _check_suite,
    "installation": _installation,
    "installation_repositories": _installation_repositories,
    "issue_comment": _issue_comment,
    "merge_group": _merge_group,
    "ping": _nothing,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "push": _push,
    "repository": _repository,
}

EVENTS = frozenset(_READERS)  # what the App subscribes to, beside what GitHub always sends


def read(event_name: str, payload: Payload) -> tuple[Envelope, ...]:
    """What a delivery tells; nothing for an unknown event or an action that means nothing to us.

    Raises Unreadable when a field we need is missing or of another kind.
    """
    reader = _READERS.get(event_name)
    return () if reader is None else reader(payload)
