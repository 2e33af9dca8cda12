"""Ways to write the same Python tree that an older Python cannot read, or that Python warns of when it reads them.

A bracket taken away leaves the tree as it is, and yet the file may no longer load on the oldest Python that a project
supports. Which one that is cannot be known here, so that a change towards such a spelling is never proved.
"""

import keyword
import re
import token as kinds
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_letters

from scoring.semantics.marks import tokens

SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
F_START, F_MIDDLE, F_END = (  # since Python 3.12; before, a formatted string is one token
    getattr(kinds, name, -1) for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
)
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
PREFIX = re.compile(r"[a-zA-Z]*")
# Escapes with a meaning, and any other; an octal one above 377 is warned of.
ESCAPE = re.compile(r"\\(?:(?P<known>[\n\\'\"abfnrtv]|[0-3]?[0-7]{1,2}(?![0-7])|x|[NuU])|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bracket:
    """An open bracket: its sign, and whether it picks an item rather than makes a list."""

    sign: str
    subscript: bool = False


def demanding(text: str) -> Counter[str]:
    """How often each spelling that asks for a newer Python, or earns a warning, stands in the text.

    Raises SyntaxError or tokenize.TokenError where the text is not Python.
    """
    stream = [each for each in tokens(text) if each.type not in SKIPPED]
    return Counter([*_brackets(stream), *_literals(stream), *_nested_quotes(text)])


def _brackets(stream: list[tokenize.TokenInfo]) -> Iterator[str]:
    """Spellings that differ by a pair of brackets."""
    first = ""
    stack: list[Bracket] = []
    for at, token in enumerate(stream):
        sign = token.string
        before = stream[at - 1] if at else None
        if not stack and (before is None or before.type == tokenize.NEWLINE or before.string in (";", ":", "async")):
            first = sign
        if sign in OPENING and token.type == tokenize.OP:
            stack.append(Bracket(sign, sign == "[" and before is not None and _ends_value(before)))
        elif sign in CLOSING and token.type == tokenize.OP and stack:
            stack.pop()
        yield from _unbracketed(sign, before.string if before else "", first, stack)
        if sign == "with" and token.type == tokenize.NAME and _is_wrapped(stream, at + 1):
            yield "with (a, b):"
        if sign == "@" and first == "@" and stream[at + 1].string == "(":
            yield "@(a)"


def _unbracketed(sign: str, before: str, first: str, stack: list[Bracket]) -> Iterator[str]:
    inside = stack[-1] if stack else Bracket("")
    if sign == "*" and before in ("return", "yield", "in", ",") and not stack and first in ("return", "yield", "for"):
        yield "return *a, b"
    if sign == "*" and before == "yield" and stack:
        yield "return *a, b"
    if sign == "*" and before in ("[", ",") and inside.subscript:
        yield "a[*b]"
    if sign == ":=" and (inside.subscript or inside.sign == "{"):
        yield "a[b := c]"
    if sign == "," and first == "except" and not stack:
        yield "except A, B:"


def _ends_value(token: tokenize.TokenInfo) -> bool:
    name = token.type == tokenize.NAME and not keyword.iskeyword(token.string)
    return name or token.string in CLOSING or token.type in (tokenize.STRING, F_END)


def _is_wrapped(stream: list[tokenize.TokenInfo], at: int) -> bool:
    """Whether brackets around all items of a `with` begin here: inside are a comma or `as`, and a colon follows."""
    depth, several = 0, False
    for place in range(at, len(stream)):
        sign = stream[place].string
        depth += (sign in OPENING) - (sign in CLOSING)
        if depth == 0:
            return several and place > at and stream[place + 1].string == ":"
        several = several or (depth == 1 and sign in (",", "as"))
    return False


def _literals(stream: list[tokenize.TokenInfo]) -> Iterator[str]:
    """Escapes that Python does not know and warns of."""
    for token in stream:
        if token.type not in (tokenize.STRING, F_MIDDLE):
            continue
        prefix = (PREFIX.match(token.string) or [""])[0].lower() if token.type == tokenize.STRING else ""
        if "r" not in prefix:
            yield from ("unknown escape" for match in ESCAPE.finditer(token.string) if _is_unknown(match, prefix))


def _is_unknown(match: re.Match[str], prefix: str) -> bool:
    return match["known"] is None or ("b" in prefix and match["known"] in "NuU")


def _nested_quotes(text: str) -> Iterator[str]:
    """Since Python 3.12: quotes of the same kind, comments and line ends inside a formatted string."""
    if F_START == -1:
        return
    quotes: list[str] = []
    for token in tokens(text):
        quote = token.string.lstrip(ascii_letters)[:3]
        if quotes and _is_nested(token, quote, quotes):
            yield "f'{'a'}'"
        if token.type == F_START:
            quotes.append(quote)
        elif token.type == F_END and quotes:
            quotes.pop()


def _is_nested(token: tokenize.TokenInfo, quote: str, quotes: list[str]) -> bool:
    """Whether a token inside formatted strings could not stand there before."""
    if token.type in (F_START, tokenize.STRING):
        return "\\" in token.string or any(quote[:1] == each[:1] for each in quotes)
    return token.type == tokenize.COMMENT or (token.type == tokenize.NL and len(quotes[-1]) < 3)
