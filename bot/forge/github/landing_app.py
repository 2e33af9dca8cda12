"""The second App, which lands: it approves and merges what the first one judged, and judges nothing itself.

Installed by itself and only where landing is wanted, it has installations of its own; where it has none, nothing lands.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from github import Auth, GithubIntegration
from urllib3.util.retry import Retry

from bot.forge.github.clients import Pool
from bot.forge.github.endpoints import Endpoints
from bot.forge.github.gatekeeping import Gates
from bot.forge.github.lander import GitHubLander
from bot.forge.github.shapes import AppFacts, InstallationFacts, S, Unreadable, User, shaped
from bot.forge.github.wire import API_VERSION, GitHubWire, NotFound, path_of, translated
from bot.forge.github.writes import GitHubWrites
from bot.forge.limits import Limits
from bot.forge.memory import Forgetful, Memory
from bot.forge.port import Misread, Refused, Target
from bot.policy.gatekeeping import Gatekeeping, Method
from bot.policy.pull import Person

_FRESH = timedelta(minutes=5)  # how long what GitHub says of an installation is believed
_NEEDED = {"contents", "pull_requests"}  # written: then a review counts, and a merge is allowed


class GitHubLandingApp:
    """A Landing. Safe to share between threads."""

    def __init__(
        self,
        *,
        app_id: int,
        private_key: str,
        judging: int,
        api: str,
        clock: Callable[[], datetime],
        memory: Memory | None = None,
        paced: bool = True,
        timeout: int = 15,
        limits: Limits | None = None,
    ) -> None:
        """`judging`: number of the other App, none of whose checks or changes are for this one to go by."""
        self._clock, self._guard = clock, threading.Lock()
        self._wire = wire = GitHubWire(
            app_id=app_id, private_key=private_key, api=api, clock=clock, paced=paced, timeout=timeout, limits=limits
        )
        reads = Endpoints(wire)
        self._lander = GitHubLander(wire, reads, GitHubWrites(wire, memory or Forgetful(), clock))
        self._gates = Gates(wire, reads, frozenset({app_id, judging}))
        self._app = Pool(lambda: _as_app(app_id, private_key, api, timeout).requester)
        self._account: Person | None = None
        self._installations: dict[int, tuple[datetime, InstallationFacts | None]] = {}

    def account(self, target: Target) -> Person:
        here = self._here(target)
        with self._guard:
            if self._account is None:
                slug = self._get("/app", AppFacts).slug
                user = _read(User, self._wire.get(here, f"/users/{quote(f'{slug}[bot]', safe='')}"))
                self._account = Person(user.id, user.login, bot=True)
            return self._account

    def gate(self, target: Target, number: int, base_ref: str) -> Gatekeeping:
        here = self._here(target)
        installation = self._installation(target)
        given = installation.permissions if installation else {}
        may = all(given.get(name) == "write" for name in _NEEDED)
        return self._gates.read(here, number, base_ref, self.account(target), may=may)

    def approve(self, target: Target, number: int, head_sha: str, words: str) -> int:
        return self._lander.approve(self._here(target), number, head_sha, words)

    def dismiss(self, target: Target, number: int, review: int, words: str) -> None:
        self._lander.dismiss(self._here(target), number, review, words)

    def merge(self, target: Target, number: int, head_sha: str, method: Method) -> None:
        self._lander.merge(self._here(target), number, head_sha, method)

    def enqueue(self, target: Target, number: int, head_sha: str) -> None:
        self._lander.enqueue(self._here(target), number, head_sha)

    def label(self, target: Target, number: int, add: frozenset[str], remove: frozenset[str] = frozenset()) -> None:
        self._lander.label(self._here(target), number, add, remove)

    def open_issue(self, target: Target, key: str, title: str, body: str, labels: frozenset[str]) -> int:
        return self._lander.open_issue(self._here(target), key, title, body, labels)

    def close_issue(self, target: Target, number: int) -> None:
        self._lander.close_issue(self._here(target), number)

    def _here(self, target: Target) -> Target:
        """The same repository by this App's own installation. Raises Refused where it has none, or a suspended one."""
        installation = self._installation(target)
        if installation is None or installation.suspended_at is not None:
            raise Refused(f"the landing App is not installed on {target.full_name}, or its installation is suspended")
        return replace(target, installation_id=installation.id)

    def _installation(self, target: Target) -> InstallationFacts | None:
        now = self._clock()
        with self._guard:
            known = self._installations.get(target.repository_id)
            if known is None or not now - _FRESH < known[0] <= now:
                known = self._installations[target.repository_id] = (now, self._ask(target))
            return known[1]

    def _ask(self, target: Target) -> InstallationFacts | None:
        try:
            return self._get(f"{path_of(target)}/installation", InstallationFacts)
        except NotFound:
            return None

    def _get(self, path: str, shape: type[S]) -> S:
        """As the App itself. Raises ForgeError kinds."""
        with translated(self._clock), self._app.lent() as requester:
            _, answer = requester.requestJsonAndCheck("GET", path)
        return _read(shape, answer)


def _read(shape: type[S], answer: object) -> S:
    try:
        return shaped(shape, answer)
    except Unreadable as error:
        raise Misread(f"GitHub's answer about the landing App cannot be read: {error}") from None


def _as_app(app_id: int, private_key: str, api: str, timeout: int) -> GithubIntegration:
    return GithubIntegration(
        auth=Auth.AppAuth(app_id, private_key),
        base_url=api,
        timeout=timeout,
        retry=Retry(total=2, allowed_methods=frozenset({"GET"}), respect_retry_after_header=False),
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=True,
        api_version=API_VERSION,
    )
