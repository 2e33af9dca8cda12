"""Who somebody is and what they may read, asked of GitHub with a token that the person gave (user-to-server).

Not through PyGithub: at level debug it logs answers in full, and one of these is a token. None of these requests
follows a redirect, and tokens and codes stand in headers and bodies only, never in an address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests

from bot.forge.github.hosts import web_of
from bot.forge.github.shapes import Number, S, Shape, Unreadable, User, shaped
from bot.forge.github.wire import API_VERSION
from bot.forge.port import ForgeError, Misread, Reach, SignIn, Unbelieved
from bot.policy.pull import Person
from bot.policy.text.whole import all_whole

MOST_PAGES = 100  # of a hundred rows each: nobody reads more than 10,000 repositories of one installation
SHORTEST, LONGEST = 60, 8 * 3600  # seconds: how long a token is believed to be good


class _Token(Shape):
    access_token: str
    expires_in: int = LONGEST


class _Id(Shape):
    id: Number


class _Permissions(Shape):
    push: bool = False


class _Given(_Id):
    permissions: _Permissions = _Permissions()


@dataclass(frozen=True, slots=True)
class GitHubPeople:
    """`api` as of the App. Nothing is kept between two calls."""

    client_id: str
    client_secret: str = field(repr=False)
    api: str
    timeout: int = 15

    def address(self, redirect: str, state: str, challenge: str) -> str:
        """Where a browser goes to sign in; it comes back to `redirect`."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": redirect,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{web_of(self.api)}/login/oauth/authorize?{urlencode(asked)}"

    def exchange(self, code: str, verifier: str, redirect: str) -> SignIn:
        """A code for a token. Raises Unbelieved when GitHub does not take the code, ForgeError."""
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        answer = self._send(
            "POST", f"{web_of(self.api)}/login/oauth/access_token", {"Accept": "application/json"}, form
        )
        if isinstance(answer, dict) and "error" in answer:  # GitHub says so with status 200
            raise Unbelieved(f"GitHub does not take the code: {str(answer['error'])[:80]}")
        token = _shaped(_Token, answer)
        return SignIn(token.access_token, min(max(token.expires_in, SHORTEST), LONGEST))

    def person(self, token: str) -> Person:
        """Whose token it is. Raises Unbelieved, ForgeError."""
        return _shaped(User, self._get("/user", token)).person()

    def reach(self, token: str) -> Reach:
        """The repositories that the App covers and the person was given access to.

        Raises Unbelieved when the token is good no longer, ForgeError.
        """
        given: list[_Given] = []
        for installation in self._rows("/user/installations", token, "installations"):
            path = f"/user/installations/{_shaped(_Id, installation).id}/repositories"
            given += [_shaped(_Given, row) for row in self._rows(path, token, "repositories")]
        writes = frozenset(each.id for each in given if each.permissions.push)
        return Reach(frozenset(each.id for each in given), writes)

    def _rows(self, path: str, token: str, key: str) -> Iterator[Any]:
        for page in range(1, MOST_PAGES + 1):
            answer = self._get(f"{path}?per_page=100&page={page}", token)
            rows = answer.get(key) if isinstance(answer, dict) else None
            if not isinstance(rows, list):
                raise Misread(f"GitHub's answer to {path} has no list of {key}")
            yield from rows
            if len(rows) < 100:
                return

    def _get(self, path: str, token: str) -> Any:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        return self._send("GET", f"{self.api}{path}", headers)

    def _send(self, verb: str, address: str, headers: dict[str, str], form: dict[str, str] | None = None) -> Any:
        named = {"User-Agent": "codechill"} | headers
        try:
            answer = requests.request(
                verb, address, headers=named, data=form, timeout=self.timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise ForgeError(f"GitHub did not answer ({type(error).__name__})") from None
        if answer.status_code == 401:
            raise Unbelieved("GitHub does not believe the token any more")
        if answer.status_code != 200:
            raise ForgeError(f"GitHub answered {answer.status_code}")
        try:
            return all_whole(answer.json())
        except ValueError:
            raise Misread("GitHub's answer is no JSON") from None


def _shaped(shape: type[S], answer: object) -> S:
    try:
        return shaped(shape, answer)
    except Unreadable as error:
        # never what stands there: it may be a token
        raise Misread(f"GitHub's answer is not what it documents: {str(error).partition(':')[0]}") from None
