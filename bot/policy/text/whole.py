"""Text from outside, made fit to be kept and sent: half of a character that stands alone is none."""

import re
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
