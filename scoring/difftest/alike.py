"""Groups that one look answers together: the same change at other endpoints of a release."""

from collections.abc import Iterable

from scoring.difftest.groups import Group


def alike(one: Group, groups: Iterable[Group]) -> list[Group]:
    """Those of `groups` with the field and kind of `one` at another endpoint, with its signals and none but its values.

    A value that `one` does not show was not looked at, so it is answered apart.
    """
    return [each for each in groups if each.id != one.id and _same(each, one)]


def _same(each: Group, one: Group) -> bool:
    mine, its = each.key.signature, one.key.signature
    same = (each.key.release, mine.team, mine.field, mine.kind) == (one.key.release, its.team, its.field, its.kind)
    return same and set(each.patterns) <= set(one.patterns) and each.signals == one.signals
