"""A group as JSON has it and back, and the groups of several uploads as the groups of one repository."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scoring.difftest.groups import EXAMPLES, FACES, PATTERNS, Group, Key, earlier
from scoring.difftest.labels import Label
from scoring.difftest.record import Difference, Origin
from scoring.difftest.schema import plain, read_difference, when
from scoring.difftest.signals import Signal
from scoring.difftest.trimmed import as_it_is


def group_plain(group: Group) -> dict[str, Any]:
    """All but the key and what was measured of its field, which are kept beside it."""
    return {
        "count": group.count,
        "asked_twice": group.asked_twice,
        "noisy": group.noisy,
        "signals": sorted(each.name for each in group.signals),
        "patterns": dict(group.patterns),
        "labels": {label.value: count for label, count in group.labels.items()},
        "snapshots": sorted(group.snapshots),
        "examples": [plain(each) for each in group.examples],
        "first_at": group.first_at.isoformat() if group.first_at else None,
        "labelled_at": group.labelled_at.isoformat() if group.labelled_at else None,
        "declared": group.declared,
        "faces": sorted(group.faces),
        "requests": sorted(group.requests),
    }


def read_group(key: Key, value: Mapping[str, Any]) -> Group:
    """What `group_plain` gave."""
    return Group(
        key,
        count=value["count"],
        asked_twice=value["asked_twice"],
        noisy=value["noisy"],
        signals={Signal[each] for each in value["signals"] if each in Signal.__members__},
        patterns=Counter(value["patterns"]),
        labels=Counter({Label(label): count for label, count in value["labels"].items()}),
        snapshots=set(value["snapshots"]),
        examples=[read_difference(each, Origin(), as_it_is) for each in value["examples"]],
        first_at=when(value["first_at"]),
        labelled_at=when(value["labelled_at"]),
        declared=value.get("declared", 0),  # these three came later
        faces=set(value.get("faces", ())),
        requests=set(value.get("requests", ())),
    )


def together(groups: Iterable[Group]) -> list[Group]:
    """Those of one key as one, in the order in which each was first seen."""
    joined: dict[Key, Group] = {}
    for each in groups:
        joined[each.key] = _two(joined[each.key], each) if each.key in joined else each
    return list(joined.values())


def _two(first: Group, second: Group) -> Group:
    patterns = first.patterns.copy()
    for pattern, count in second.patterns.items():
        if pattern in patterns or len(patterns) < PATTERNS:
            patterns[pattern] += count
    return replace(
        first,
        count=first.count + second.count,
        asked_twice=first.asked_twice + second.asked_twice,
        noisy=first.noisy + second.noisy,
        denied=first.measured_noise is False or second.measured_noise is False,
        signals=first.signals | second.signals,
        patterns=patterns,
        labels=first.labels + second.labels,
        snapshots=first.snapshots | second.snapshots,
        examples=_examples(first, second),
        first_at=earlier(first.first_at, second.first_at),
        labelled_at=earlier(first.labelled_at, second.labelled_at),
        declared=first.declared + second.declared,
        faces=_both(first.faces, second.faces),
        requests=_both(first.requests, second.requests),
    )


def _examples(first: Group, second: Group) -> list[Difference]:
    """Of both where they were compared with other builds, so that the group has no one baseline."""
    if first.baseline == second.baseline:
        return [*first.examples, *second.examples][:EXAMPLES]
    return [*first.examples[: EXAMPLES - 1], second.examples[0]]


def _both(first: set[int], second: set[int]) -> set[int]:
    """One more than FACES says that there are too many to be known."""
    return set(sorted(first | second)[: FACES + 1])
