"""Find `/chill ...` in a comment: a line of a top-level paragraph that begins with it.

Quotes, lists, code and HTML are not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

PREFIX = "/chill"
_READ = 20_000  # characters of a comment
_LINE = re.compile(r"/chill(?:\s+(?P<verb>\S+)(?:\s+(?P<rest>.*))?)?", re.IGNORECASE | re.DOTALL)
_NOT_TEXT = "\x00"  # stands for HTML, so that nothing behind it begins a line; Markdown itself never lets it through
_MARKDOWN = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Said:
    """A command as it was written: the verb in lower case, what follows it on one line, and what stands below."""

    verb: str
    rest: str = ""
    below: str = ""  # later paragraphs, up to the next command

    @property
    def whole(self) -> str:
        return f"{self.rest} {self.below}".strip()


def parse(body: str) -> Said | None:
    """The first command of a comment; what follows it in the same paragraph belongs to it."""
    found: Said | None = None
    for lines in _paragraphs(body[:_READ]):
        starts = [at for at, line in enumerate(lines) if _is_command(line)]
        if found is not None:
            found = replace(found, below=_plain(f"{found.below} {' '.join(lines[: starts[0] if starts else None])}"))
        elif starts:
            end = starts[1] if len(starts) > 1 else len(lines)
            found = _said(_plain(" ".join(lines[starts[0] : end])))
            starts = starts[1:]
        if found is not None and starts:
            break
    return found


def _plain(text: str) -> str:
    return " ".join(text.replace(_NOT_TEXT, "").split())


def _is_command(line: str) -> bool:
    return line.lower() == PREFIX or line.lower().startswith((f"{PREFIX} ", f"{PREFIX}\t"))


def _said(line: str) -> Said:
    found = _LINE.match(line)
    verb, rest = (found["verb"], found["rest"]) if found else (None, None)
    return Said((verb or "help").lower(), rest or "")


def _paragraphs(body: str) -> Iterator[list[str]]:
    tokens = _MARKDOWN.parse(body)
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open" and before.level == 0:
            yield "".join(_text(child) for child in token.children or ()).split("\n")


def _text(child: Token) -> str:
    """Only text and line ends can begin a command; code and HTML stay on the line that they are on."""
    match child.type:
        case "text":
            return child.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "code_inline":
            return f"`{child.content}`".replace("\n", " ")
        case _:
            return _NOT_TEXT if child.type == "html_inline" else ""
