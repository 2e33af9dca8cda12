"""What is comment and what is text in a language, by regular expressions that see one side of one hunk.

A hunk may begin inside a comment or a text that nothing in it tells of; what it does tell is followed: a closing mark
without an opening one, an opening one without a closing one. A quote that never closes ends with its line.

Sides of hunks come together in one text, each from a line's end on, each ended by a line of one zero byte.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Entered = Callable[[bytes], int]
Alternative = tuple[str, bytes]  # the character it starts with, and what follows as a regular expression
HUNK_END = b"\n\0"


def _outside(_: bytes) -> int:
    return 0


def _closed_above(side: bytes) -> int:
    """The end of a comment that began above the hunk: up to a "*/" before which no "/*" stands."""
    end = side.find(b"*/")
    if end < 0 or 0 <= side.find(b"/*") <= end:
        return 0
    line = side[side.rfind(b"\n", 0, end) + 1 : end]
    # "**/*.js" is a text, and /.*/ too
    return 0 if any(mark in line for mark in (b'"', b"'", b"`", b"/")) else end + 2


_OPENS = re.compile(rb"(?:[=(\[{,:+%]|\breturn)[ \t]*[rRbBuUfF]{0,2}$")


def _doc_closed_above(side: bytes) -> int:
    """The same for an odd number of triple quotes, the first of which follows words or stands alone below others."""
    for quotes in (b'"""', b"'''"):
        if side.count(quotes) % 2 == 0:
            continue
        at = side.find(quotes)
        begin = side.rfind(b"\n", 0, at) + 1
        before, after = side[begin:at].strip(), side[at + 3 :].partition(b"\n")[0].strip()
        alone_below = not before and not after and side[:begin].strip()
        if alone_below or (before.strip(b"rRbBuUfF") and b"#" not in before and not _OPENS.search(before)):
            return at + 3
    return 0


@dataclass(frozen=True, slots=True)
class Lexis:
    """How to read sides of hunks. Groups of `skipped`: c a comment, t one where it begins a line; k and h are kept."""

    skipped: re.Pattern[bytes]
    word: re.Pattern[bytes]
    entered: Entered = _outside
    closes: tuple[bytes, ...] = ()  # without one of these nothing can have been entered
    stars: bool = False  # a line that starts with a star and a blank is one of a comment, and so is a plain sentence
    keywords: frozenset[bytes] = frozenset()  # of two neighbouring words one is always one of these, if there are any


_WORD = re.compile(rb"[A-Za-z_]\w*\(?")
_DASHED = re.compile(rb"(?<![\w-])[A-Za-z_][\w-]*\(?")
_STARS = re.compile(rb"\n[ \t]*\*(?=[ \t/\r\n])[^\n]*")
# six words and nothing else: no statement of these languages, but a line of a comment that began above
_SENTENCE = re.compile(rb"\n[ \t]*[A-Za-z][\w']*(?:,? [A-Za-z][\w'-]*){5,}[.,:]?[ \t\r]*(?=\n)")
_NEIGHBOURS = re.compile(rb"\b([A-Za-z_]\w*) +(?=([A-Za-z_]\w*))")

