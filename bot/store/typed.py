"""Plain JSON back to our values by their types: what `plain.to_text` wrote, by this version or by an older one."""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def from_text(kind: type[T], text: str) -> T:
    """A value of that dataclass. Fields that it no longer has are left out, those that are new get their default.

    Raises KeyError, TypeError or ValueError when the text is of something else.
    """
    return cast("T", _value(kind, json.loads(text)))


def _value(kind: Any, plain: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if plain is None else _value(next(one for one in inner if one is not type(None)), plain)
    if origin is tuple:
        return tuple(_value(inner[0], one) for one in plain)
    if origin in (frozenset, set):
        return frozenset(_value(inner[0], one) for one in plain)
    if origin in (dict, Mapping):
        return {key: _value(inner[1], one) for key, one in plain.items()}
    if is_dataclass(kind):
        return _dataclass(kind, plain)
    if kind is datetime:
        return datetime.fromisoformat(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind[plain.upper()]
    return plain


def _dataclass(kind: Any, plain: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{one.name: _value(hints[one.name], plain[one.name]) for one in fields(kind) if one.name in plain})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
