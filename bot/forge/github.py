"""GitHub through PyGithub. No PyGithub object leaves this module; every answer becomes our own frozen facts at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote, urlsplit

import github
import requests
from github import Auth, Github, GithubException, GithubIntegration
from urllib3.util.retry import Retry

from bot.forge import markers
from bot.forge.port import Busy, ForgeAction, ForgeError, Gone, Refused, Target, Words
from bot.policy.actions import PutComment, React, Reply, SetCheck
from bot.policy.group import numbers
from bot.policy.pull import CheckRun, Comment, Person, PullRequest, Repository, Review

CHECK = "codechill"
API_VERSION = "2022-11-28"
_LARGEST_FILE = 1_000_000  # bytes of a configuration or calendar file
_TIMEOUT_S = 15
MOST_BODY = 20_000  # characters of a description that are kept
_REVIEWS = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


class GitHubForge:
    """One client for each installation, made once under a lock: a cold client asks for one token a thread.

    Nothing is written twice by the client itself: only reads are sent again after a lost answer, because a comment
    whose answer was lost may exist. The next run sees what is there and goes on from it.
    """

    def __init__(
        self, *, app_id: int, private_key: str, api: str, words: Words, between_writes: float = 0.0, clock: Any = None
    ) -> None:
        self._app_id = app_id
        self._api = api.rstrip("/")
        self._words = words
        self._clock = clock or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._clients: dict[int, Github] = {}
        retry = Retry(
            total=2,
            allowed_methods=frozenset({"GET"}),
            status_forcelist=(500, 502, 503, 504),
            backoff_factor=0.2,
            raise_on_status=False,
            respect_retry_after_header=False,  # a worker never sleeps on a limit: the job is put back instead
        )
        self._app = GithubIntegration(
            auth=Auth.AppAuth(app_id, private_key),
            base_url=self._api,
            timeout=_TIMEOUT_S,
            retry=retry,
            seconds_between_requests=0,
            seconds_between_writes=between_writes,
            per_page=100,
            lazy=True,
        )

    # --- reading

    def repository(self, target: Target) -> Repository:
        data = self._get(target, f"/repos/{_name(target)}")
        return _repository(data)

    def pull(self, target: Target, number: int) -> PullRequest:
        base = f"/repos/{_name(target)}"
        data = self._get(target, f"{base}/pulls/{int(number)}")
        ours = self._our_comments(target, number)
        branch = self._get(target, f"{base}/branches/{quote(data['base']['ref'], safe='')}", missing={})
        reviews = self._pages(target, f"{base}/pulls/{int(number)}/reviews")
        head, home = data["head"], data["base"]
        return PullRequest(
            repository=_repository(home["repo"]),
            number=int(number),
            title=data["title"],
            author=_person(data["user"]),
            head_sha=head["sha"],
            head_ref=head["ref"],
            # the tip now: GitHub's base.sha stays where the branch was when the pull request was last pushed to
            base_sha=(branch.get("commit") or home)["sha"],
            base_ref=home["ref"],
            fork=head["repo"] is None or head["repo"]["id"] != home["repo"]["id"],
            draft=bool(data.get("draft")),
            open=data["state"] == "open",
            merged=bool(data.get("merged")),
            auto_merge=data.get("auto_merge") is not None,
            protected=bool(branch.get("protected")),
            created_at=_time(data["created_at"]),
            updated_at=_time(data["updated_at"]),
            body=(data.get("body") or "")[:MOST_BODY],
            labels=frozenset(label["name"] for label in data["labels"]),
            reviews=tuple(_review(review) for review in reviews if review["state"] in _REVIEWS and review.get("user")),
            check=self._our_check(target, head["sha"]),
            comment=next((c for c in ours if c.digest is not None), None),
            replied_to=frozenset(n for c in ours if (n := markers.reply_to(c.body)) is not None),
        )

    def open_pulls(self, target: Target) -> tuple[int, ...]:
        pulls = self._pages(target, f"/repos/{_name(target)}/pulls", state="open")
        return tuple(pull["number"] for pull in pulls)

    def file(self, target: Target, path: str, ref: str) -> str | None:
        repo = self._client(target).get_repo(target.full_name)
        with _translated(self._clock):
            try:
                found = repo.get_contents(path, ref=ref)
            except github.UnknownObjectException:
                return None
            if isinstance(found, list) or found.type != "file":
                return None
            if found.size > _LARGEST_FILE:
                raise Refused(f"{path} is larger than one megabyte")
            return found.decoded_content.decode("utf-8", "replace")

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        granted = set()
        login = quote(person.login, safe="")
        if not person.bot:
            path = f"/repos/{_name(target)}/collaborators/{login}/permission"
            answer = self._get(target, path, missing={})
            # a login can be taken over by somebody else: the number must still be the same person's
            if (answer.get("user") or {}).get("id") == person.id:
                level = answer.get("permission")
                granted |= {"admin": {"write", "admin"}, "write": {"write"}}.get(str(level), set())
        for team in teams:
            organisation, _, slug = team.removeprefix("@").partition("/")
            path = f"/orgs/{quote(organisation, safe='')}/teams/{quote(slug, safe='')}/memberships/{login}"
            if self._get(target, path, missing={}).get("state") == "active":
                granted.add(team)
        return frozenset(granted)

    def clone_url(self, target: Target) -> str:
        parts = urlsplit(self._api)
        host = "github.com" if parts.netloc == "api.github.com" else parts.netloc
        return f"{parts.scheme}://{host}/{_name(target)}.git"

    def token(self, target: Target) -> str:
        client = self._client(target)
        with _translated(self._clock):
            auth = client.requester.auth
            if auth is None:
                raise ForgeError("the client has no credentials")
            return auth.token

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        base = base_ref.removeprefix("refs/heads/")
        span = f"{quote(base, safe='')}...{quote(head_sha, safe='')}"
        compared = self._get(target, f"/repos/{_name(target)}/compare/{span}", per_page=250)
        ahead = {commit["sha"] for commit in compared["commits"]} | {head_sha}
        # entries queued before this one lie under it, and each has a branch of its own at its commit
        queue = f"/repos/{_name(target)}/git/matching-refs/heads/gh-readonly-queue/{quote(base)}/"
        refs = [ref["ref"] for ref in self._pages(target, queue) if ref["object"]["sha"] in ahead]
        found = tuple(number for ref in (*refs, head_ref) for number in numbers(ref))
        return tuple(sorted(set(found))) if numbers(head_ref) else ()

    def tip(self, target: Target, ref: str) -> str:
        path = f"/repos/{_name(target)}/branches/{quote(ref.removeprefix('refs/heads/'), safe='')}"
        return str(self._get(target, path)["commit"]["sha"])

    def check_of(self, target: Target, sha: str) -> CheckRun | None:
        return self._our_check(target, sha)

    # --- writing

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> None:
        match action:
            case SetCheck():
                existing = pull.check if pull.check and pull.check.head_sha == action.head_sha else None
                self._set_check(target, action, existing)
            case PutComment():
                self._put_comment(target, pull, action)
            case Reply():
                issue = self._client(target).get_repo(target.full_name).get_issue(pull.number)
                with _translated(self._clock):
                    issue.create_comment(self._words.reply(action))
            case React():
                path = f"/repos/{_name(target)}/issues/comments/{int(action.comment)}/reactions"
                self._send(target, "POST", path, {"content": action.content})

    def check_commit(self, target: Target, action: SetCheck) -> None:
        self._set_check(target, action, self._our_check(target, action.head_sha))

    def _set_check(self, target: Target, action: SetCheck, existing: CheckRun | None) -> None:
        title, summary = self._words.check(action)
        fields: dict[str, Any] = {
            "external_id": action.digest,
            "status": "completed" if action.conclusion else "in_progress",
            "output": {"title": title, "summary": summary},
        }
        if action.card.details_url:
            fields["details_url"] = action.card.details_url
        if action.conclusion:
            fields["conclusion"] = action.conclusion
            fields["actions"] = [
                {"label": b.label, "description": b.description, "identifier": b.identifier} for b in action.buttons
            ]
        repo = self._client(target).get_repo(target.full_name)
        with _translated(self._clock):
            # a completed run cannot go back to in progress: a new one of the same name takes its place
            if existing is None or (existing.status == "completed" and not action.conclusion):
                repo.create_check_run(name=CHECK, head_sha=action.head_sha, **fields)
            else:
                repo.get_check_run(existing.id).edit(**fields)

    def _put_comment(self, target: Target, pull: PullRequest, action: PutComment) -> None:
        body = self._words.comment(action)
        base = f"/repos/{_name(target)}/issues"
        if pull.comment is not None:
            try:
                self._send(target, "PATCH", f"{base}/comments/{pull.comment.id}", {"body": body})
                return
            except Gone:
                pass  # somebody deleted it meanwhile: write it anew
        self._send(target, "POST", f"{base}/{pull.number}/comments", {"body": body})

    # --- the wire

    def _our_comments(self, target: Target, number: int) -> list[Comment]:
        comments = self._pages(target, f"/repos/{_name(target)}/issues/{int(number)}/comments")
        # ours by the App that wrote it: a marker alone could be anybody's
        return [_comment(c) for c in comments if (c.get("performed_via_github_app") or {}).get("id") == self._app_id]

    def _our_check(self, target: Target, sha: str) -> CheckRun | None:
        path = f"/repos/{_name(target)}/commits/{quote(sha, safe='')}/check-runs"
        answer = self._get(target, path, check_name=CHECK, filter="latest", app_id=self._app_id)
        runs = [run for run in answer["check_runs"] if (run.get("app") or {}).get("id") == self._app_id]
        return max((_check(run) for run in runs), key=lambda run: run.id, default=None)

    def _client(self, target: Target) -> Github:
        with self._lock:
            client = self._clients.get(target.installation_id)
            if client is None:
                client = self._app.get_github_for_installation(target.installation_id)
                self._clients[target.installation_id] = client
            return client

    def _get(self, target: Target, path: str, *, missing: Any = None, **query: Any) -> Any:
        client = self._client(target)
        with _translated(self._clock):
            try:
                _, data = client.requester.requestJsonAndCheck("GET", path, parameters=query or None, headers=_PINNED)
            except github.UnknownObjectException:
                if missing is not None:
                    return missing
                raise
        return data

    def _send(self, target: Target, verb: str, path: str, body: dict[str, Any]) -> Any:
        with _translated(self._clock):
            _, data = self._client(target).requester.requestJsonAndCheck(verb, path, input=body, headers=_PINNED)
        return data

    def _pages(self, target: Target, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            batch = self._get(target, path, per_page=100, page=page, **query)
            yield from batch
            if len(batch) < 100:
                return
            page += 1


_PINNED = {"X-GitHub-Api-Version": API_VERSION}


@contextmanager
def _translated(clock: Any) -> Iterator[None]:
    """PyGithub's and requests' errors in the words of the port."""
    try:
        yield
    except (github.UnknownObjectException, github.BadCredentialsException) as error:
        raise Gone(f"GitHub answered {error.status}: {_said(error)}") from error
    except GithubException as error:
        wait = _limit(error, clock())
        if wait is not None:
            raise Busy(f"GitHub asks to wait: {_said(error)}", wait) from error
        if error.status in (410, 451):
            raise Gone(f"GitHub answered {error.status}: {_said(error)}") from error
        if error.status in (400, 403, 405, 409, 422):
            raise Refused(f"GitHub answered {error.status}: {_said(error)}") from error
        raise ForgeError(f"GitHub answered {error.status}: {_said(error)}") from error
    except requests.RequestException as error:
        raise ForgeError(f"GitHub could not be reached ({type(error).__name__})") from error


def _limit(error: GithubException, now: datetime) -> datetime | None:
    """When a rate limit ends: Retry-After, then the reset of the primary limit, else a minute (GitHub's advice)."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status not in (403, 429):
        return None
    if headers.get("retry-after", "").isdigit():
        return now + timedelta(seconds=min(int(headers["retry-after"]), 3600))
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
        reset = datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC)
        return max(now + timedelta(seconds=1), min(reset, now + timedelta(hours=1)))
    if error.status == 429 or "rate limit" in _said(error).lower():
        return now + timedelta(seconds=60)
    return None