_LINE: Alternative = ("/", rb"/[^\n]*")
_BLOCK: Alternative = ("/", rb"\*[^*\0]*(?:\*(?!/)[^*\0]*)*+(?:\*/)?")
_HASH: Alternative = ("#", rb"[^\n]*")
_DOUBLE: Alternative = ('"', rb'[^"\\\n]*(?:\\[^\0][^"\\\n]*)*+(?:"|(?=\n))')
_SINGLE: Alternative = ("'", rb"[^'\\\n]*(?:\\[^\0][^'\\\n]*)*+(?:'|(?=\n))")
_DOUBLE_LINES: Alternative = ('"', rb'(?:[^"\\\0]*(?:\\[^\0][^"\\\0]*)*+"|[^\n]*)')
_SINGLE_LINES: Alternative = ("'", rb"(?:[^'\\\0]*(?:\\[^\0][^'\\\0]*)*+'|[^\n]*)")
_TRIPLE: Alternative = ('"', rb'""[^"\\\0]*(?:(?:\\[^\0]|"(?!""))[^"\\\0]*)*+(?:""")?')
_TRIPLE_SINGLE: Alternative = ("'", rb"''[^'\\\0]*(?:(?:\\[^\0]|'(?!''))[^'\\\0]*)*+(?:''')?")
_BACKTICK: Alternative = ("`", rb"(?:[^`\\\0]*(?:\\[^\0][^`\\\0]*)*+`|[^\n]*)")
_CHARACTER: Alternative = ("'", rb"(?<![0-9]')(?:\\[^\n]|[^'\\\n]){1,10}'")
_ONE_CHARACTER: Alternative = ("'", rb"(?:\\[^\n'][^\n']{0,9}'|\\''|[^'\\\n]')")
# a slash that divides stands behind a name, a number or a bracket
_REGEX: Alternative = (
    "/",
    rb"(?:(?<=[=(,:\[!&|?{};~\n]/)|(?<=[=(,:\[!&|?{};~\n] /)|(?<=return /)|(?<=\bwhen /)|(?<=\bif /))(?![/*])"
    # not longer than a line of code: of a long line each slash would else be followed to its end
    rb"(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n]){0,500}\]|[^/\\\n\[]){1,500}/[a-z]*",
)


# a quote behind a backslash begins no text: where the opening is not in the hunk there may be a hundred thousand of
# them, and each would be followed to the end of the hunk
_ESCAPED: Alternative = ("\\", rb"(?P<k>[\"'`\\])")


def _here(char: str, opening: bytes) -> Alternative:
    """A text from the line below to the one that holds the word `w` of the opening."""
    return char, rb"(?P<h>" + opening + rb"[^\n]*)(?:\n(?![ \t]*(?P=w)\b)[^\n\0]*)*+(?:\n[ \t]*(?P=w)\b)?"


def _after(alternative: Alternative) -> bytes:
    return rb"(?<=" + re.escape(alternative[0].encode()) + rb")" + alternative[1]


def _lexis(
    *comments: Alternative, texts: tuple[Alternative, ...] = (), docs: tuple[Alternative, ...] = (),
    entered: Entered = _outside, closes: tuple[bytes, ...] = (), dashed: bool = False, stars: bool = False,
    keywords: str = "", escapes: bool = True,
) -> Lexis:  # fmt: skip
    texts = (_ESCAPED, *texts) if escapes else texts
    firsts = "".join(sorted({char for char, _ in (*comments, *docs, *texts)}))
    groups = [rb"(?P<c>" + b"|".join(map(_after, comments)) + rb")"]
    if docs:
        groups.append(rb"(?P<t>" + b"|".join(map(_after, docs)) + rb")")
    groups += map(_after, texts)
    # one set of characters in front lets the engine skip what starts nothing
    skipped = re.compile(rb"[" + re.escape(firsts.encode()) + rb"](?:" + b"|".join(groups) + rb")")
    word = _DASHED if dashed else _WORD
    return Lexis(skipped, word, entered, closes, stars, frozenset(keywords.encode().split()))


def _slashes(*texts: Alternative, also: tuple[Alternative, ...] = ()) -> Lexis:
    return _lexis(_LINE, _BLOCK, *also, texts=texts, entered=_closed_above, closes=(b"*/",), stars=True)


