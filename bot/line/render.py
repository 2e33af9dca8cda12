"""Views to Markdown. Whatever a template prints is escaped unless it is known to be ours."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.forge import markers
from bot.policy.actions import PutComment, Reply, SetCheck
from bot.policy.text import words
from bot.policy.text.whole import visible
from bot.policy.views import Card
from scoring.assessment import Evidence, Reason

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
COMMENT_LIMIT = 65_000  # GitHub refuses a comment above 65,536 characters
SUMMARY_LIMIT = 65_535  # and a check run's summary above as many bytes
QUOTE_LIMIT = 280
PATH_LIMIT = 34  # characters that fit beside a bullet on a screen of 390 px
MOST_EVIDENCE = 3  # commits beside one sentence
SHORT = 7  # hex digits of a commit
_ADDRESS = re.compile(r"https?://[\w.:/?=&%~+-]+")
_HEX = re.compile(r"[0-9a-f]{40,64}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_CUT = "… cut: too long to show."
_ROOM = 300  # for what closes again what was open where it is cut
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"`([^`\n]+)`")


class Safe(str):
    """Text that is Markdown already: ours, or escaped."""


def code(text: str, limit: int = QUOTE_LIMIT) -> Safe:
    """Anything as a code span that it cannot leave: no markup, no mention, no second line, safe in a table cell."""
    shown = visible(text).strip() or " "
    if len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    # a pipe ends a table cell even inside a code span, and a code span takes no escape that works outside tables too
    shown = shown.replace("|", "¦")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return Safe(f"{fence}{pad}{shown}{pad}{fence}")


def prose(text: str) -> Safe:
    """Plain text as Markdown that reads the same: markup escaped, nobody mentioned, `code spans` kept."""
    parts = []
    at = 0
    for span in _CODE.finditer(text):
        parts += [_escaped(text[at : span.start()]), code(span[1], limit=2000)]
        at = span.end()
    return Safe("".join([*parts, _escaped(text[at:])]))


def _escaped(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\1", visible(text))
    # an address or a #number must not become a link or a reference, and nobody is to be pinged
    return re.sub(r"(@|://|www\.|GH-)(?=\w)", lambda mark: f"{mark[1]}<!-- -->", escaped)


def sentence(words: str, subject: str | None = None) -> Safe:
    """Words of ours around a path from outside."""
    if subject is None:
        return prose(words)
    return Safe(code(tail(subject)).join(prose(part) for part in words.split("{subject}")))


def tail(path: str, most: int = PATH_LIMIT) -> str:
    """The end of a path, whole folders as far as they fit: a code span as long as a line of a phone breaks nowhere."""
    path = visible(path)
    if len(path) <= most:
        return path
    *folders, name = path.split("/") if not path.endswith("/") else [*path.split("/")[:-2], path.split("/")[-2] + "/"]
    shown = name
    while folders and len(folders[-1]) + 1 + len(shown) <= most - 2:
        shown = f"{folders.pop()}/{shown}"
    shown = f"…/{shown}" if folders else shown
    half = most // 2
    return shown if len(shown) <= most else f"{shown[:half]}…{shown[len(shown) - half + 1 :]}"


def reason(given: Reason, page: str = "") -> Safe:
    """A claim with the commits that show it, linked where the forge has a page for them."""
    shown = [_evidence(each, page) for each in given.evidence[:MOST_EVIDENCE]]
    more = len(given.evidence) - len(shown)
    tail = f" ({', '.join(shown)}{f' and {more} more' if more else ''})" if shown else ""
    return Safe(sentence(given.words, given.subject) + tail)


def _evidence(seen: Evidence, page: str) -> str:
    return commit(seen.sha, page) + (f" by {commit(seen.by, page)}" if seen.by else "")


def commit(sha: str, page: str = "") -> Safe:
    """A short commit id, linked where there is a page to open."""
    short = code(sha[:SHORT])
    return Safe(f"[{short}]({page}/commit/{sha})") if _ADDRESS.fullmatch(page) and _HEX.fullmatch(sha) else short


def pull(number: int, page: str = "") -> Safe:
    """#12, linked where there is a page to open."""
    return Safe(f"[#{number}]({page}/pull/{number})" if _ADDRESS.fullmatch(page) else f"#{number}")


