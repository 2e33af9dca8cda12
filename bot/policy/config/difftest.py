"""What a file says of differences between two builds: teams, how sure noise has to be, what is expected and kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

from scoring.difftest.automation import Bars
from scoring.difftest.changes import Tolerance
from scoring.difftest.settings import TeamSettings

KEPT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Team:
    """`expected`: globs of files; whoever changes one of those is expected to hand in differences of this team."""

    settings: TeamSettings = field(default_factory=TeamSettings)
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difftest:
    """`labels`: whether a label that comes with an upload counts. `keep`: how long an upload is kept."""

    teams: Mapping[str, Team] = field(default_factory=dict)
    labels: bool = False
    keep: timedelta = KEPT

    def settings(self) -> dict[str, TeamSettings]:
        """As a shelf is handed them."""
        return {name: team.settings for name, team in self.teams.items()}


def stricter_bar(one: float | None, other: float | None) -> float | None:
    """None, never without a person, is the strictest."""
    return None if one is None or other is None else max(one, other)


def stricter_team(one: Team, other: Team) -> Team:
    """Only what both let pass; expected of whatever either expects it. The vocabulary is that of the second."""
    mine, its = one.settings, other.settings
    numbers = {path: min(share, its.tolerance.numbers[path]) for path, share in mine.tolerance.numbers.items()
               if path in its.tolerance.numbers}  # fmt: skip
    settings = TeamSettings(
        its.categories,
        Tolerance(mine.tolerance.unordered & its.tolerance.unordered, numbers),
        Bars(
            stricter_bar(mine.bars.carried, its.bars.carried),
            stricter_bar(mine.bars.measured, its.bars.measured),
        ),
        tuple(name for name in its.lends if name in mine.lends),
    )
    return Team(settings, tuple(dict.fromkeys((*one.expected, *other.expected))))


def strictest(policies: Iterable[Difftest]) -> Difftest:
    """Of several branches, where nobody knows which one it is about: of each team what every branch that names it lets
    pass. A branch that names no team says nothing."""
    said = [each for each in policies if each != Difftest()]
    if not said:
        return Difftest()
    teams: dict[str, Team] = {}
    for each in said:
        for name, team in each.teams.items():
            teams[name] = stricter_team(teams[name], team) if name in teams else team
    labels, keep = all(each.labels for each in said), min(each.keep for each in said)
    return replace(said[0], teams=MappingProxyType(teams), labels=labels, keep=keep)
