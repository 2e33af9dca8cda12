"""Times of one object beside each other: an expiry comes after its issue, and as long after it as before."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import combinations
from typing import Any

SLACK_S = 2.0
SLACK = 0.05
MOST = 12  # times of one object that are compared with each other
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0  # the years 2000 to 2100
_START = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2}, \d")


def moment(value: Any) -> float | None:
    """Seconds since 1970 where `value` is a time: ISO 8601, as in mail, or seconds or milliseconds since 1970."""
    match value:
        case bool():
            return None
        case int() | float():
            return next((value / scale for scale in (1.0, 1e3, 1e6) if _EARLIEST <= value / scale < _LATEST), None)
        case str() if 16 <= len(value) <= 40 and _START.match(value):
            return _parsed(value)
        case _:
            return None


def broken(
    left: Mapping[str, Any], right: Mapping[str, Any], answered: tuple[str, str] | None = None
) -> Iterator[tuple[str, tuple[str, str]]]:
    """(name, (left, right)) of each time whose relation to another one of the same object is not as it was.

    Where both sides say when they answered, a time that moved is also looked at beside that.
    """
    names = [name for name in left if moment(left[name]) is not None and moment(right.get(name)) is not None]
    named: set[str] = set()
    for first, second in combinations(names[:MOST], 2):
        gaps = [float(moment(side[second]) or 0) - float(moment(side[first]) or 0) for side in (left, right)]
        if second not in named and _differ(*gaps):
            named.add(second)
            yield f"{second} - {first}", (f"{gaps[0]:.0f} s", f"{gaps[1]:.0f} s")
    if answered is not None and not named and all(moment(each) is not None for each in answered):
        yield from _beside_the_answer([name for name in names if left[name] != right[name]], left, right, answered)


def _beside_the_answer(
    moved: list[str], left: Mapping[str, Any], right: Mapping[str, Any], answered: tuple[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in moved[:MOST]:
        gaps = [
            float(moment(side[name]) or 0) - float(moment(at) or 0)
            for side, at in zip((left, right), answered, strict=True)
        ]
        if _differ(*gaps):
            yield f"{name} - answer", (f"{gaps[0]:.0f} s", f"{gaps[1]:.0f} s")


def _differ(left: float, right: float) -> bool:
    if min(abs(left), abs(right)) > SLACK_S and (left > 0) != (right > 0):
        return True
    return abs(left - right) > max(SLACK_S, SLACK * max(abs(left), abs(right)))


def _parsed(text: str) -> float | None:
    try:
        at = parsedate_to_datetime(text) if text[0].isalpha() else datetime.fromisoformat(text.replace(",", "."))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
