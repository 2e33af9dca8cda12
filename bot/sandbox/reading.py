"""What a request carries, as GitHub takes it: JSON that every part of the forge can hold, and a query."""

import json
from typing import Any
from urllib.parse import parse_qsl

from flask import request

from bot.sandbox.errors import Refusal


def query() -> dict[str, str]:
    """The query of the request; of a name that is given twice the last counts."""
    return dict(parse_qsl(request.query_string.decode(errors="replace"), keep_blank_values=True))


def body() -> Any:
    """The JSON body, None where there is none. Raises Refusal (400)."""
    raw = request.get_data()
    if not raw:
        return None
    try:
        read = json.loads(raw, parse_constant=no_number)
        holdable(read)
    except (ValueError, RecursionError) as unreadable:
        raise Refusal(400, "Problems parsing JSON") from unreadable
    return read


def no_number(name: str) -> Any:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def holdable(value: Any) -> None:
    """Whether all text in it can be written down: half a surrogate pair cannot. Raises UnicodeEncodeError."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for name, part in value.items():
            holdable(name)
            holdable(part)
    elif isinstance(value, list):
        for part in value:
            holdable(part)
