"""What a person answered on an earlier build stands for the next one, while both show the same against one baseline.

No prediction: it is the same difference again. A regression that was confirmed stays one in the next build, too.
"""

from collections.abc import Iterable, Mapping, Sequence

from scoring.difftest.answers import Standing, State
from scoring.difftest.groups import FACES, Group, Signature
from scoring.difftest.labels import Label

Answered = Sequence[tuple[Group, Label]]


def answered_before(group: Group, earlier: Answered) -> Label | None:
    """What people called the same signature against the same baseline; None where it shows something new.

    `earlier` are groups of that signature and baseline. Where they were called differently nothing holds.
    """
    labels = {label for _, label in earlier}
    if len(labels) != 1:
        return None
    (label,) = labels
    if label is Label.NOISE and not group.signals and group.measured_noise is not False:
        known = frozenset[str]().union(*(each.patterns for each, _ in earlier))
        return None if group.beyond(known) else label
    seen = frozenset[int]().union(*(each.faces for each, _ in earlier))
    return label if group.faces and group.faces <= seen and len(group.faces) <= FACES else None


def stands_again(
    groups: Sequence[Group], standing: Mapping[str, Standing], releases: Sequence[str]
) -> dict[str, Standing]:
    """group -> what holds of it by answers to earlier builds, for each that nobody spoke of itself."""
    of_release: dict[str, list[Group]] = {name: [] for name in releases}
    for each in groups:
        of_release[each.key.release].append(each)
    past: dict[tuple[str, Signature], list[tuple[Group, Standing]]] = {}
    found: dict[str, Standing] = {}
    for name in releases:
        against = [each for each in of_release[name] if each.baseline]
        for each in against:
            earlier = past.get((each.baseline, each.key.signature), [])
            if each.id not in standing and earlier:
                found |= _again(each, earlier)
        for each in against:
            if each.id in standing:
                past.setdefault((each.baseline, each.key.signature), []).append((each, standing[each.id]))
    return found


def _again(group: Group, earlier: Sequence[tuple[Group, Standing]]) -> dict[str, Standing]:
    """Nothing where somebody took back what was said, or two disagree."""
    answered = [(each, said.label) for each, said in earlier if said.label is not None]
    label = answered_before(group, answered)
    if label is None or len(answered) < len(earlier):
        return {}
    return {group.id: Standing(State.AGAIN, label, _people(said for _, said in earlier), earlier[-1][1].at)}


def _people(said: Iterable[Standing]) -> tuple[str, ...]:
    return tuple(sorted({by for each in said for by in each.by}))
