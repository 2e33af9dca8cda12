"""Requesters of PyGithub, each in the hands of one thread at a time.

PyGithub keeps the address and the body of the request that is being sent on its connection: two threads with one
requester get each other's answers and send each other's bodies. Here a thread borrows a requester, and the next one
that finds none idle gets a new one; the token, which belongs to the installation, is shared behind a lock.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from github import Auth, GithubIntegration
from github.Requester import Requester

TOKEN_S = 50 * 60.0  # GitHub's tokens are good for an hour; counted on a clock that nobody can set


class Pool:
    """As many requesters as are in use at once, made when needed."""

    def __init__(self, make: Callable[[], Requester]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._idle: list[Requester] = []

    @contextmanager
    def lent(self) -> Iterator[Requester]:
        """A requester that nobody else has until the block ends."""
        with self._lock:
            requester = self._idle.pop() if self._idle else None
        requester = requester or self._make()
        try:
            yield requester
        finally:
            with self._lock:
                self._idle.append(requester)


class Installation:
    """What one installation of the App is asked with: requesters of its own and one token, asked for when needed."""

    def __init__(self, app: GithubIntegration, number: int) -> None:
        """`app` is used for the token only, so it has to be this installation's own."""
        self._auth = _InstallationToken(app, number)
        self._pool = Pool(lambda: app.requester.withAuth(self._auth))

    def lent(self) -> AbstractContextManager[Requester]:
        """A requester that nobody else has until the block ends."""
        return self._pool.lent()

    @property
    def token(self) -> str:
        return self._auth.token


class _InstallationToken(Auth.Auth):
    """Asked for by one thread, while the others that need it wait."""

    def __init__(self, app: GithubIntegration, number: int) -> None:
        self._app, self._number, self._lock = app, number, threading.Lock()
        self._token, self._until = "", 0.0

    @property
    def token_type(self) -> str:
        return "token"

    @property
    def token(self) -> str:
        with self._lock:
            if time.monotonic() >= self._until:
                began = time.monotonic()
                self._token = self._app.get_access_token(self._number).token
                self._until = began + TOKEN_S
            return self._token

    @property
    def _masked_token(self) -> str:
        return "token (removed)"