_TOLD: Alternative = ("#", rb"(?<=\n#)[ \t]*(?:error|warning|pragma|region|endregion)\b[^\n]*")
_RAW_C: Alternative = ("R", rb'(?<![A-Za-z0-9_]R)"(?P<d>[^\s()\\"\0]{0,16})\([^\0]*?(?:\)(?P=d)"|(?=\0|\Z))')
C = _slashes(_RAW_C, _DOUBLE, _CHARACTER, _TOLD)
JAVA = _slashes(_TRIPLE, _DOUBLE, _CHARACTER)
SHARP = _slashes(_TRIPLE, ("@", rb'\$?"(?:[^"\0]|"")*"?'), _DOUBLE, _CHARACTER, _TOLD)
SCRIPT = _slashes(
    _TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE, _BACKTICK, _REGEX, also=(("<", rb"!--(?:[^-\0]|-(?!->))*+(?:-->)?"),)
)
PHP = _slashes(
    _here("<", rb"<<[ \t]*[\"']?(?P<w>\w+)[\"']?"), _DOUBLE_LINES, _SINGLE_LINES, also=(("#", rb"(?!\[)[^\n]*"),)
)
GO = _slashes(_DOUBLE, _CHARACTER, ("`", rb"(?:[^`\0]*`|[^\n]*)"))
RUST = _slashes(("r", rb'(?<![A-Zac-z0-9_]r)(?P<d>#*)"[^\0]*?(?:"(?P=d)|(?=\0|\Z))'), _DOUBLE_LINES, _ONE_CHARACTER)
INTERFACE = _lexis(
    _LINE, _BLOCK, _HASH, texts=(_TRIPLE, _DOUBLE, _SINGLE), entered=_closed_above, closes=(b"*/",), stars=True
)
STYLE = _lexis(
    ("/", rb"(?<!:/)/[^\n]*"), _BLOCK, texts=(_DOUBLE, _SINGLE), entered=_closed_above, closes=(b"*/",), dashed=True
)
_TRIPLES = (_TRIPLE, _TRIPLE_SINGLE)
_QUOTES = (b'"""', b"'''")
# "cdef Type name" is code
CYTHON = _lexis(_HASH, docs=_TRIPLES, texts=(_DOUBLE, _SINGLE), entered=_doc_closed_above, closes=_QUOTES)
PYTHON = _lexis(
    _HASH, docs=_TRIPLES, texts=(_DOUBLE, _SINGLE), entered=_doc_closed_above, closes=_QUOTES,
    keywords="False None True and as assert async await break case class continue def del elif else except exec "
    "finally for from global if import in is lambda match nonlocal not or pass print raise return try type while with "
    "yield",
)  # fmt: skip
RUBY = _lexis(
    ("#", rb"(?<![?$\w]#)(?!\{)[^\n]*"),
    ("=", rb"(?<=\n=)begin\b(?:\n(?!=end)[^\n\0]*|[^\n\0])*+(?:\n=end[^\n]*)?"),
    texts=(_here("<", rb"<[-~]?[\"'`]?(?P<w>[A-Z_]\w+)[\"'`]?"), _DOUBLE, _SINGLE, _REGEX),
)
PERL = _lexis(
    ("#", rb"(?<![$\w&{@%]#)[^\n]*"),
    ("=", rb"(?<=\n=)[a-z]\w*(?:\n(?!=cut)[^\n\0]*|[^\n\0])*+(?:\n=cut[^\n]*)?"),
    texts=(_here("<", rb"<~?[\"']?(?P<w>[A-Z_]\w+)[\"']?"), _DOUBLE, ("'", rb"(?<![\w&$]')" + _SINGLE[1]), _REGEX),
)
SHELL = _lexis(
    ("#", rb"(?<=[\s;()&|`]#)[^\n]*"),
    texts=(
        ("\\", rb"(?P<k>[^\n\0])"),
        _here("<", rb"(?<=\s<)<-?[\"'\\]?(?P<w>[A-Za-z_]\w*)[\"']?"),
        _DOUBLE_LINES,
        ("'", rb"(?:[^'\0]*'|[^\n]*)"),
    ),
    dashed=True,
    escapes=False,  # it has a rule of its own
)
POWERSHELL = _lexis(
    _HASH, ("<", rb"#(?:[^#\0]|#(?!>))*+(?:#>)?"),
    texts=(("@", rb'"(?:\n(?!"@)|[^\n\0])*+(?:\n"@)?'), ('"', rb'[^"\n]*"?'), ("'", rb"[^'\n]*'?")), dashed=True,
    escapes=False,
)  # fmt: skip
_LONG_LUA = rb"\[(?P<%s>=*)\[[^\0]*?(?:\](?P=%s)\]|(?=\0|\Z))"
LUA = _lexis(
    ("-", rb"-" + _LONG_LUA % (b"d", b"d")), ("-", rb"-[^\n]*"),
    texts=(_DOUBLE, _SINGLE, ("[", _LONG_LUA[2:] % (b"e", b"e"))),
)  # fmt: skip
SQL = _lexis(
    ("-", rb"-[^\n]*"), _BLOCK, texts=(("'", rb"(?:[^'\0]*'|[^\n]*)"),), entered=_closed_above, closes=(b"*/",),
    escapes=False,
)  # fmt: skip
ELIXIR = _lexis(_HASH, docs=(_TRIPLE,), texts=(_DOUBLE, _SINGLE))
HASH = _lexis(_HASH, texts=(_DOUBLE, _SINGLE))
HASKELL = _lexis(("-", rb"-[^\n]*"), ("{", rb"-(?:[^-\0]|-(?!\}))*+(?:-\})?"), texts=(_DOUBLE, _ONE_CHARACTER))
OCAML = _lexis(("(", rb"\*(?:[^*\0]|\*(?!\)))*+(?:\*\))?"), _LINE, texts=(_TRIPLE, _DOUBLE_LINES, _ONE_CHARACTER))
ERLANG = _lexis(("%", rb"[^\n]*"), texts=(_DOUBLE,))
LISP = _lexis((";", rb"[^\n]*"), ("#", rb"\|(?:[^|\0]|\|(?!#))*+(?:\|#)?"), texts=(_DOUBLE_LINES,), dashed=True)