def _said(error: GithubException) -> str:
    data = error.data if isinstance(error.data, dict) else {}
    return str(data.get("message") or error.message or "no message")[:200]


def _name(target: Target) -> str:
    owner, _, name = target.full_name.partition("/")
    return f"{quote(owner, safe='')}/{quote(name, safe='')}"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _person(user: dict[str, Any] | None) -> Person:
    if user is None:  # the account was deleted; GitHub shows its ghost
        return Person(10137, "ghost")
    return Person(int(user["id"]), user["login"], user.get("type") == "Bot")


def _repository(data: dict[str, Any]) -> Repository:
    return Repository(int(data["id"]), data["full_name"], data["default_branch"], bool(data.get("archived")))


def _review(data: dict[str, Any]) -> Review:
    state = cast(Any, _REVIEWS[data["state"]])
    return Review(_person(data["user"]), state, data.get("commit_id") or "", _time(data["submitted_at"]))


def _comment(data: dict[str, Any]) -> Comment:
    body = data.get("body") or ""
    edited = data["updated_at"] != data["created_at"]
    return Comment(
        data["id"], _person(data["user"]), body, _time(data["created_at"]), edited, markers.comment_digest(body)
    )


def _check(data: dict[str, Any]) -> CheckRun:
    return CheckRun(data["id"], data["head_sha"], data["status"], data["conclusion"], data.get("external_id") or None)
