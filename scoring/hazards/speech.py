"""Words that speak to whoever reviews, a model above all. They may make a change look riskier, never safer.

Found in lines that come, in names of files and, by whoever asks, in titles: no review is spoken to so.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from scoring.hazards.rule import File
from scoring.inspection import Hazard
from scoring.semantics.guards import INVISIBLE
from scoring.semantics.paths import LOCKFILES, name

_ASIDE = re.compile(r"<!--(.*?)(?:-->|$)", re.S)
MOST_ASIDE = 8  # words of a comment in a page, which nobody sees where it is shown
_PAGES = (".md", ".markdown", ".mdx", ".html", ".htm", ".rst", ".adoc", ".svg")
_MARKS = re.compile(r"[*`~#>|]+|//+|(?<=\s)-+(?=\s)")  # of comments and emphasis
LONGEST = 4000  # characters of a line that are read at a time


def _phrases(text: str) -> tuple[re.Pattern[str], ...]:
    """Read phrases.txt."""
    names: dict[str, str] = {}
    phrases = []
    for line in text.split("\n"):
        word, equals, meaning = line.partition(" = ")
        if equals and word.isupper():
            names[word] = meaning
        elif line and not line.startswith("#"):
            phrases.append(re.compile(re.sub("<([A-Z]+)>", lambda match: names[match[1]], line)))
    return tuple(phrases)


PHRASES = _phrases((Path(__file__).parent / "phrases.txt").read_text("utf-8"))


def speaks(text: str) -> bool:
    """Whether something in a text is said to a reviewer."""
    seen = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("’", "'")
    bare = " ".join(_MARKS.sub(" ", seen).split())
    return any(phrase.search(bare) or phrase.search(seen) for phrase in PHRASES)


def injections(file: File) -> Iterator[Hazard]:
    """Lines that come and names, and pages with comments long enough to tell somebody something."""
    if speaks(re.sub(r"[-_./]+", " ", file.path)):
        yield Hazard("speech", "The name of a file speaks to whoever reviews it.", file.path)
    if name(file.path).lower() in LOCKFILES:
        return  # whatever it holds is accounted for, or it is for a person
    before = ""
    for number, line in file.added:
        text = line.decode("utf-8", "replace")[:LONGEST]
        # a sentence may be broken over two lines
        if speaks(text) or speaks(f"{before[-200:]} {text[:200]}"):
            yield Hazard("speech", "It speaks to whoever reviews it.", file.path, number)
        before = text
    yield from _asides(file)


def _asides(file: File) -> Iterator[Hazard]:
    if not file.path.lower().endswith(_PAGES):
        return
    known = {match[1] for match in _ASIDE.finditer((file.old or b"").decode("utf-8", "replace"))}
    for match in _ASIDE.finditer((file.new or b"").decode("utf-8", "replace")):
        if match[1] not in known and len(match[1].split()) > MOST_ASIDE:
            yield Hazard("speech", "A comment in a page says what nobody sees where the page is shown.", file.path)
