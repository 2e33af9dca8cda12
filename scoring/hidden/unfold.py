"""A text with its long lines broken, and the programs that its texts and comments hold as lines of their own."""

import base64
import binascii
import codecs
import re
import zlib
from collections.abc import Callable, Iterator

from scoring.facts.languages import BY_ENDING, Language
from scoring.facts.lexis import masked
from scoring.hidden.programs import COMPILED, MOST, WIDE, program

DEEP = 3  # programs within programs that are opened
MANY = 4  # statements on one line that nobody would leave there
FEW = 6  # words outside of the text that is run
SHORTEST = 60  # bytes of a text that may hold a program: five lines
MOST_RUNS = 2000  # texts of one file that are looked into

# what stands between texts that become one: a comma, a plus, blanks, the end of a line with its sign
_BETWEEN = re.compile(rb"[\s+,.\\()&:*/#%;-]*(?:\bb|\br|\bf)?")
_QUOTES = re.compile(rb"^[A-Za-z@$]{0,3}(?:\"\"\"|'''|\"|'|`|#*\"\(?|\[=*\[)|(?:\"\"\"|'''|\"#*|'|`|\]=*\])$")
_ESCAPE = re.compile(rb"\\(?:([0abfnrtv\\\"'`$/])|x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{4})\}?|\r?\n)")
_PLAIN = {b"n": b"\n", b"r": b"\n", b"t": b"\t", b"0": b" ", b"a": b" ", b"b": b" ", b"f": b" ", b"v": b" "}
_Decode = Callable[[bytes], bytes]
_BASES: tuple[tuple[re.Pattern[bytes], _Decode], ...] = (
    (re.compile(rb"(?:[0-9a-fA-F]{2})+"), binascii.unhexlify),
    (re.compile(rb"[A-Z2-7]+=*"), base64.b32decode),
    (
        re.compile(rb"[A-Za-z0-9+/_-]+=*"),
        lambda text: base64.b64decode(text.replace(b"-", b"+").replace(b"_", b"/") + b"=="),
    ),
    (re.compile(rb"[!-~]+"), base64.b85decode),
    (re.compile(rb"[!-~]+"), base64.a85decode),
)
ANY = BY_ENDING["js"]  # how texts and comments begin and end in most languages and tables
_SIGNS = re.compile(rb"^[ \t]*(?://[/!]?|#+!?|\*|--+|;+|%+|'|REM\b)[ \t]?", re.M)
_HERE = re.compile(rb"^<<[^\n]*\n")


def unfolded(text: bytes, language: Language, depth: int = 0) -> tuple[bytes, Language]:
    """The code of a text with the programs in its texts and comments as lines of their own.

    The language is that of most of these lines.
    """
    text = text[:MOST].replace(b"\0", b" ").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    inner = []
    if depth < DEEP:
        texts = [*runs(text, language)] or [*runs(text, ANY)]
        inner = [inside for each in texts for inside in _opened(each, depth)]
    bare = masked(b"\n" + text + b"\n\n", language.lexis).removeprefix(b"\n").removesuffix(b"\n\n")
    outer = _broken(bare)
    if not inner:
        # as it is where there is nothing to break: its comments and the length of its lines count too
        return (text if outer == bare else outer), language
    # a line that does nothing but run the text is not one more line of it
    programs = [(outer, language), *inner] if len(outer.split()) > FEW else inner
    most = max(programs, key=lambda each: sum(map(bool, map(bytes.strip, each[0].split(b"\n")))))
    return b"\n".join(plain for plain, _ in programs), most[1]


def _opened(text: bytes, depth: int) -> Iterator[tuple[bytes, Language]]:
    """The programs that a text or a comment holds, as it is or encoded."""
    for tried in (text, *decoded(text)):
        written = formatted(tried)
        language = program(written)
        if language is not None:
            yield unfolded(written, language, depth + 1)
            return
    if depth < DEEP and any(quote in text for quote in (b"'", b'"', b"`")):
        for each in runs(text, ANY):
            yield from _opened(each, depth + 1)


def formatted(text: bytes) -> bytes:
    """A text with lines nobody would write broken behind each statement, quotes or not."""
    return b"\n".join(_broken_line(line) for line in text.split(b"\n"))


def _broken(bare: bytes) -> bytes:
    return b"\n".join(_broken_line(line) for line in bare.split(b"\n"))


def _broken_line(line: bytes) -> bytes:
    if len(line) <= WIDE and line.count(b";") + line.count(b"{") < MANY:
        return line
    broken, depth = bytearray(), 0
    for char in line:
        if char in b"([":
            depth += 1
        elif char in b")]":
            depth = max(0, depth - 1)
        if char == 125:  # a closing brace ends what stands before it
            broken += b"\n"
        broken.append(char)
        if char in b"{}" or (char == 59 and not depth):
            broken += b"\n"
            depth = 0
    return bytes(broken)


def runs(text: bytes, language: Language) -> Iterator[bytes]:
    """What the texts and comments say, those that stand together as one."""
    runs: list[list[bytes]] = []
    end = -1
    text = b"\n" + text + b"\n\n"
    for match in language.lexis.skipped.finditer(text):
        if match.lastgroup == "k" or (match.lastgroup == "c" and language.name in COMPILED):
            continue
        near = runs and _BETWEEN.fullmatch(text, end, match.start()) is not None
        if not near:
            runs.append([])
        runs[-1].append(_said(match[0], comment=match.lastgroup == "c"))
        end = match.end()
        if len(runs) > MOST_RUNS:
            break
    for run in runs:
        for joint in (b"\n", b"") if len(run) > 1 else (b"",):
            said = joint.join(run)
            if len(said) >= SHORTEST:
                yield said
                if program(formatted(said)) is not None:
                    break


def _said(token: bytes, *, comment: bool) -> bytes:
    """What a literal stands for, or a comment without its signs."""
    if comment:
        block = token.startswith(b"/*")
        return _SIGNS.sub(b"", token[2:].removesuffix(b"*/") if block else token)
    if _HERE.match(token):
        return _HERE.sub(b"", token)
    inner = _QUOTES.sub(b"", token)
    return _ESCAPE.sub(_escaped, inner) if b"\\" in inner else inner


def _escaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return _PLAIN.get(match[1], match[1])
    code = match[2] or match[3]
    return chr(int(code, 16)).encode("utf-8", "replace") if code else b""


def decoded(text: bytes) -> Iterator[bytes]:
    """Yield what a text becomes that is written in digits and letters of some base, packed or not, or turned around."""
    bare = b"".join(text.split())
    if len(bare) < SHORTEST:
        return
    for pattern, decode in _BASES:
        if pattern.fullmatch(bare):
            try:
                yield _unpacked(decode(bare))
            except ValueError:
                continue
    if b"\n" in text.strip():
        yield text[::-1]
        yield codecs.encode(text.decode("latin-1"), "rot13").encode("latin-1", "replace")


def _unpacked(raw: bytes) -> bytes:
    # 47: a header of zlib or of gzip, whichever is there
    opened = zlib.decompressobj(47)
    try:
        return opened.decompress(raw, MOST)
    except zlib.error:
        return raw