def masked(text: bytes, how: Lexis) -> bytes:
    """Sides of hunks with their comments blank and their texts empty; as many lines as before, ends blank."""
    if any(map(text.__contains__, how.closes)):
        text = b"\0".join(_from_code(side, how.entered) for side in text.split(b"\0"))
    text = how.skipped.sub(_blanked, text)
    if how.stars:
        text = _SENTENCE.sub(b"\n", _STARS.sub(b"\n", text) if b"*" in text else text)
    return (_without_sentences(text, how.keywords) if how.keywords else text).replace(b"\0", b"")


def _from_code(side: bytes, entered: Entered) -> bytes:
    begin = entered(side)
    return b"\n" * side.count(b"\n", 0, begin) + side[begin:] if begin else side


def _blanked(match: re.Match[bytes]) -> bytes:
    kind, token = match.lastgroup, match[0]
    ends = b"\n" * token.count(b"\n") if b"\n" in token else b""
    if kind == "c" or (kind == "t" and _begins_line(match)):
        return b" " + ends
    if kind == "k":
        return token
    return token[:1] + match["h"] + ends if kind == "h" else b'""' + ends


def _begins_line(match: re.Match[bytes]) -> bool:
    at = match.start()
    before = match.string[match.string.rfind(b"\n", 0, at) + 1 : at].strip()
    return not before.strip(b"rRbBuUfF~sS") or (before[:1] == b"@" and before.endswith(b"doc"))


def _without_sentences(text: bytes, keywords: frozenset[bytes]) -> bytes:
    if not _sentence(text, keywords):
        return text
    return b"\n".join(b"" if _sentence(line, keywords) else line for line in text.split(b"\n"))


def _sentence(text: bytes, keywords: frozenset[bytes]) -> bool:
    return any(one not in keywords and two not in keywords for one, two in _NEIGHBOURS.findall(text))
