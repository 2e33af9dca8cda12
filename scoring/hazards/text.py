"""Text that a person reads as something else than a compiler: marks that turn or hide it, look-alikes, escapes.

Boucher and Anderson, "Trojan Source" (2021); Unicode Technical Standard 39 for names of mixed scripts.
"""

import re
import unicodedata
from collections.abc import Iterator

from scoring.facts.languages import of_path
from scoring.hazards.rule import File
from scoring.inspection import Hazard
from scoring.semantics import guards
from scoring.semantics.paths import is_docs

# letters of other scripts that look like Latin ones; a word of nothing else reads as a Latin word
LOOK_ALIKES = frozenset("асеорхуіјѕԁһԛԝгпАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυικօսհո")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d]\w*")
# a compiler of these puts the character in place before it looks for comments and texts
ESCAPED_FIRST = (".java", ".groovy", ".gradle", ".scala", ".jsp", ".kts")
_ESCAPE = re.compile(r"\\u+([0-9a-fA-F]{4})")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'")
_ENDS_SOMETHING = frozenset("\n\r\"'\\*/;{}")
_COOKIE = re.compile(rb"coding[:=][ \t]*([-\w.]+)")
_PLAIN_CODES = frozenset((b"utf-8", b"utf8", b"utf-8-unix", b"ascii", b"us-ascii"))
_COOKIE_LINES = 2
_COOKIE_ENDINGS = (".py", ".pyi", ".pyx", ".rb", ".pl", ".pm", ".php")


def hidden(file: File) -> Iterator[Hazard]:
    """Controls that end a line or turn text around, and characters that nobody sees."""
    for number, line in file.added:
        # a mark of byte order may begin a file, and no other line; a carriage return may end any, as on Windows
        text = line.decode("utf-8", "replace").removesuffix("\r")
        why = guards.hidden((" " if number > 1 else "") + text)
        if why is not None:
            yield Hazard("hidden_text", why, file.path, number)
    if not file.path.isprintable():
        yield Hazard("hidden_text", "Its name holds characters that nobody sees, or is no text.", file.path)


def look_alikes(file: File) -> Iterator[Hazard]:
    """Names that another name looks like: of two scripts, of look-alikes alone, or changed by a compiler (NFKC)."""
    if _is_odd(file.path):
        yield Hazard("look_alike", "Its name holds letters that look like others.", file.path)
    if is_docs(file.path):
        return
    for number, line in file.added:
        if line.isascii():
            continue
        if _is_odd(line.decode("utf-8", "replace")):
            yield Hazard("look_alike", "A word in it holds letters that look like others.", file.path, number)


def _is_odd(text: str) -> bool:
    if text.isascii():
        return False
    return guards.unstable_names(text) or any(_is_mixed(word) for word in _WORD.findall(text) if not word.isascii())


def _is_mixed(word: str) -> bool:
    letters = "".join(_LETTERS.findall(word))
    if len(letters) > 1 and LOOK_ALIKES.issuperset(letters):
        return True
    return len({_script(letter) for letter in letters} & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def escapes(file: File) -> Iterator[Hazard]:
    """Where escapes are put in place before anything is read, one in a comment may be code."""
    if not file.path.lower().endswith(ESCAPED_FIRST):
        return
    for number, line in file.added:
        text = line.decode("utf-8", "replace")
        ends = any(chr(int(code, 16)) in _ENDS_SOMETHING for code in _ESCAPE.findall(text))
        if ends or _ESCAPE.search(_STRING.sub('""', text)):
            yield Hazard("escaped_code", "A Unicode escape stands outside of a plain text.", file.path, number)


def cookies(file: File) -> Iterator[Hazard]:
    """A first line may name an encoding in which a comment is code."""
    if of_path(file.path) is None and not file.path.lower().endswith(_COOKIE_ENDINGS):
        return
    for content in (file.old, file.new):
        for line in (content or b"").replace(b"\r", b"\n").split(b"\n")[:_COOKIE_LINES]:
            named = _COOKIE.search(line)
            if named and named[1].lower().replace(b"_", b"-") not in _PLAIN_CODES:
                yield Hazard("named_encoding", "It names an encoding of its own.", file.path)
                return
