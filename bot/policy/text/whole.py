"""Text from outside, made fit to be kept, sent and shown: half of a character is none, what is hidden is visible."""

import re
import unicodedata
from typing import Any

_HALF = re.compile(r"[\ud800-\udfff]")
_ODD = "\N{REPLACEMENT CHARACTER}"


def whole(text: str) -> str:
    """The same with every lone half of a character replaced; most texts hold none."""
    return text if text.isascii() else _HALF.sub(_ODD, text)


def all_whole(value: Any) -> Any:
    """The same for everything in plain JSON, keys included. Raises RecursionError for what is nested too deep."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [all_whole(one) for one in value]
    if isinstance(value, dict):
        return {whole(key): all_whole(one) for key, one in value.items()}
    return value


def visible(text: str) -> str:
    """Hidden, control, direction and line-breaking characters shown as \\u escapes, so that nothing is obeyed."""
    if text.isascii() and text.isprintable():
        return text  # as most texts are
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in "\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return " "
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char
