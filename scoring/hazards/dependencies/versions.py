"""Versions as numbers with points, and what a step from one to another promises: only plain releases are compared.

Semantic Versioning 2.0.0; before 1.0.0 a step of the second number may break as one of the first does later.
"""

import re
from itertools import zip_longest
from typing import Literal

LONGEST = 1000  # characters of a requirement that is read
Step = Literal["same", "minor", "major", "down", "odd"]
PLAIN = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,5})(?:\+[\w.-]{1,80})?")
_OPERATOR = re.compile(r"(\^|~=|~>|~|===|==|=|>=|<=|!=|>|<)?\s*v?(\d[\w.+*-]*|\*)")


def numbers(version: str) -> tuple[int, ...] | None:
    """1.20.0 is (1, 20); None for what is no plain release: a candidate, a date of a commit, a tag with words."""
    match = PLAIN.fullmatch(version.strip())
    if match is None:
        return None
    parts = [int(part) for part in match[1].split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def step(before: str, after: str) -> Step:
    """What may be expected of a step between two versions; odd where one of them is no plain release."""
    old, new = numbers(before), numbers(after)
    if before == after:
        return "same"
    if old is None or new is None:
        return "odd"
    if new <= old:
        return "down" if new < old else "odd"  # 1.0 and 1.0.0 are one release by two names
    return "major" if _breaking(old) != _breaking(new) else "minor"


def _breaking(version: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers up to the first that is not zero: while they stay, nothing should break."""
    for place, number in enumerate(version[:2]):
        if number:
            return version[: place + 1]
    return version[:3]


def skeleton(spec: str) -> tuple[str, tuple[str, ...]]:
    """A requirement without its versions, and those: `>=1.2,<2` is `>=#,<#` and 1.2, 2."""
    if len(spec) > LONGEST:
        return spec, ()
    versions = tuple(match[2] for match in _OPERATOR.finditer(spec))
    return _OPERATOR.sub(lambda match: f"{match[1] or ''}#", spec), versions


def admits(spec: str, version: str, *, bare: Literal["=", "^"]) -> bool | None:
    """Whether a requirement lets a version in; None: it cannot be told. `bare`: what a version alone means."""
    if len(spec) > LONGEST:
        return None
    answers: list[bool | None] = []
    for part in re.split(r"\s*\|\|\s*", spec.strip()):
        pieces = [piece for piece in re.split(r"\s*,\s*|\s+(?=[\^~<>=!*\dv])", part) if piece]
        answers.append(_all([_admits(piece, version, bare) for piece in pieces]))
    return True if True in answers else (None if None in answers else False)


def _all(answers: list[bool | None]) -> bool | None:
    if not answers or None in answers:
        return None
    return all(answers)


def _admits(piece: str, version: str, bare: str) -> bool | None:
    if piece in ("*", "x", "latest"):
        return True
    match = _OPERATOR.fullmatch(piece)
    actual = numbers(version)
    if match is None or actual is None:
        return None
    operator, wanted = match[1] or bare, match[2]
    if wanted.endswith((".*", ".x")):
        prefix = numbers(wanted[:-2])
        operator, low = "prefix" if operator in ("=", "==", "^", "~", bare) else operator, prefix
    else:
        low = numbers(wanted)
    return None if low is None else _compared(operator, wanted, low, actual)


def _compared(operator: str, wanted: str, low: tuple[int, ...], actual: tuple[int, ...]) -> bool | None:
    written = wanted.removesuffix(".*").removesuffix(".x").count(".") + 1
    match operator:
        case "=" | "==" | "===":
            return actual == low
        case ">=":
            return actual >= low
        case ">":
            return actual > low
        case "<=":
            return actual <= low
        case "<":
            return actual < low
        case "!=":
            return actual != low
        case "prefix":
            return _starts(actual, low, written)
        case "^":
            return actual >= low and _breaking(actual) == _breaking(low)
        case "~":
            return actual >= low and _starts(actual, low, min(2, written))
        case "~=" | "~>":
            return actual >= low and _starts(actual, low, max(1, written - 1))
        case _:
            return None


def _starts(actual: tuple[int, ...], low: tuple[int, ...], places: int) -> bool:
    both = list(zip_longest(actual, low, fillvalue=0))[:places]
    return all(one == other for one, other in both)
