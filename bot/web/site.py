"""The pages over HTTP: who may see them, in one layout, with headers that let a page do nothing but show itself."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.store import KnownRepository, Store
from bot.web import svg
from bot.web.page import Asked, NotThere, Page, Reader
from bot.web.readership import Readership
from bot.web.words import FILTERS

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "web"
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
ASSETS = {"style.css": "text/css", "live.js": "text/javascript", "icon.svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Site:
    """`forge` is the address of the forge that people open in a browser."""

    store: Store
    readership: Readership
    clock: Callable[[], datetime]
    forge: str
    pages: Sequence[Page]

    def blueprint(self) -> Blueprint:
        routes = Blueprint("pages", __name__)
        served = {name: (TEMPLATES / name).read_bytes() for name in ASSETS}
        marks = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in served.items()}
        env = environment()
        env.globals |= {
            "asset": lambda name: url_for("pages.asset", mark=marks[name], name=name),
            "version": version("codechill"),
        }

        def asset(mark: str, name: str) -> Response:
            if marks.get(name) != mark:
                return Response("not here\n", 404, mimetype="text/plain")
            answer = Response(served[name], mimetype=ASSETS[name])
            answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
            answer.headers["X-Content-Type-Options"] = "nosniff"
            return answer

        routes.get("/web/<mark>/<name>")(asset)
        for page in self.pages:
            show = _Shown(self, page, env)
            routes.add_url_rule(page.path, page.name, show.answer, methods=["GET"])
        return routes


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
    env.globals |= {"svg": svg}
    return env


@dataclass(frozen=True, slots=True)
class _Shown:
    """One page, answered."""

    site: Site
    page: Page
    env: Environment

    def answer(self, owner: str = "", repo: str = "", number: int | None = None) -> Response:
        reader = self.site.readership.reader(request)
        if reader is None:
            return self._say(401, "signin.html.j2", None)
        here = _readable(reader, f"{owner}/{repo}") if self.page.of_repository else None
        if (self.page.of_repository and here is None) or (self.page.who == "operators" and not reader.operator):
            return self._say(404, "missing.html.j2", reader)
        asked = Asked(reader, self.site.forge, here, number, request.args.to_dict())
        now = self.site.clock()
        try:
            shown = self.page.view(self.page.read(self.site.store, asked, now), asked, now)
        except NotThere:
            return self._say(404, "missing.html.j2", reader)
        return self._page(asked, shown, now)

    def _page(self, asked: Asked, shown: Any, now: datetime) -> Response:
        template = self.env.get_template(f"{self.page.name}.html.j2")
        body = template.render(view=shown, asked=asked, now=now, **self._frame(asked.reader, asked.repository))
        return answer(200, body)

    def _say(self, status: int, template: str, reader: Reader | None) -> Response:
        return answer(status, self.env.get_template(template).render(**self._frame(reader, None)))

    def _frame(self, reader: Reader | None, here: KnownRepository | None) -> dict[str, Any]:
        return {"page": self.page, "reader": reader, "here": here, "nav": navigation(self.site.pages, reader, here)}


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    words: str
    address: str


def navigation(pages: Sequence[Page], reader: Reader | None, here: KnownRepository | None) -> tuple[Link, ...]:
    """Links to the pages that this reader may see from here: those of a repository only on one of its pages."""
    if reader is None:
        return ()
    seen = (page for page in pages if page.nav and (page.who != "operators" or reader.operator))
    return tuple(Link(page.name, page.nav, _address(page, here)) for page in seen if here or not page.of_repository)


def _address(page: Page, here: KnownRepository | None) -> str:
    owner, _, name = (here.full_name if here else "").partition("/")
    return page.path.replace("<owner>", owner).replace("<repo>", name)


def _readable(reader: Reader, full_name: str) -> KnownRepository | None:
    return next((one for one in reader.repositories if one.full_name.lower() == full_name.lower()), None)


def answer(status: int, body: str) -> Response:
    """With an ETag, so that a page that looks again is told at once when nothing changed."""
    made = Response(body, status, mimetype="text/html", headers=HEADERS)
    made.add_etag()
    if status == 200:
        made.make_conditional(request)
    return made
