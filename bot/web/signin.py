"""Signing in through the forge: to it with a state and a challenge, back with a code, once and to this server only.

The browser keeps a signed name between the two steps; state and verifier are made of it, so that nothing in the
cookie, the address or the log lets anybody else finish what this browser began.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot.config.settings import CALLBACK
from bot.forge.port import ForgeError, SigningIn, Unbelieved
from bot.store import Session, Sessions, Ticks
from bot.web.forms import NOT_OURS, is_own
from bot.web.pages import FIRST
from bot.web.readership import COOKIE, TOKEN, SignedIn
from bot.web.seal import Seal, digest, new_name

_log = structlog.get_logger(__name__)
BEGUN = timedelta(minutes=10)  # GitHub's codes are good for as long
Say = Callable[[int, str], Response]  # a page with a status and a sentence


@dataclass(frozen=True, slots=True)
class Door:
    """`address` is this server's, as people reach it, without a slash at the end."""

    address: str
    forge: SigningIn
    seal: Seal
    ticks: Ticks
    sessions: Sessions
    readers: SignedIn
    clock: Callable[[], datetime]
    lasts: timedelta
    say: Say

    @property
    def secure(self) -> bool:
        """Only on one's own machine may a cookie travel without TLS."""
        return self.address.startswith("https://")

    @property
    def back(self) -> str:
        return f"{self.address}{CALLBACK}"

    def blueprint(self) -> Blueprint:
        routes = Blueprint("signin", __name__)
        routes.get("/signin")(self.begin)
        routes.get(CALLBACK)(self.finish)
        routes.post("/signout")(self.leave)
        return routes

    def begin(self) -> AnyResponse:
        name, now = new_name(), int(self.clock().timestamp())
        to = self.forge.address(self.back, self.seal.mark("state", name), _challenge(self._verifier(name)))
        answer = _nowhere_kept(redirect(to, 303))
        begun = self.seal.signed("begun", f"{name}.{now}.{_packed(local(request.args.get('to', '')))}")
        self._set(answer, self.begun_cookie, begun, BEGUN)
        return answer

    def finish(self) -> AnyResponse:
        began = self._begun()
        if began is None:
            return self.say(400, "This was not begun in this browser, or more than ten minutes ago.")
        name, to = began
        if not self.seal.fits("state", name, request.args.get("state", "")):
            return self.say(400, "This answer belongs to something else than what was begun in this browser.")
        if not self.ticks.once(f"signin {digest(name)}", self.clock()):
            return self.say(400, "This answer was used already.")
        if "error" in request.args:
            return self.say(403, "The forge did not sign you in.")
        try:
            return self._signed_in(request.args.get("code", "")[:200], name, to)
        except Unbelieved:
            return self.say(403, "The forge does not take the code that it sent.")
        except ForgeError as error:
            _log.warning("signin.forge", words=str(error))
            return self.say(503, "The forge did not answer: try again in a minute.")

    def _signed_in(self, code: str, name: str, to: str) -> AnyResponse:
        grant = self.forge.exchange(code, self._verifier(name), self.back)
        person, now, session = self.forge.person(grant.token), self.clock(), new_name()
        lasts = min(self.lasts, timedelta(seconds=grant.lasts))
        sealed = self.seal.hide(TOKEN, grant.token)
        self.sessions.begin(Session(digest(session), person, sealed, now + lasts))
        _log.info("signin", person=person.id, login=person.login)
        answer = _nowhere_kept(redirect(to, 303))
        self._set(answer, self.readers.cookie, self.seal.signed(COOKIE, session), lasts)
        answer.delete_cookie(self.begun_cookie, secure=self.secure, httponly=True, samesite="Lax")
        return answer

    def leave(self) -> AnyResponse:
        """Signed out here; the forge's own session is the forge's."""
        name = self.readers.name(request)
        if not is_own(request, self.address, self.readers):
            return self.say(403, NOT_OURS)
        if name is not None:
            self.readers.end(digest(name))
        answer = _nowhere_kept(redirect("/", 303))
        answer.delete_cookie(self.readers.cookie, secure=self.secure, httponly=True, samesite="Lax")
        return answer

    @property
    def begun_cookie(self) -> str:
        return f"{self.readers.cookie}-begun"

    def _begun(self) -> tuple[str, str] | None:
        """The name that the browser keeps, and where it wanted to go."""
        text = self.seal.opened("begun", request.cookies.get(self.begun_cookie, ""))
        if text is None:
            return None
        name, at, to = text.split(".")
        began = datetime.fromtimestamp(int(at), UTC)
        return (name, _unpacked(to)) if began <= self.clock() < began + BEGUN else None

    def _verifier(self, name: str) -> str:
        return self.seal.mark("verifier", name)

    def _set(self, answer: AnyResponse, cookie: str, value: str, lasts: timedelta) -> None:
        answer.set_cookie(cookie, value, max_age=lasts, secure=self.secure, httponly=True, samesite="Lax", path="/")


def cookie_name(address: str) -> str:
    """`__Host-` ties it to this very host, with TLS: no other host of the domain can set it."""
    return "__Host-codechill" if address.startswith("https://") else "codechill"


def local(to: str) -> str:
    """An address on this server and nowhere else; the first page when it is not."""
    odd = any(char in to for char in "\\\r\n\t") or not to.isprintable() or len(to) > 1000
    return to if to.startswith("/") and not to.startswith("//") and not odd else FIRST


def _challenge(verifier: str) -> str:
    """PKCE, S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def _nowhere_kept(answer: AnyResponse) -> AnyResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
