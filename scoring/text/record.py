"""A change as text models read it: its title, its message, and its diff by hunks.

One reading for training and for serving. Markers in the text of others are escaped: no text closes its own record.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.text.message import parted
from scoring.text.reading import Reading

OPEN, CLOSE = "[DRS]", "[/DRS]"
LINE = 200  # characters of one line that are read
HUNK = 6_000  # and of one hunk: its middle is left out
_MARKER = re.compile(r"\[(\\*/?DRS)\]")
_AT = re.compile(rb"^@@ [^@]*@@ ?(.*)$")
GAP = "…"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of one file that changed together."""

    file: str  # "--- old" and "+++ new", or what git says instead of lines
    text: str  # "@@ context" and the lines, each with its sign; "" where there are none


@dataclass(frozen=True, slots=True)
class Record:
    """What is read of one change; nothing of it is cut or escaped yet."""

    title: str = ""
    message: str = ""  # all that stands below the title
    hunks: tuple[Hunk, ...] = ()

    def head(self, reading: Reading) -> str:
        """What its author says of it, as far as the reading asks."""
        plan, body = parted(self.message, reading.headings)
        said = (("title", self.title), ("plan", plan), ("body", body))
        return escaped("\n".join(text for name, text in said if name in reading.parts and text))

    def shown(self, reading: Reading) -> tuple[Hunk, ...]:
        """Its hunks, as far as the reading asks."""
        return self.hunks if "diff" in reading.parts else ()

    def text(self, reading: Reading) -> str:
        """All that is read of it, without markers: what a model is pre-trained on."""
        return "\n".join(part for part in (self.head(reading), joined(self.shown(reading))) if part)

    def wrapped(self, reading: Reading, characters: int) -> str:
        """The same between markers, in at most so many characters: the middle of the diff goes first."""
        head = middle_cut(self.head(reading), characters // 4)
        diff = middle_cut(joined(self.shown(reading)), max(0, characters - len(head) - 1))
        return f"{OPEN}{head}\n{diff}{CLOSE}"

    def digest(self) -> str:
        """A hash of everything that is known of it."""
        parts = (self.title, self.message, *(part for hunk in self.hunks for part in (hunk.file, hunk.text)))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def joined(hunks: Sequence[Hunk]) -> str:
    """Hunks as text, a file named where it begins."""
    lines: list[str] = []
    file = None
    for hunk in hunks:
        lines += [hunk.file] if hunk.file != file else []
        lines += [hunk.text] if hunk.text else []
        file = hunk.file
    return escaped("\n".join(lines))


def escaped(text: str) -> str:
    """The same with one more backslash in whatever looks like a marker: no two texts become the same."""
    return _MARKER.sub(r"[\\\1]", text)


def middle_cut(text: str, characters: int) -> str:
    """At most so many characters of a text: its begin and its end."""
    if len(text) <= characters:
        return text
    half = max(0, characters - len(GAP) - 2) // 2
    return f"{text[:half]}\n{GAP}\n{text[len(text) - half :]}"


def record_of(title: str, message: str, patch: bytes) -> Record:
    """What is read of a change with this title, message and patch (as `git diff -p -U0` writes it)."""
    return Record(title.strip()[:LINE], message, hunks(patch))


def hunks(patch: bytes) -> tuple[Hunk, ...]:
    """The hunks of a patch, in its order."""
    found = []
    for section in (b"\n" + patch).split(b"\ndiff --git ")[1:]:
        start = section.find(b"\n@@ ")
        head = section if start < 0 else section[:start]
        file = _file(head)
        if start < 0:
            found.append(Hunk(file, ""))
            continue
        body = section[start:].split(b"\n@@ ")[1:]
        found += [Hunk(file, _hunk(b"@@ " + hunk)) for hunk in body]
    return tuple(found)


def _file(head: bytes) -> str:
    """What git says of a file; where it has no lines, the words that say so."""
    lines = head.split(b"\n")
    named = [line for line in lines[1:] if line.startswith((b"--- ", b"+++ "))]
    if not named:
        names = (b"rename ", b"copy ", b"Binary files ", b"new file", b"deleted file", b"old mode", b"new mode")
        named = [line for line in lines[1:] if line.startswith(names)] or [lines[0]]
    return "\n".join(_plain(line.rstrip(b"\t")) for line in named)


def _hunk(hunk: bytes) -> str:
    first, *lines = hunk.split(b"\n")
    context = _AT.match(first)
    shown = ["@@ " + _plain(context[1] if context else b"")]
    shown += [_plain(line) for line in lines if line[:1] in b"+-" and line]
    return middle_cut("\n".join(shown), HUNK)


def _plain(line: bytes) -> str:
    return line[: 4 * LINE].decode("utf-8", "replace").rstrip("\r")[:LINE]
