"""The pages over HTTP: who may see them, in one layout, with headers that let a page do nothing but show itself."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
from flask import Blueprint, Response, redirect, request, url_for
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response as AnyResponse

from bot.forge.port import ForgeError
from bot.store import KnownRepository
from bot.web import svg
from bot.web.forms import NOT_OURS, is_own
from bot.web.page import Asked, Desk, NotTaken, NotThere, Page, Reader, Stored, Told, may_see, readable
from bot.web.readership import Readership
from bot.web.words import FILTERS

_log = structlog.get_logger(__name__)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "web"
MOST_NUMBER = 999_999_999  # of a pull request, wherever one is named
YEAR = 365 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",  # nothing of it stays behind on the machine it was read on
    "Vary": "Cookie",
}
ASSETS = {
    "style.css": "text/css",
    "live.js": "text/javascript",
    "differences.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
SILENT = "The forge did not answer, so nobody knows what you may read. Try again in a minute."
View = Callable[..., AnyResponse]


@dataclass(frozen=True, slots=True)
class Site:
    """`address` is this server's and `forge` the forge's, as people reach them in a browser."""

    store: Stored
    readership: Readership
    clock: Callable[[], datetime]
    address: str
    forge: str
    pages: Sequence[Page]
    env: Environment
    desk: Desk

    def blueprint(self) -> Blueprint:
        routes = Blueprint("pages", __name__)
        served = {name: (TEMPLATES / name).read_bytes() for name in ASSETS}
        marks = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in served.items()}
        self.env.globals["asset"] = lambda name: url_for("pages.asset", mark=marks[name], name=name)

        def asset(mark: str, name: str) -> Response:
            if marks.get(name) != mark:
                return Response("not here\n", 404, mimetype="text/plain")
            made = Response(served[name], mimetype=ASSETS[name])
            made.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
            made.headers["X-Content-Type-Options"] = "nosniff"
            return made

        routes.get("/web/<mark>/<name>")(asset)
        for page in self.pages:
            methods = ["GET", "POST"] if page.asks or page.act else ["GET"]
            routes.add_url_rule(page.path, page.name, self._view(page), methods=methods)
        return routes

    def say(self, status: int, words: str, reader: Reader | None = None) -> Response:
        """A page that says one sentence."""
        return self._plain("said.html.j2", status, reader, words=words)

    def shown(self, template: str, reader: Reader, here: KnownRepository, **more: Any) -> Response:
        """What came of a form about a repository."""
        return answer(200, self.env.get_template(template).render(self._frame(reader, None, here), **more))

    def missing(self, reader: Reader | None) -> Response:
        """The same for what does not exist and for what this reader may not read."""
        return self._plain("missing.html.j2", 404, reader)

    def known(self) -> Reader | Response:
        """Who is reading, or the page to show in the place of any other. Asked at every request."""
        try:
            reader = self.readership.reader(request)
        except ForgeError as error:
            _log.warning("pages.forge", words=str(error))
            return self.say(503, SILENT)
        if reader is None:
            to = request.full_path.rstrip("?") if request.method == "GET" else ""
            return self._plain("signin.html.j2", 401, None, to=to)
        return reader

    def _view(self, page: Page) -> View:
        def view(owner: str = "", repo: str = "", number: int | None = None) -> AnyResponse:
            reader = self.known()
            if isinstance(reader, Response):
                return reader
            here = readable(reader, f"{owner}/{repo}") if page.of_repository else None
            if not may_see(page, reader, here) or (number is not None and number > MOST_NUMBER):
                return self.missing(reader)
            if request.method == "POST" and not is_own(request, self.address, self.readership):
                return self.say(403, NOT_OURS, reader)
            form = request.form.to_dict() if request.method == "POST" else {}
            asked = Asked(reader, self.forge, here, number, request.args.to_dict(), form)
            return self._done(page, asked) if page.act and form else self._shown(page, asked)

        return view

    def _done(self, page: Page, asked: Asked) -> AnyResponse:
        """Carry a form out, then on to another address, so that loading the page again does not send it again."""
        assert page.act is not None  # noqa: S101 - said by the caller
        scripted = request.accept_mimetypes.best == "application/json"
        try:
            done = page.act(self.desk, asked, self.clock())
            if isinstance(done, Told) and scripted:
                return told(200, done.words)
            return redirect(done.to if isinstance(done, Told) else done, 303)
        except NotTaken as error:
            return told(409, {"words": str(error)}) if scripted else self.say(409, str(error), asked.reader)
        except NotThere:
            return self.missing(asked.reader)

    def _shown(self, page: Page, asked: Asked) -> Response:
        now = self.clock()
        try:
            view = page.view(page.read(self.store, asked, now), asked, now)
        except NotThere:
            return self.missing(asked.reader)
        frame = self._frame(asked.reader, page, asked.repository)
        template = self.env.get_template(f"{page.name}.html.j2")
        return answer(200, template.render(frame, view=view, asked=asked, now=now))

    def _plain(self, template: str, status: int, reader: Reader | None, **more: Any) -> Response:
        return answer(status, self.env.get_template(template).render(self._frame(reader), **more))

    def _frame(
        self, reader: Reader | None, page: Page | None = None, here: KnownRepository | None = None
    ) -> dict[str, Any]:
        """What the layout needs."""
        mark = self.readership.form_mark(request) if reader else ""
        return {"page": page, "reader": reader, "here": here, "mark": mark,
                "nav": navigation(self.pages, reader, here)}  # fmt: skip


def environment() -> Environment:
    """Everything is escaped but what `svg` drew."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= FILTERS
    env.globals |= {"svg": svg, "version": version("codechill")}
    for name in env.list_templates(extensions=["j2"]):
        env.get_template(name)  # the first reader does not wait for it to be compiled
    return env


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    words: str
    address: str
    of_repository: bool


def navigation(pages: Sequence[Page], reader: Reader | None, here: KnownRepository | None) -> tuple[Link, ...]:
    """Links to the pages that this reader may see from here: those of a repository only on one of its pages."""
    if reader is None:
        return ()
    seen = (page for page in pages if page.nav and may_see(page, reader, here))
    return tuple(Link(page.name, page.nav, _address(page, here), page.of_repository) for page in seen)


def _address(page: Page, here: KnownRepository | None) -> str:
    owner, _, name = (here.full_name if here else "").partition("/")
    return page.path.replace("<owner>", owner).replace("<repo>", name)


def told(status: int, words: Mapping[str, object]) -> Response:
    """What a script of ours is told."""
    return Response(json.dumps(words), status, mimetype="application/json", headers=HEADERS)


def answer(status: int, body: str) -> Response:
    """With an ETag, so that a page that looks again is told at once when nothing changed."""
    made = Response(body, status, mimetype="text/html", headers=HEADERS)
    if status == 200:
        made.add_etag()
        made.make_conditional(request)
    return made
