"""Ways to write the same Python tree that an older Python cannot read, or that Python warns of when it reads them.

A bracket taken away leaves the tree as it is, and yet the file may no longer load on the oldest Python that a project
supports. Which one that is cannot be known here, so that a change towards such a spelling is never proved.
"""

import io
import re
import token as kinds
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
F_START, F_END = getattr(kinds, "FSTRING_START", -1), getattr(kinds, "FSTRING_END", -1)  # since Python 3.12
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
PREFIX = re.compile(r"[a-zA-Z]*")
# Escapes with a meaning, a byte string's without names; an octal one above 377 is warned of.
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
    stream = [each for each in tokenize.generate_tokens(io.StringIO(text).readline) if each.type not in SKIPPED]
    return Counter([*_brackets(stream), *_literals(stream), *_nested_quotes(text)])


def _brackets(stream: list[tokenize.TokenInfo]) -> Iterator[str]:
    """Spellings that differ by a pair of brackets."""
    first = ""
    stack: list[Bracket] = []
    for at, token in enumerate(stream):
        sign = token.string
        before = stream[at - 1] if at else None
        if not stack and (before is None or before.type == tokenize.NEWLINE or before.string in (";", ":")):
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
    return token.string in CLOSING or token.type in (tokenize.STRING, F_END) or token.string.isidentifier()


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
    """What Python warns of: unknown escapes, and a number that runs into a word."""
    for token, after in zip(stream, [*stream[1:], None], strict=True):
        if token.type == tokenize.STRING and "r" not in (PREFIX.match(token.string) or [""])[0].lower():
            yield from ("unknown escape" for match in ESCAPE.finditer(token.string) if match["known"] is None)
        if token.type == tokenize.NUMBER and after and after.type == tokenize.NAME and after.start == token.end:
            yield "1if"


def _nested_quotes(text: str) -> Iterator[str]:
    """Since Python 3.12: quotes of the same kind, comments and line ends inside a formatted string."""
    if F_START == -1:
        return
    open_: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        quote = token.string.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")[:3]
        if token.type in (F_START, tokenize.STRING) and any(quote[:1] == each[:1] for each in open_):
            yield "f'{'a'}'"
        elif open_ and (token.type == tokenize.COMMENT or (token.type == tokenize.NL and len(open_[-1]) < 3)):
            yield "f'{'a'}'"
        elif open_ and token.type == tokenize.STRING and "\\" in token.string:
            yield "f'{'a'}'"
        if token.type == F_START:
            open_.append(quote)
        elif token.type == F_END and open_:
            open_.pop()
