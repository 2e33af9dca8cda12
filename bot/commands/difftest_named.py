"""What somebody names at a desk: a release, or a group by the first characters of its id."""

from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.errors import ScoringError


def known(desk: Desk, release: str | None) -> str:
    """The newest where none is named. Raises ScoringError."""
    if release is None:
        return desk.releases[-1]
    if release not in desk.releases:
        raise ScoringError(f"there is no release {release[:60]!r}: there are {', '.join(desk.releases[-10:])}")
    return release


def group(desk: Desk, name: str) -> Group:
    """By its id, or the first characters of it. Raises ScoringError."""
    matching = [each for each in desk.groups if name and each.id.startswith(name)]
    if len(matching) != 1:
        there = "no group" if not matching else "more than one group"
        raise ScoringError(f"{name[:40]!r} names {there}: codechill difftest groups lists them")
    return matching[0]