def one_in(probability: float) -> str:
    """0.07 as "1 in 14"."""
    return f"1 in {max(1, round(1 / probability)):,}" if probability > 0 else "never so far"


def _finalize(value: Any) -> Any:
    return value if isinstance(value, Safe) else prose(str(value))


def size(text: str) -> int:
    """In bytes, as GitHub counts a check run's summary."""
    return len(text.encode("utf-8", "surrogatepass"))


def shortened(text: str, end: str, limit: int, measure: Callable[[str], int]) -> str:
    """The first whole lines of `text`, all that they open closed again, and `end`: at most `limit` as measured."""
    shown: list[str] = []
    used = measure(end) + _ROOM
    for line in text.split("\n"):
        used += measure(line) + 1
        if used > limit:
            break
        shown.append(line)
    return "\n".join([*shown, *_closers(shown), "", end])


def _closers(lines: Sequence[str]) -> list[str]:
    """What ends the code block and the folded parts that these lines leave open."""
    fence, folded = "", 0
    for line in lines:
        opened = _FENCE.match(line)
        if fence:
            fence = "" if opened and opened[1].startswith(fence) and line.strip() == opened[1] else fence
        elif opened:
            fence = opened[1]
        else:
            folded += line.count("<details") - line.count("</details>")
    return [*([fence] if fence else []), *["</details>"] * max(0, folded)]


class Markdown:
    """The Words of the forge's port, from the templates in templates/markdown/."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        self._env = Environment(
            loader=FileSystemLoader(templates / "markdown"),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - Markdown, not HTML: `finalize` escapes every value that is not Safe
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters |= {
            "code": code,
            "ours": Safe,
            "safe_md": Safe,
            "one_in": one_in,
            "rank": words.rank,
            "moment": words.when,
            "percent": words.percent,
            "mention": lambda name: Safe("@" + re.sub(r"[^A-Za-z0-9/_.-]", "", name.removeprefix("@"))),
        }
        self._env.globals |= {"sentence": sentence, "reason": reason, "pull": pull}

    def comment(self, action: PutComment) -> str:
        return self._card("comment.md.j2", action.card, markers.sticky(action.card.digest()), COMMENT_LIMIT)

    def check(self, action: SetCheck) -> tuple[str, str]:
        return visible(action.card.headline)[:255], self._card("check.md.j2", action.card, "", SUMMARY_LIMIT, size)

    def reply(self, action: Reply) -> str:
        mark = markers.note(action.digest) if action.comment is None else markers.reply(action.comment)
        return self._env.get_template("reply.md.j2").render(reply=action, mark=Safe(mark)).strip() + "\n"

    def report(self, template: str, *, page: str, zone: str, **values: object) -> str:
        """A document of its own. `page` is the address of the repository on the forge, where that is one."""
        text = self._env.get_template(template).render(page=page, zone=ZoneInfo(zone), **values)
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"

    def card(self, card: Card) -> str:
        """The comment's text without its hidden mark."""
        return self._card("comment.md.j2", card, "", COMMENT_LIMIT)

    def alone(self, card: Card) -> str:
        """A card where nobody can answer it: of a change that is no pull request."""
        return f"### {prose(card.headline)}\n\n{self._card('check.md.j2', card, '', SUMMARY_LIMIT)}"

    def _card(self, name: str, card: Card, mark: str, limit: int, measure: Callable[[str], int] = len) -> str:
        text = self._env.get_template(name).render(card=card, mark=Safe(mark))
        text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
        return text if measure(text) <= limit else shortened(text, f"{_CUT}\n{mark}\n", limit, measure)
