"""The one form of an answer that counts, checked here whatever the endpoint promises; its words reach nobody.

Every stretch that was shown gets one verdict, by its id; one left out, named twice or made up makes the answer none.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.policy.candidate import Category, Signal
from bot.reviewer.pieces import Piece

MOST_CHARACTERS = 64_000
NONE = "none_of_these"
_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)


class Malformed(ValueError):
    """Not of the form that was asked for; the message is ours and repeats nothing of the answer."""


class StretchVerdict(BaseModel):
    model_config = _STRICT

    id: int
    category: Category | Literal["none_of_these"]
    evidence: Annotated[tuple[int, ...], Field(min_length=1, max_length=50)]  # numbers of lines that were shown


class Verdict(BaseModel):
    model_config = _STRICT

    stretches: Annotated[tuple[StretchVerdict, ...], Field(min_length=1, max_length=100)]
    confidence: Annotated[int, Field(ge=0, le=10)]
    effort: Annotated[int, Field(ge=1, le=5)]
    signals: Annotated[tuple[Signal, ...], Field(max_length=5)]


SCHEMA: dict[str, Any] = Verdict.model_json_schema()


def read_verdict(text: str, piece: Piece) -> Verdict:
    """Raises Malformed."""
    if len(text) > MOST_CHARACTERS:
        raise Malformed("the answer is too long")
    try:
        json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
        verdict = Verdict.model_validate_json(text)
    except ValidationError as error:
        raise Malformed("; ".join(_problem(each) for each in error.errors(include_url=False)[:5])) from None
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed("the answer is not one JSON object and nothing else") from None
    _covering(verdict, piece)
    return verdict


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise Malformed("a name stands twice in one object")
    return dict(pairs)


def _no_constant(_: str) -> float:
    raise Malformed("a number is none that JSON has")


_NAMES = frozenset({*Verdict.model_fields, *StretchVerdict.model_fields})


def _problem(error: Any) -> str:
    """In our words: names that the answer made up are not repeated."""
    place = ".".join(str(each) for each in error["loc"] if isinstance(each, int) or each in _NAMES)
    return f"{place or 'the answer'}: {str(error['type']).replace('_', ' ')}"


def _covering(verdict: Verdict, piece: Piece) -> None:
    shown = {each.id: {line.number for line in each.lines} for each in piece.stretches}
    ids = [each.id for each in verdict.stretches]
    if len(set(ids)) < len(ids) or not set(ids) <= shown.keys():
        raise Malformed("stretches: an id stands twice or was never given")
    if len(ids) < len(shown):
        raise Malformed(f"stretches: {len(shown) - len(ids)} of {len(shown)} ids have no verdict")
    if any(not shown[each.id].issuperset(each.evidence) for each in verdict.stretches):
        raise Malformed("evidence: a line that does not stand in that stretch")
