"""Media types: what a caller asks for in Accept, and bodies as Markdown, text or HTML."""

import re
from typing import Any

from bot.sandbox.markdown import to_html, to_text

TYPE = re.compile(r"application/vnd\.github(?:\.v3|\.[a-z]+-preview)*\.(raw|text|html|full|diff|patch|sha|object)\b")
SHOWN = {"raw": {"body"}, "text": {"body_text"}, "html": {"body_html"}, "full": {"body", "body_text", "body_html"}}


def asked(accept: str) -> str:
    """The form that Accept asks for, as GitHub names it (`diff`, `html`); empty for plain JSON."""
    media = TYPE.search(accept)
    return media[1] if media else ""


def of(form: str) -> str:
    """The content type of an answer in a form that is no JSON."""
    return f"application/vnd.github.{form}; charset=utf-8"


def with_bodies(value: Any, form: str) -> Any:
    """The same answer with every body in the form asked for; a body stands beside the address of its page."""
    if isinstance(value, list):
        return [with_bodies(part, form) for part in value]
    if not isinstance(value, dict):
        return value
    inside = {name: with_bodies(part, form) for name, part in value.items()}
    if "html_url" not in inside or "body" not in inside or form not in SHOWN:
        return inside
    said = inside.pop("body") or ""
    bodies = {"body": said, "body_text": to_text(said), "body_html": to_html(said)}
    return inside | {name: text for name, text in bodies.items() if name in SHOWN[form]}
