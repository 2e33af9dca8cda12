"""The page on this machine: it posts the manifest to GitHub, takes the code that comes back, and keeps what that buys.

GitHub gives an hour for the three steps. A code is good once, and so is this page.
"""

import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, render_template, request
from jinja2 import StrictUndefined
from werkzeug.wrappers import Response as AnyResponse

from bot.forge.github.hosts import Host
from bot.setup.convert import ConversionFailed
from bot.setup.keep import CannotKeep, Credentials, credentials
from bot.setup.manifest import Manifest

HOUR = timedelta(hours=1)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_PAGES = Path(__file__).resolve().parent.parent.parent / "templates" / "setup"
_HOSTS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made, and where. `webhook_url` None: with webhooks off until there is a server."""

    manifest: Manifest
    host: Host
    redirect_url: str
    organisation: str | None = None
    webhook_url: str | None = None
    name: str | None = None
    callback_url: str = ""  # where people come back to who sign in to pages


def _token() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Flow:
    """One run of the three steps. `convert` buys GitHub's answer with a code, `keep` writes it down.

    `key` is part of the page's address, so that nobody else on this machine can read `state` from the page.
    """

    plan: Plan
    convert: Callable[[str], Any]
    keep: Callable[[Credentials], tuple[Path, Path]]
    clock: Callable[[], datetime]
    key: str = field(default_factory=_token)
    state: str = field(default_factory=_token)
    made: Credentials | None = None
    files: tuple[Path, Path] | None = None
    finished: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @property
    def path(self) -> str:
        """Where the page is on this machine."""
        return f"/{self.key}"

    def form(self) -> tuple[str, str]:
        """Address and manifest (JSON text) of the form that begins it on GitHub."""
        wanted = self.plan.manifest.as_github_wants(
            redirect_url=self.plan.redirect_url,
            webhook_url=self.plan.webhook_url,
            name=self.plan.name,
            callback_url=self.plan.callback_url,
        )
        return self.plan.host.new_app(self.plan.organisation, self.state), json.dumps(wanted)

    def refusal(self, state: str, code: str) -> str:
        """Why an answer is not taken; empty when it is."""
        if not hmac.compare_digest(state.encode(), self.state.encode()):
            return "This answer does not belong to the page that was opened here."
        if self.made is not None:
            return "The App was made already; this page does it once."
        if self.clock() - self._began > HOUR:
            return "GitHub gives one hour for this, and it is over."
        return "" if _CODE.fullmatch(code) else "GitHub sent no code."

    def take(self, state: str, code: str) -> str:
        """Do the last step. Returns a sentence for the page when it could not be done, else nothing."""
        with self._lock:
            if words := self.refusal(state, code):
                return words
            try:
                made = credentials(self.convert(code))
                self.files = self.keep(made)
            except (ConversionFailed, CannotKeep) as error:
                return f"{error}."
            self.made = made
            return ""


def create_app(flow: Flow) -> Flask:
    """Three pages: the one that begins, the one GitHub sends the browser back to, and the last."""
    app = Flask(__name__, template_folder=str(_PAGES), static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.autoescape = True
    pages = _Pages(flow)
    app.before_request(_only_this_machine)
    app.get(flow.path)(pages.begin)
    app.get("/callback")(pages.callback)
    app.get(f"{flow.path}/done")(pages.done)
    app.after_request(pages.guard)
    return app


class _Pages:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._nonce = _token()

    def begin(self) -> str:
        address, manifest = self._flow.form()
        plan = self._flow.plan
        return render_template(
            "begin.html.j2", nonce=self._nonce, address=address, manifest=manifest, plan=plan, asked=plan.manifest
        )

    def callback(self) -> AnyResponse:
        words = self._flow.take(request.args.get("state", ""), request.args.get("code", ""))
        if words:
            return Response(render_template("refused.html.j2", nonce=self._nonce, words=words), 403)
        # away from the address that carries the code, so that the browser does not keep it
        return redirect(f"{self._flow.path}/done", 303)

    def done(self) -> AnyResponse:
        flow = self._flow
        if flow.made is None or flow.files is None:
            return redirect(flow.path, 303)
        page = render_template(
            "done.html.j2",
            nonce=self._nonce,
            made=flow.made,
            env=flow.files[0],
            install=flow.plan.host.install(flow.made.slug),
            webhooks=flow.plan.webhook_url,
        )
        answer = Response(page)
        answer.call_on_close(flow.finished.set)
        return answer

    def guard(self, answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'nonce-{self._nonce}'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action https: {self._flow.plan.host.web}"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "no-store"
        # a form needs an origin to be believed by GitHub; the address with the code must go nowhere
        answer.headers["Referrer-Policy"] = "no-referrer" if request.path == "/callback" else "strict-origin"
        return answer


def _only_this_machine() -> Response | None:
    """A name that somebody pointed at 127.0.0.1 must not reach these pages (DNS rebinding)."""
    if _HOSTS.fullmatch(request.host):
        return None
    return Response("this page is for this machine only\n", 421, mimetype="text/plain")
