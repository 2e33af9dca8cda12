"""Find `/chill ...` in a comment: a line of a top-level paragraph that a person reads as `/chill ...`, in plain text.

A Markdown parser decides what is a paragraph and what is plain. Quotes, lists, tables, headings, footnotes, code and
HTML, what stands inside of an open element like <details>, links, emphasis, escapes and entities are no commands.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

PREFIX = "/chill"
_READ = 20_000  # characters of a comment
_LINE = re.compile(r"/chill(?:\s+(?P<verb>\S+)(?:\s+(?P<rest>.*))?)?", re.IGNORECASE | re.DOTALL)
_NOT_PLAIN = "\x00"  # before and after what is not plain text; Markdown itself never lets it through
_HIDDEN = "\x01"  # the same, where a person may not see the line at all
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]")  # no width and no effect on what is read
_FOOTNOTE, _FORMULA, _NEWLINE = re.compile(r" {0,3}\[\^[^\]\s]+\]:"), "$$", re.compile(r"\r\n?")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_CLOSED_BY_ITSELF = _VOID | {"p"}  # a Markdown paragraph ends it
_OF_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})  # no tags inside
# without text_join an escaped or named character stays apart from what was written as it is read
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")


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
    command: Said | None = None
    for lines in _paragraphs(body):
        starts = [at for at, line in enumerate(lines) if _is_command(line)]
        if command is not None:
            command = replace(
                command, below=_plain(f"{command.below} {' '.join(lines[: starts[0] if starts else None])}")
            )
        elif starts:
            end = starts[1] if len(starts) > 1 else len(lines)
            command = _said(_plain(" ".join(lines[starts[0] : end])))
            starts = starts[1:]
        if command is not None and starts:
            break
    return command


def mentioned(body: str) -> bool:
    """Whether anything in a comment can be for us; quick."""
    return PREFIX[1:] in _INVISIBLE.sub("", body[:_READ]).lower()


def nearly(body: str) -> bool:
    """Whether some line looks like a command without being one: in bold, as a link, escaped, or as a heading."""
    tops = [lines for kind, lines in _tops(body) if kind in ("paragraph_open", "heading_open")]
    return any(_is_command(line.replace(_NOT_PLAIN, "").strip()) for lines in tops for line in lines)


def _plain(text: str) -> str:
    return " ".join(text.replace(_NOT_PLAIN, "").replace(_HIDDEN, "").split())


def _is_command(line: str) -> bool:
    verb = line.split(" ", 2)[1] if line.lower().startswith(f"{PREFIX} ") else ""
    return line.lower() == PREFIX or (bool(verb) and _NOT_PLAIN not in verb and _HIDDEN not in verb)


def _said(line: str) -> Said:
    match = _LINE.match(line)
    verb, rest = (match["verb"], match["rest"]) if match else (None, None)
    return Said((verb or "help").lower(), rest or "")


def _paragraphs(body: str) -> Iterator[list[str]]:
    return (lines for kind, lines in _tops(body) if kind == "paragraph_open")


def _tops(body: str) -> Iterator[tuple[str, list[str]]]:
    """What stands at the top of a comment, as kind and lines."""
    html, kind = _OpenElements(), ""
    source = _NEWLINE.sub("\n", body[:_READ])
    noted = _footnotes(source)
    for token in _MARKDOWN.parse(source):
        if token.type == "html_block":
            html.feed(token.content)
        elif token.level == 0:
            kind = token.type
        elif token.type == "inline" and token.level == 1:
            lines = _lines(token.children or [], html)
            yield kind, [_HIDDEN + line for line in lines] if token.map and noted[token.map[1]] else lines


def _footnotes(source: str) -> list[bool]:
    """Whether the lines without a blank one before each place hold a footnote, in one pass for all places.

    The parser knows no footnotes: to it they are paragraphs, or references that it leaves out.
    """
    noted = [False]
    for line in source.split("\n"):
        noted.append(bool(line.strip()) and (noted[-1] or bool(_FOOTNOTE.match(line))))
    return noted


def _lines(children: list[Token], html: "_OpenElements") -> list[str]:
    """With marks where a line is not plain text, or not at all to be seen."""
    text, depth = "", 0
    for child in children:
        depth += child.nesting
        if child.type == "html_inline":
            html.feed(child.content)
            text += _HIDDEN
        elif child.type in ("softbreak", "hardbreak"):
            text += "\n" + _NOT_PLAIN * (depth > 0) + _HIDDEN * html.hides()
        else:
            text += _HIDDEN * html.hides() + _piece(child, depth)
    lines = [_as_read(line) for line in text.split("\n")]
    odd = False
    for at, line in enumerate(lines):
        lines[at] = _HIDDEN + line if odd else line
        odd ^= line.count(_FORMULA) % 2 == 1
    return lines


def _piece(child: Token, depth: int) -> str:
    match child.type:
        case "text" if not depth:
            return child.content
        case "text" | "text_special":
            return f"{_NOT_PLAIN}{child.content}"
        case "code_inline":
            return f"{_HIDDEN}`{child.content}`".replace("\n", " ")
        case "image":
            return _HIDDEN
        case _:
            return _NOT_PLAIN


def _as_read(line: str) -> str:
    """Every blank is a blank, and what has no width is not there; what turns text around is not plain."""
    kinds = ((character, unicodedata.category(character)) for character in _INVISIBLE.sub("", line))
    return "".join(
        " " if kind == "Zs" or one == "\t" else _HIDDEN if kind == "Cf" else one for one, kind in kinds
    ).strip()


class _OpenElements(HTMLParser):
    """Which elements are open at this place of the comment: what follows a <details> is inside of it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def hides(self) -> bool:
        """Whether what comes next is inside of an element, or of a comment or a tag that nothing has ended yet."""
        return bool(self.open or self.rawdata)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in _CLOSED_BY_ITSELF:
            self.open.append(tag)
        if tag in _OF_TEXT:
            self.set_cdata_mode(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)  # in HTML the slash means nothing

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass
