"""The page at `/`: what this server is, and where things are. It tells nothing of any repository."""

import secrets
from importlib.metadata import version
from pathlib import Path

from flask import Blueprint, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "web"


def landing(public_url: str, pages: str = "") -> Blueprint:
    """The route /; `public_url` is where people reach this server, `pages` the first page; empty: there is none."""
    env = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page, routes = env.get_template("landing.html.j2"), Blueprint("landing", __name__)

    @routes.get("/")
    def index() -> Response:
        nonce = secrets.token_urlsafe(16)
        body = page.render(version=version("codechill"), base=public_url.rstrip("/"), pages=pages, nonce=nonce)
        answer = Response(body, 200, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return routes
