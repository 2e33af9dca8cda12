"""Reads from GitHub for the doctor, through PyGithub's requester: as the App, and as each installation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import github
import requests
from github import Auth, Github, GithubException, GithubIntegration
from github.Requester import Requester
from urllib3.util.retry import Retry

from bot.forge.github.wire import API_VERSION

_TIMEOUT_S = 15
_PER_PAGE = 100


class Unreachable(Exception):
    """GitHub did not answer at all; the message is one sentence for the operator."""


class Refused(Exception):
    """GitHub answered that it will not; the message is its words. `headers` are lower case.

    `limited`: it is a rate limit, which says nothing about what was asked for.
    """

    def __init__(self, status: int, words: str, headers: dict[str, str], *, limited: bool = False) -> None:
        super().__init__(f"{status} {words}")
        self.status, self.headers, self.limited = status, headers, limited

    @property
    def absent(self) -> bool:
        """There is nothing, or nothing that this client may see."""
        return self.status in (403, 404) and not self.limited


@dataclass(frozen=True, slots=True)
class Wire:
    """One client's reading. Every method raises Unreachable or Refused."""

    requester: Requester

    def get(self, path: str, **query: Any) -> Any:
        return self.answer(path, **query)[1]

    def get_or_none(self, path: str, **query: Any) -> Any:
        """None where there is nothing, or nothing that this client may see."""
        try:
            return self.get(path, **query)
        except Refused as refused:
            if refused.absent:
                return None
            raise

    def answer(self, path: str, **query: Any) -> tuple[dict[str, str], Any]:
        """Headers (lower case) and data."""
        try:
            headers, body = self.requester.requestJsonAndCheck("GET", path, parameters=query or None)
        except GithubException as error:
            raise _refused(error) from None
        except requests.RequestException as error:
            raise Unreachable(f"{self.requester.base_url} does not answer ({type(error).__name__})") from None
        return headers, body

    def pages(self, path: str, key: str = "", most: int = 10_000, **query: Any) -> Iterator[dict[str, Any]]:
        """Rows of every page, `most` at the most; `key` is where the rows are when they are not the answer itself."""
        for page in range(1, -(-most // _PER_PAGE) + 1):
            body = self.get(path, per_page=_PER_PAGE, page=page, **query)
            rows = body[key] if key else body
            yield from rows
            if len(rows) < _PER_PAGE:
                return


class Wires:
    """Clients of one App, closed on leaving the `with`.

    Reads are sent again after a lost answer; limits are told, never slept through.
    """

    def __init__(self, app_id: int, private_key: str, api: str) -> None:
        retry = Retry(
            total=2,
            allowed_methods=frozenset({"GET"}),
            status_forcelist=(500, 502, 503, 504),
            backoff_factor=0.2,
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        self._integration = GithubIntegration(
            auth=Auth.AppAuth(app_id, private_key),
            base_url=api.rstrip("/"),
            timeout=_TIMEOUT_S,
            retry=retry,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
            api_version=API_VERSION,
        )
        self._clients: list[Github] = []

    def __enter__(self) -> "Wires":
        return self

    def __exit__(self, *error: object) -> None:
        for client in self._clients:
            client.close()
        self._integration.close()

    def app(self) -> Wire:
        return Wire(self._integration.requester)

    def installation(self, number: int, permissions: dict[str, str]) -> Wire:
        """A client that may read what `permissions` name, and nothing else. Asks for its token when it first reads."""
        client = self._integration.get_github_for_installation(number, permissions)
        self._clients.append(client)
        return Wire(client.requester)


def skew(before: datetime, after: datetime, headers: dict[str, str]) -> float | None:
    """Seconds by which this machine is ahead of the Date header of an answer that came between the two."""
    try:
        there = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    # the header cuts fractions off: half a second is the middle of what it may mean
    return (before + (after - before) / 2 - there).total_seconds() - 0.5


def _refused(error: GithubException) -> Refused:
    body = error.data if isinstance(error.data, dict) else {}
    words = " ".join(str(body.get("message") or error.message or "no message").split())[:200]
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    limited = error.status == 429 or isinstance(error, github.RateLimitExceededException) or "retry-after" in headers
    if limited:
        words = "GitHub's rate limit is used up: run the doctor again in an hour"
    return Refused(error.status, words, headers, limited=limited)
