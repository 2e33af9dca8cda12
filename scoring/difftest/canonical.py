"""One text for equal values: sorted names, composed characters, numbers as numbers."""

import base64
import json
import re
import unicodedata
from typing import Any

_JWT = re.compile(r"eyJ[\w-]{4,}\.([\w-]{4,})\.[\w-]*")


def canonical(value: Any) -> str:
    """JSON with sorted names and no spaces: 1 and 1.0 stay two values, 1e2 and 100.0 do not."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def composed(value: Any) -> Any:
    """The same value with every text in Unicode's composed form (NFC)."""
    match value:
        case str():
            return value if value.isascii() else unicodedata.normalize("NFC", value)
        case dict():
            return {composed(name): composed(each) for name, each in value.items()}
        case list():
            return [composed(each) for each in value]
        case _:
            return value


def type_name(value: Any) -> str:
    """The type in JSON's words, with whole numbers told apart."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def claims(text: str) -> dict[str, Any] | None:
    """What a JSON web token says, None where `text` is none. Its signature is not looked at: it is only compared."""
    match = _JWT.fullmatch(text)
    if match is None:
        return None
    try:
        value = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
