"""Predictions that were frozen before people labelled, compared when their labels are there."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scoring.difftest.answers import OPEN
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.measures import Measures, Pair, measure
from scoring.difftest.schema import when
from scoring.difftest.suggestion import Suggestion

LEAST = 4  # snapshots, below which nothing is said of the next one


def frozen(groups: Sequence[Group], suggestions: Mapping[str, Suggestion], at: datetime) -> list[dict[str, Any]]:
    """One object a group, with a digest over all of it: what is changed later shows."""
    rows = [
        {
            "group": each.id,
            "release": each.key.release,
            "snapshot": each.examples[0].origin.snapshot,
            "count": each.count,
            "label": suggestions[each.id].label,
            "confidence": suggestions[each.id].confidence,
            "by": suggestions[each.id].by,
            "at": at.isoformat(),
        }
        for each in groups
    ]
    return [row | {"digest": digest(row)} for row in rows]


def digest(row: Mapping[str, Any]) -> str:
    """Of everything but the digest itself."""
    parts = [f"{name}={row[name]}" for name in sorted(row) if name != "digest"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Compared:
    """Snapshot -> measures over differences. `early`: labelled before they were predicted; `changed`: not as frozen."""

    snapshots: dict[str, Measures]
    early: int
    unlabelled: int
    changed: int

    @property
    def enough(self) -> bool:
        return len(self.snapshots) >= LEAST


def compared(predictions: Iterable[Mapping[str, Any]], desk: Desk) -> Compared:
    """Only predictions whose label came later count."""
    ids = {each.id for each in desk.groups}
    pairs: dict[str, list[tuple[Pair, int]]] = {}
    early = unlabelled = changed = 0
    for row in predictions:
        standing, at = desk.standing.get(str(row["group"]), OPEN), when(row["at"])
        if row["group"] not in ids:
            continue
        if digest(row) != row.get("digest"):
            changed += 1
        elif standing.label is None:
            unlabelled += 1
        elif standing.at is None or at is None or standing.at <= at:
            early += 1
        else:
            predicted = Label(row["label"]) if row["label"] else None
            name = str(row["snapshot"] or row["release"])
            pairs.setdefault(name, []).append(((standing.label, predicted), int(row["count"])))
    return Compared({name: measure(_counted(each)) for name, each in pairs.items()}, early, unlabelled, changed)


def _counted(pairs: Sequence[tuple[Pair, int]]) -> list[Pair]:
    return [pair for pair, count in pairs for _ in range(count)]
