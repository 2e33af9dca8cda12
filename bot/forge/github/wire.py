"""Requests to GitHub as an installation, through PyGithub: errors in the port's words, no sleep."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from github import Auth, GithubException, GithubIntegration
from github.Requester import Requester
from urllib3.util.retry import Retry

from bot.forge.github.budget import Budget
from bot.forge.github.clients import Installation
from bot.forge.limits import ASKED, Alone, Limits
from bot.forge.port import Busy, ForgeError, Gone, Refused, Target
from bot.policy.text.whole import all_whole

Talk = tuple[str, ...]
Cost = tuple[str, str, Talk]  # what is sent, for the pace
Answer = tuple[dict[str, Any], Any]
API_VERSION = "2022-11-28"
LONGEST_WAIT = timedelta(hours=1)  # GitHub's limits never last longer


class GitHubWire:
    """Safe to share between threads: a request is sent by a requester that no other thread has meanwhile.

    Nothing is written twice by the client itself: only reads are sent again after a lost answer, because a comment
    whose answer was lost may exist. Below GitHub's limits nothing is refused; after a refusal nothing more is sent for
    that installation until it ends.
    """

    def __init__(
        self,
        *,
        app_id: int,
        private_key: str,
        api: str,
        clock: Callable[[], datetime],
        paced: bool = True,
        timeout: int = 15,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Alone()
        self._budget = Budget(self._limits, clock)
        self._clock, self._paced = clock, paced
        self._lock = threading.Lock()
        self._installations: dict[int, Installation] = {}
        self._limited: dict[int, datetime] = {}  # installation -> when it may ask again
        retry = Retry(
            total=2,
            allowed_methods=frozenset({"GET"}),
            status_forcelist=(500, 502, 503, 504),
            backoff_factor=0.2,
            raise_on_status=False,
            respect_retry_after_header=False,  # a worker never sleeps on a limit: the job is put back instead
        )
        self._app: Callable[[], GithubIntegration] = lambda: GithubIntegration(
            auth=Auth.AppAuth(app_id, private_key),
            base_url=api,
            timeout=timeout,
            retry=retry,
            seconds_between_requests=0,
            seconds_between_writes=0,
            per_page=100,
            lazy=True,
            api_version=API_VERSION,
        )

    def get(self, target: Target, path: str, *, missing: Any = None, **query: Any) -> Any:
        """The JSON of one address; `missing`, where it is given, in place of a 404."""
        try:
            return self._ask(target, "GET", path, parameters=query or None)
        except NotFound:  # never because the whole installation is away: that is no answer about one address
            if missing is not None:
                return missing
            raise

    def send(self, target: Target, verb: str, path: str, body: dict[str, Any], talk: Talk = ()) -> Any:
        """`talk`: of whose share it takes when it only answers somebody. Raises Refused when that is used up."""
        return self._ask(target, verb, path, talk, input=body)

    def query(self, target: Target, query: str, given: dict[str, Any]) -> Any:
        """A GraphQL query: its data."""
        headers, answer = self._believed(target, None, lambda requester: requester.graphql_query(query, given))
        self._budget.told(target.installation_id, headers)
        return all_whole(answer["data"])

    def pages(self, target: Target, path: str, key: str = "", **query: Any) -> Iterator[dict[str, Any]]:
        """Every entry of a list; `key`: under which an answer holds it, where it is not the list itself."""
        page = 1
        while True:
            answer = self.get(target, path, per_page=100, page=page, **query)
            batch = answer[key] if key else answer
            yield from batch
            if len(batch) < 100:
                return
            page += 1

    def token(self, target: Target) -> str:
        """For git."""
        with self._guarded(target):
            return self._installation(target).token

    def _ask(self, target: Target, verb: str, path: str, talk: Talk = (), **more: Any) -> Any:
        headers, body = self._believed(
            target, (verb, path, talk), lambda requester: requester.requestJsonAndCheck(verb, path, **more)
        )
        self._budget.told(target.installation_id, headers)
        if verb != "GET" and "location" in headers and "id" not in body:
            # PyGithub takes the redirect of a write for its success
            raise ForgeError("the repository got another name meanwhile")
        return all_whole(body)

    def _believed(self, target: Target, cost: Cost | None, ask: Callable[[Requester], Answer]) -> Answer:
        """Once more with a new token when GitHub does not accept the one: what was asked was not done."""
        installation = self._installation(target)
        try:
            with self._guarded(target, cost), installation.lent() as requester:
                return ask(requester)
        except _Unbelieved:
            self._forget(target, installation)
            with self._guarded(target, cost), self._installation(target).lent() as requester:
                return ask(requester)

    def _installation(self, target: Target) -> Installation:
        with self._lock:
            known = self._installations.get(target.installation_id)
            if known is None:
                known = self._installations[target.installation_id] = Installation(self._app(), target.installation_id)
            return known

    def _forget(self, target: Target, installation: Installation) -> None:
        """Unless another thread did already, and has a new token by now."""
        with self._lock:
            if self._installations.get(target.installation_id) is installation:
                del self._installations[target.installation_id]

    @contextmanager
    def _guarded(self, target: Target, cost: Cost | None = None) -> Iterator[None]:
        until = self._limited.get(target.installation_id)
        if until is not None and self._clock() < until:
            raise Busy(ASKED, until)
        if cost is not None and self._paced:
            verb, path, talk = cost
            self._limits.spend(target.installation_id, verb, path, self._clock(), talk)
        try:
            with translated(self._clock):
                yield
        except Busy as busy:
            self._limited[target.installation_id] = busy.until
            self._limits.refused(target.installation_id, busy.until, self._clock())
            raise


class NotFound(Gone):
    """A plain 404."""


class _Unbelieved(ForgeError):
    """GitHub does not accept the token."""


@contextmanager
def translated(clock: Callable[[], datetime]) -> Iterator[None]:
    """PyGithub's and requests' errors in the words of the port."""
    try:
        yield
    except GithubException as error:
        raise _in_our_words(error, clock()) from error
    except requests.RequestException as error:
        raise ForgeError(f"GitHub could not be reached ({type(error).__name__})") from error


def _in_our_words(error: GithubException, now: datetime) -> ForgeError:
    said = _said(error)
    wait = _limit(error, now)
    if wait is not None:
        return Busy(f"GitHub asks to wait: {said}", wait)
    words = f"GitHub answered {error.status}: {said}"
    if error.status == 401:
        return _Unbelieved(words)
    if error.status == 404:  # whatever it says is not there
        return NotFound(words)
    if error.status in (410, 451) or (error.status == 403 and "suspended" in said):
        return Gone(words)
    if _in_graphql(error) and not any(each.get("type") for each in _in_graphql(error)):
        return ForgeError(words)  # a fault of GitHub's own
    if error.status in (400, 403, 405, 409, 422):
        return Refused(words)
    return ForgeError(words)


def _limit(error: GithubException, now: datetime) -> datetime | None:
    """When a rate limit ends: Retry-After, then the reset of the primary limit, else a minute (GitHub's advice)."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status not in (403, 429) and not _too_often(error):
        return None
    if headers.get("retry-after", "").isdigit():
        return now + min(timedelta(seconds=int(headers["retry-after"])), LONGEST_WAIT)
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
        reset = datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC)
        return max(now + timedelta(seconds=1), min(reset, now + LONGEST_WAIT))
    if error.status == 429 or "rate limit" in _said(error).lower() or _too_often(error):
        return now + timedelta(seconds=60)
    return None


def _too_often(error: GithubException) -> bool:
    """GraphQL tells of a limit with status 200, in an error of that type."""
    errors = _in_graphql(error)
    return any(
        "RATE_LIMIT" in str(each.get("type")) or "rate limit" in str(each.get("message")).lower() for each in errors
    )


def _in_graphql(error: GithubException) -> list[dict[str, Any]]:
    errors = error.data.get("errors") if isinstance(error.data, dict) and "data" in error.data else None
    return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _said(error: GithubException) -> str:
    body = error.data if isinstance(error.data, dict) else {}
    first = next((each.get("message") for each in _in_graphql(error)), None)
    return str(body.get("message") or first or error.message or "no message")[:200]


def path_of(target: Target) -> str:
    """The repository's part of an address."""
    owner, _, name = target.full_name.partition("/")
    return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
