"""Texts as directions, by the `/embeddings` of an OpenAI-compatible endpoint: a few at a time, in any order."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.reviewer.service import Service, Silent, same_model, tokens_of

AT_ONCE = 32  # texts of one request
WIDEST = 16_384  # numbers of one embedding
MOST_ANSWER = 16 << 20  # bytes: 32 times 16,384 numbers of 32 characters
Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A row of finite numbers a text, all of one width. `tokens` None: the endpoint did not say what they took."""

    rows: tuple[Row, ...]
    tokens: int | None


@dataclass
class Embeddings(Service):
    """Embeds with a model."""

    def embed(self, texts: Sequence[str], ends: float) -> Embedded:
        """At most AT_ONCE texts; `ends` by `clock`. Raises Silent."""
        if not 0 < len(texts) <= AT_ONCE:
            raise ValueError(f"1 to {AT_ONCE} texts are embedded at once")
        asked = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        return self.answer(
            "embeddings", lambda: asked, lambda answered: _read(answered, self.model, len(texts)), ends, MOST_ANSWER
        )


def _read(body: bytes, model: str, count: int) -> Embedded:
    """Raises Silent."""
    try:
        answer = json.loads(body)
        named, entries = answer["model"], answer["data"]
        rows = {_place(each["index"]): _row(each["embedding"]) for each in entries}
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        raise Silent("its answer is no list of embeddings") from None
    if not isinstance(named, str):
        raise Silent("its answer is no list of embeddings")
    same_model(named, model)
    if len(entries) != count or sorted(rows) != list(range(count)):
        raise Silent("it did not embed each text once")
    if len({len(each) for each in rows.values()}) != 1:
        raise Silent("its embeddings are of different widths")
    return Embedded(tuple(rows[each] for each in range(count)), tokens_of(answer))


def _place(index: Any) -> int:
    """Raises TypeError."""
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError
    return index


def _row(numbers: Any) -> Row:
    """Raises ValueError or TypeError."""
    if not isinstance(numbers, list) or not 0 < len(numbers) <= WIDEST:
        raise ValueError
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in numbers):
        raise TypeError
    row = tuple(map(float, numbers))
    if not all(map(math.isfinite, row)) or not any(row):
        raise ValueError  # a text without a direction is like no other
    return row
