"""Comments as a person would see them: GitHub's Markdown, with only the HTML that GitHub lets through."""

import re
from html import escape, unescape
from html.parser import HTMLParser

from markdown_it import MarkdownIt

ELEMENTS = """
a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q s samp span strike
strong sub summary sup table tbody td tfoot th thead tr tt ul var
"""
ALLOWED = frozenset(ELEMENTS.split())
EMPTY = frozenset({"br", "hr"})
ATTRIBUTES = {"a": {"href", "title"}, "td": {"align"}, "th": {"align"}, "details": {"open"}, "ol": {"start"}}
SILENT = frozenset({"script", "style", "title", "template", "iframe", "noscript", "object"})
LINKS = ("http://", "https://", "mailto:", "#", "/")
ALIGNED = {f"text-align:{side}": side for side in ("left", "center", "right")}
PARSER = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])


def to_html(text: str) -> str:
    """Markdown from anybody as HTML that is safe to show."""
    cleaner = Cleaner()
    cleaner.feed(PARSER.render(text))
    cleaner.close()
    return cleaner.result()


def to_text(text: str) -> str:
    """What is left of Markdown when all marks are taken away."""
    return unescape(re.sub(r"<[^>]*>", "", to_html(text))).strip()


class Cleaner(HTMLParser):
    """Keeps allowed elements and attributes, shows the text of all others, and closes what was left open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an allowed element, an image as its description."""
        if tag in SILENT:
            self.silent.append(tag)
        elif tag == "img" and not self.silent:
            self.parts.append(escape(dict(attrs).get("alt") or ""))
        elif tag in ALLOWED and not self.silent:
            self.parts.append(f"<{tag}{attributes(tag, attrs)}>")
            if tag not in EMPTY:
                self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element that is open, and what is open inside it."""
        if self.silent:
            self.silent = self.silent[: -1 if tag == self.silent[-1] else None]
        elif tag in self.open:
            while self.open:
                closed = self.open.pop()
                self.parts.append(f"</{closed}>")
                if closed == tag:
                    break

    def handle_data(self, data: str) -> None:
        """Text stays text."""
        if not self.silent:
            self.parts.append(escape(data))

    def result(self) -> str:
        """All of it, with everything closed."""
        return "".join([*self.parts, *(f"</{tag}>" for tag in reversed(self.open))])


def attributes(tag: str, given: list[tuple[str, str | None]]) -> str:
    """The attributes an element may keep; links lead only to the web and to mail."""
    allowed = {name: value or "" for name, value in given if name in ATTRIBUTES.get(tag, ())}
    if tag in {"td", "th"} and (side := ALIGNED.get((dict(given).get("style") or "").replace(" ", ""))):
        allowed["align"] = side
    if "href" in allowed and not allowed["href"].strip().lower().startswith(LINKS):
        del allowed["href"]
    if "href" in allowed:
        allowed["rel"] = "nofollow noreferrer"
    return "".join(f' {name}="{escape(value)}"' for name, value in allowed.items())
