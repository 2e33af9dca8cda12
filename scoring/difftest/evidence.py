"""Why a label: the line that weighs most, quoted from the record, and the facts that were counted."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.difftest.groups import Group
from scoring.difftest.suggestion import Reason, verbatim
from scoring.difftest.vectors import WIDTH, Row, place_of, words

MOST = 3
QUOTE = 160
# an attribute -> where its lines stand in the record
_SPOKEN = {"description": "the description says", "test_logs": "the candidate logs", "prod_logs": "production logs"}


def reasons(group: Group, row: Row, weight: NDArray[np.float64], columns: NDArray[np.intp]) -> tuple[Reason, ...]:
    """At most MOST, the weightiest first. `weight`: what each of `columns` adds for the label, the intercept last."""
    full = np.zeros(WIDTH + len(row.facts))
    full[columns] = weight[:-1]
    weighed = [*_facts(group, row, full[WIDTH:]), *_lines(group, full[:WIDTH])]
    reasons = [reason for value, reason in sorted(weighed, key=lambda each: -each[0]) if value > 0]
    return verbatim(tuple(reasons[:MOST]), group.examples[0])


def _facts(group: Group, row: Row, weight: NDArray[np.float64]) -> Iterator[tuple[float, Reason]]:
    for (name, value), each in zip(row.facts.items(), weight, strict=True):
        if value > 0:
            yield float(value * each), Reason(_sentence(group, name))


def _sentence(group: Group, name: str) -> str:
    if name == "production differs by itself":
        return f"production, asked twice, differs there in {group.noisy} of {group.asked_twice} requests"
    if name == "production was asked twice and never differs":
        return f"production, asked twice, never differs there in {group.asked_twice} requests"
    if name.startswith("signal "):
        return "; ".join(sorted(each for each in group.signals if each.name.lower() == name.removeprefix("signal ")))
    if name == "many":
        return f"{group.count} differences are alike"
    if name.startswith("earlier "):
        return f"it was called {name.removeprefix('earlier ')} in an earlier release"
    return name.replace("kind ", "its kind is ").replace("in ", "it is in the ", 1) if " " in name else name


def _lines(group: Group, weight: NDArray[np.float64]) -> Iterator[tuple[float, Reason]]:
    first = group.examples[0]
    sides: dict[str, Sequence[str]] = {
        "description": (first.description,), "test_logs": first.test_logs, "prod_logs": first.prod_logs,
    }  # fmt: skip
    for name, lines in sides.items():
        values = [(_value(name, line, weight), line) for line in lines[:40]]
        if values:
            value, line = max(values, key=lambda each: each[0])
            yield value, Reason(_SPOKEN[name], line[:QUOTE])


def _value(name: str, line: str, weight: NDArray[np.float64]) -> float:
    places = [place_of(each) for each in words({name: line})]
    return float(sum(sign * weight[place] for place, sign in places) / max(1.0, len(places) ** 0.5))
