"""Our values as plain JSON and back. Any text survives, lone surrogates of odd file names included."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.policy.config.freezes import Freeze
from bot.policy.escalation import Escalation
from bot.policy.pull import Person
from scoring.assessment import Assessment, Evidence, Part, Proof, Reason, Suggestion


def plain(value: object) -> Any:
    """Only None, bool, int, float, str, list and dict; sets are sorted, a dataclass carries its name as `is`."""
    if isinstance(value, Enum):
        return value.name.lower()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return {"is": type(value).__name__, **named}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(one) for one in value), key=repr)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value)


def to_text(value: object) -> str:
    """Canonical: equal values give equal text."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"))


def _body(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text)
    return _without_names(body)


def _without_names(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "is"}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _person(body: dict[str, Any] | None) -> Person | None:
    return None if body is None else Person(**_without_names(body))


def escalation(text: str) -> Escalation:
    body = _body(text)
    body |= {name: _moment(body.get(name)) for name in ("at", "expires", "answered_at", "ended_at")}
    body |= {name: _person(body.get(name)) for name in ("by", "first", "answered_by")}
    body["content"] = body["content"] or None  # an older version kept what nobody knew as ""
    body.pop("private", None)  # records of an older version hold it, always empty
    return Escalation(**body)


def freeze(text: str) -> Freeze:
    body = _body(text)
    body |= {name: _moment(body[name]) for name in ("start", "end")}
    body |= {name: None if body[name] is None else tuple(body[name]) for name in ("branches", "paths")}
    return Freeze(**body | {"by": _person(body["by"])})


def _reason(body: dict[str, Any]) -> Reason:
    seen = tuple(Evidence(**_without_names(one)) for one in body["evidence"])
    return Reason(**_without_names(body) | {"evidence": seen})


def _suggestion(body: dict[str, Any]) -> Suggestion:
    return Suggestion(**_without_names(body) | {"paths": tuple(body["paths"])})


def assessment(text: str) -> Assessment:
    body = _body(text)
    body["at"] = _moment(body["at"])
    # what was stored before 0.2 names features, not claims, and advises without both ranks: it is not shown again
    body["reasons"] = tuple(_reason(one) for one in body["reasons"] if "claim" in one)
    body["suggestions"] = tuple(_suggestion(one) for one in body["suggestions"] if "moved" in one)
    body["proof"] = Proof(**_without_names(body["proof"])) if body["proof"] else None
    # assessments stored before 0.2 name no parts
    body["parts"] = tuple(Part(**_without_names(one)) for one in body.get("parts", ()))
    return Assessment(**body)
