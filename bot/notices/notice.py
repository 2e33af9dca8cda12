"""One thing to be told, as plain text: each medium makes of it what it carries."""

import hashlib
import unicodedata
from dataclasses import dataclass

MOST_TITLE, MOST_LINE = 160, 600


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` stays the same while it is the same fact. `title` and `lines` may hold words from outside, on one line
    each, without characters that are obeyed rather than shown; `report` is Markdown of many lines.
    """

    kind: str
    key: str
    repository_id: int  # 0: about this server
    repository: str  # "": about this server
    private: bool  # whether only members of the repository may read what it names
    title: str
    lines: tuple[str, ...] = ()
    address: str = ""  # of our page about it; "": there is none
    answers: tuple[str, ...] = ()  # logins and "@org/team" that it is for; empty: everybody
    report: str = ""

    @property
    def text(self) -> str:
        """Everything after the title."""
        return "\n".join((*self.lines, *(("", self.report.strip()) if self.report else ())))


def key(kind: str, repository_id: int, *parts: object) -> str:
    """Short, whatever the parts are."""
    digest = hashlib.sha256("\x00".join(str(part) for part in parts).encode()).hexdigest()[:32]
    return f"{kind}:{repository_id}:{digest}"


def line(text: str, most: int = MOST_LINE) -> str:
    """On one line: every control, format and line-breaking character is a blank, and what is too long is cut."""
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    words = " ".join(plain.split())
    return words if len(words) <= most else words[: most - 1] + "…"


def title(text: str) -> str:
    return line(text, MOST_TITLE)
