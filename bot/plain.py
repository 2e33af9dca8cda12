"""Our frozen values as plain JSON and back: the one way, for rows, for records of the audit log, for what jobs carry.

What was written stays readable: a field that is gone is passed over, a new one gets its default. Any text survives,
lone surrogates of odd file names included: JSON is made and read as text, where they are escapes, and values are
checked as Python has them. Pydantic's own JSON is UTF-8, which cannot hold them.
"""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


class ByName(Enum):
    """Base of an enum that is read back where it was written by its name, in lower case."""

    @classmethod
    def _missing_(cls, value: object) -> "ByName | None":
        return cls.__members__.get(value.upper()) if isinstance(value, str) else None


def plain(value: object, *, named: bool = True) -> Any:
    """Only None, bool, int, float, str, list and dict; sets are sorted.

    A dataclass carries its name as `is`, and an enum is its name; not `named`, for whoever knows what it is, they are
    the fields and the value.
    """
    if isinstance(value, Enum):
        return value.name.lower() if named else value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        shown = {field.name: plain(getattr(value, field.name), named=named) for field in fields(value)}
        return {"is": type(value).__name__, **shown} if named else shown
    if isinstance(value, Mapping):
        return {str(key): plain(one, named=named) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(one, named=named) for one in value), key=repr)
    if isinstance(value, list | tuple):
        return [plain(one, named=named) for one in value]
    return str(value)


def to_text(value: object) -> str:
    """Canonical: equal values give equal text."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"))


def read(kind: type[T], value: object) -> T:
    """What `plain` was given, of that type. Raises ValueError when it is none."""
    adapter: TypeAdapter[T] = _adapter(cast("Any", kind))
    return adapter.validate_python(value)


def from_text(kind: type[T], text: str) -> T:
    """What `to_text` was given, of that type. Raises ValueError when it is none."""
    return read(kind, json.loads(text))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
