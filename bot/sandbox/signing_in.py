"""Signing in on behalf of the App, as GitHub does it: authorize in a browser, then a code for a user access token.

A browser is asked who it is, where GitHub would know that by its own session; `&as=LOGIN` answers at once.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, jsonify, redirect, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response as AnyResponse

from bot.sandbox.owners import UserToken
from bot.sandbox.state import World

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "sandbox"
CODE_LIFE, TOKEN_LIFE, REFRESH_LIFE = timedelta(minutes=10), timedelta(hours=8), timedelta(days=184)
GUARDS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
WRONG_CODE = "The code passed is incorrect or expired."
WRONG_CLIENT = "The client_id and/or client_secret passed are incorrect."
WRONG_ADDRESS = "The redirect_uri MUST match the registered callback URL for this application."


@dataclass(frozen=True)
class Code:
    """What a browser brings back, good once."""

    login: str
    redirect_uri: str
    challenge: str
    until: datetime


class SigningIn:
    """The two addresses of one sandbox."""

    def __init__(self, world: World):
        self.world = world
        self.codes: dict[str, Code] = {}
        loader = FileSystemLoader(TEMPLATES)
        self.pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def authorize(self) -> AnyResponse:
        """The page that asks whether the App may act for somebody, and where that somebody is sent then."""
        asked = request.args
        with self.world.lock:
            app = self.world.app
            if asked.get("client_id") != app.client_id:
                return Response("Not Found", 404, GUARDS, mimetype="text/plain")
            known = asked.get("redirect_uri") or (app.callback_urls or [""])[0]
            if known not in app.callback_urls:
                return self.mismatch(asked.get("state", ""))
            people = [each for each in self.world.accounts.values() if each.token and each.kind == "User"]
            person = next((each.login for each in people if each.login == asked.get("as")), "")
        if person:
            return self.back(person, known, asked.get("state", ""), asked.get("code_challenge", ""))
        here = [(each, "?" + urlencode({**asked.to_dict(), "as": each.login})) for each in people]
        page = self.pages.get_template("authorize.html.j2")
        return Response(page.render(app=app, people=here, place=_origin(known)), 200, GUARDS, mimetype="text/html")

    def mismatch(self, state: str) -> AnyResponse:
        """GitHub tells the App at its first callback address, never at the one that was asked for."""
        if not self.world.app.callback_urls:
            return Response(WRONG_ADDRESS, 400, GUARDS, mimetype="text/plain")
        refusal = {"error": "redirect_uri_mismatch", "error_description": WRONG_ADDRESS, "state": state}
        return redirect(f"{self.world.app.callback_urls[0]}?{urlencode(refusal)}", 302)

    def back(self, login: str, address: str, state: str, challenge: str) -> AnyResponse:
        """To the App, with a code."""
        code = secrets.token_hex(10)
        with self.world.lock:
            self.codes[code] = Code(login, address, challenge, self.world.valid_at() + CODE_LIFE)
        return redirect(f"{address}?{urlencode({'code': code, 'state': state})}", 302)

    def token(self) -> Response:
        """A code for a token. As with GitHub what is wrong is told with status 200."""
        asked = request.form.to_dict() or dict(request.get_json(silent=True) or {})
        with self.world.lock:
            answer = self.exchanged(asked)
        response = jsonify(answer)
        response.headers["Cache-Control"] = "no-store"
        return response

    def exchanged(self, asked: dict[str, Any]) -> dict[str, Any]:
        app, now = self.world.app, self.world.valid_at()
        given = f"{asked.get('client_id')} {asked.get('client_secret')}"
        if not hmac.compare_digest(given.encode(), f"{app.client_id} {app.client_secret}".encode()):
            return {"error": "incorrect_client_credentials", "error_description": WRONG_CLIENT}
        code = self.codes.pop(str(asked.get("code")), None)
        if code is None or code.until <= now or not _fits(code.challenge, str(asked.get("code_verifier", ""))):
            return {"error": "bad_verification_code", "error_description": WRONG_CODE}
        if asked.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            return {"error": "redirect_uri_mismatch", "error_description": WRONG_ADDRESS}
        token = f"ghu_{secrets.token_hex(18)}"
        self.world.user_tokens[token] = UserToken(code.login, now + TOKEN_LIFE)
        return {
            "access_token": token,
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "refresh_token": f"ghr_{secrets.token_hex(38)}",
            "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
            "token_type": "bearer",
            "scope": "",
        }


def _fits(challenge: str, verifier: str) -> bool:
    """PKCE, S256; without a challenge nothing has to fit."""
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return not challenge or hmac.compare_digest(made, challenge)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def add_to(app: Flask, world: World) -> None:
    """Put both addresses into an application."""
    both = SigningIn(world)
    app.add_url_rule("/login/oauth/authorize", "page authorize", both.authorize)
    app.add_url_rule("/login/oauth/access_token", "page access token", both.token, methods=["POST"])
