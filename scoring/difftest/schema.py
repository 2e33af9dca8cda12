"""The published form of a difference: one JSON object a line, the seven attributes and where it comes from.

A missing attribute is no error: it is named in `missing`. One of another type is read as text where that is possible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scoring.difftest.labels import Label, NoiseReason, label_of
from scoring.difftest.privacy import private_value
from scoring.difftest.record import ATTRIBUTES, CATEGORIES, Comment, Difference, Origin, identity
from scoring.difftest.trimmed import LINES, Mask, as_it_is, line, lines, text
from scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class Property:
    """One member of the object: its type in JSON Schema's words, and what it means."""

    name: str
    type: Mapping[str, Any]
    words: str


_TEXT = {"type": "string"}
_TEXTS = {"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
_TIME = {"type": "string", "format": "date-time"}
PROPERTIES = (
    Property("category", {"type": "string", "examples": list(CATEGORIES)}, "What kind of difference it is."),
    Property("description", _TEXT, "What differs, in one or a few sentences."),
    Property("calls", _TEXTS, "The request calls it belongs to, one a line."),
    Property("tags", _TEXTS, "Identifiers and labels of your own."),
    Property(
        "comments",
        {
            "oneOf": [
                _TEXT,
                {
                    "type": "array",
                    "items": {
                        "oneOf": [
                            _TEXT,
                            {
                                "type": "object",
                                "required": ["text"],
                                "properties": {"text": _TEXT, "at": _TIME, "by": _TEXT},
                            },
                        ]
                    },
                },
            ]
        },
        "What people wrote beside it. Without `at`, or at or after the label, no labeller sees it.",
    ),
    Property("test_logs", _TEXTS, "What the test build (the candidate) logged, a line each."),
    Property("prod_logs", _TEXTS, "What production (the primary) logged, a line each."),
    Property("id", _TEXT, "Your name for it; made from the rest where it is missing. The same id is read once."),
    Property("team", _TEXT, "Whose difference it is: vocabulary, examples and bars of teams are apart."),
    Property("build", _TEXT, "The test build; differences of one build are one release."),
    Property("baseline", _TEXT, "The build in production."),
    Property("snapshot", _TEXT, "The recording that people label together, as of one week."),
    Property("request", _TEXT, "The request's id, or its trace id."),
    Property("endpoint", _TEXT, 'Method and path: "GET /users/17", or a name.'),
    Property("sampling_rate", {"type": "number", "minimum": 0, "maximum": 1}, "The share of traffic that was forked."),
    Property("at", _TIME, "When the request was answered."),
    Property("field", _TEXT, 'Where: "status", "header.vary", "body.items[*].id".'),
    Property("kind", _TEXT, "How: added, removed, type, format, value, masked, order, swapped, status 200→500, ..."),
    Property("pattern", _TEXT, "Both sides with their values masked."),
    Property("left", {"type": ["string", "null"]}, "What production answered there."),
    Property("right", {"type": ["string", "null"]}, "What the candidate answered there."),
    Property("noisy", {"type": ["boolean", "null"]}, "Whether production, asked twice, differed there too."),
    Property("label", {"enum": [*Label, "UserMarkedNoise", "NewFeature", "Regression"]}, "What a person called it."),
    Property("labelled_at", _TIME, "When: nothing from later is used to predict it."),
    Property("labelled_by", _TEXT, "Who."),
    Property("noise_reason", {"enum": list(NoiseReason)}, "Why noise is noise."),
)  # fmt: skip
_ALIASES = {
    "production_logs": "prod_logs",
    "testlogs": "test_logs",
    "prodlogs": "prod_logs",
    "productionlogs": "prod_logs",
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one line (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A difference between two builds",
        "type": "object",
        "properties": {one.name: {"description": one.words, **one.type} for one in PROPERTIES},
    }


def read_difference(value: Mapping[str, Any], origin: Origin, mask: Mask = private_value) -> Difference:
    """One line's object as a record, masked for keeping. What it does not say of its origin is taken from `origin`.

    `mask` is handed the name of a field, or "", and its text: `as_it_is` for what was masked before.

    Raises ScoringError for a label, a time or a rate that is none.
    """
    members = {_name(key): each for key, each in value.items() if each is not None}
    home = _origin(members, origin)
    field = _short(members, "field", mask)
    whole = {name: _texts(members.get(name), mask) for name in ("calls", "tags", "test_logs", "prod_logs")}
    description = text(_plain(members.get("description")), mask)
    category = _short(members, "category", mask) or "Misc"
    request, endpoint, kind = (_short(members, name, mask) for name in ("request", "endpoint", "kind"))
    parts = (request, endpoint, field, kind, category, description, *whole["calls"], *whole["test_logs"])
    label = label_of(_plain(members["label"])) if "label" in members else None
    return Difference(
        id=_short(members, "id", mask) or identity(home, *parts),
        origin=home,
        request=request,
        endpoint=endpoint,
        at=when(members.get("at")),
        category=category,
        description=description,
        comments=tuple(_comments(members.get("comments"), mask)),
        field=field,
        kind=kind,
        pattern=_short(members, "pattern", mask),
        left=_side(members, "left", field, mask),
        right=_side(members, "right", field, mask),
        noisy=bool(members["noisy"]) if "noisy" in members else None,
        label=label,
        labelled_at=when(members.get("labelled_at")),
        labelled_by=_short(members, "labelled_by", as_it_is),
        noise_reason=NoiseReason(members["noise_reason"]) if members.get("noise_reason") in list(NoiseReason) else None,
        missing=tuple(name for name in ATTRIBUTES if name not in members),
        **whole,
    )


def _origin(members: Mapping[str, Any], otherwise: Origin) -> Origin:
    return Origin(
        _short(members, "team", as_it_is) or otherwise.team,
        _short(members, "build", as_it_is) or otherwise.build,
        _short(members, "baseline", as_it_is) or otherwise.baseline,
        _short(members, "snapshot", as_it_is) or otherwise.snapshot,
        _rate(members.get("sampling_rate"), otherwise.sampling_rate),
    )


def plain(difference: Difference) -> dict[str, Any]:
    """The object that `read_difference` reads the same record from; what is empty is left out."""
    home, shown = difference.origin, {}
    for one in PROPERTIES:
        source = home if hasattr(home, one.name) else difference
        value = getattr(source, one.name)
        if one.name == "comments":
            value = [_comment(each) for each in difference.comments]
        missing = one.name in difference.missing and value in ("", (), [])
        unsaid = value == "" and one.name not in (*ATTRIBUTES, "left", "right")
        if value is None or missing or unsaid:
            continue
        shown[one.name] = _json(value)
    return shown


def when(value: Any) -> datetime | None:
    """A time in UTC; one without a zone is in UTC. Raises ScoringError where `value` is none."""
    if value in (None, ""):
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        at = datetime.fromisoformat(str(value))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise ScoringError(f"{str(value)[:40]!r} is no time: write it as 2026-03-02T08:15:00Z") from None


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _comment(comment: Comment) -> Any:
    if comment.at is None and not comment.by:
        return comment.text
    return {"text": comment.text, "by": comment.by} | ({"at": comment.at.isoformat()} if comment.at else {})


def _name(key: str) -> str:
    name = str(key).strip().lower().replace(" ", "_").replace("-", "_")
    return _ALIASES.get(name, name)


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _short(members: Mapping[str, Any], name: str, mask: Mask) -> str:
    return line(_plain(members.get(name)), mask) if name in members else ""


def _side(members: Mapping[str, Any], name: str, field: str, mask: Mask) -> str | None:
    return text(_plain(members[name]), mask, field) if name in members else None


def _texts(value: Any, mask: Mask) -> tuple[str, ...]:
    """Lines of a log, or one text that has them."""
    return lines(map(_plain, value) if isinstance(value, list) else _plain(value).splitlines(), mask)


def _comments(value: Any, mask: Mask) -> Iterable[Comment]:
    for each in value[:LINES] if isinstance(value, list) else [value] if value else []:
        if isinstance(each, dict):
            words = text(_plain(each.get("text")), mask)
            yield Comment(words, when(each.get("at")), line(_plain(each.get("by")), mask))
        else:
            yield Comment(text(_plain(each), mask))


def _rate(value: Any, otherwise: float | None) -> float | None:
    if value is None:
        return otherwise
    try:
        rate = float(value)
    except (TypeError, ValueError):
        rate = -1.0
    if not 0 <= rate <= 1:
        raise ScoringError(f"a sampling rate of {str(value)[:20]} is none: write a share from 0 to 1")
    return rate
